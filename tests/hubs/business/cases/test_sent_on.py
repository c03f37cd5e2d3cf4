"""Cases that are passed on or sent back: who still sees them, and what counts as proof the second time."""

from __future__ import annotations

from typing import Any

import pytest

from citybrain.base.parties.models import Organisation
from tests.hubs.business.cases.stage import Play, Refused


@pytest.mark.parametrize("role", ["dispatcher", "leader"])
def test_whose_organisation_held_it_keeps_sight_of_it_and_acts_no_more(play: Play, role: str):
    """A dispatcher of one bureau passes a case on: he still reads what becomes of it, in his part of the city."""
    serves(play, "nobody", role, organisation=play.cast.organisation)
    case = play.dispatcher.opens()
    assert play.nobody.sees() == [case.number]

    play.handler.takes("transfer", case, organisation="eco", reason="属环保")

    assert play.nobody.sees() == [case.number]
    assert play.nobody.get(f"/cases/{case.number}")["organisation"] == "eco"
    assert play.nobody.get("/cases/count")["count"] == 1
    assert play.nobody.may(case) == []
    assert play.nobody.tries("transfer", case, organisation="urban", reason="x") == 403


def test_who_never_held_it_or_serves_elsewhere_sees_nothing_of_a_transfer(play: Play):
    serves(play, "nobody", "dispatcher", organisation=play.cast.organisation, region=play.cast.other_county)
    serves(play, "citizen", "dispatcher", organisation=play.cast.team)
    case = play.dispatcher.opens()
    play.handler.takes("transfer", case, organisation="eco", reason="属环保")
    assert play.nobody.sees() == []
    assert play.citizen.sees() == []


def serves(play: Play, name: str, role: str, *, organisation: Any, region: Any = None) -> None:
    from citybrain.base.accounts.models import Duty

    Duty.objects.create(
        user=play.cast.user(name), role=role, level=2, organisation_path=organisation.path,
        region_path=region.path if region else "/", granted_at=play.clock.now(), granted_by="system:test",
    )  # fmt: skip


@pytest.mark.parametrize("sent_back", ["reject", "reopen"])
def test_a_photo_that_did_not_convince_is_no_evidence_of_the_next_finish(play: Play, sent_back: str):
    """Neither the file itself nor another upload of the same picture; a new photo may stand beside the old."""
    case = play.dispatcher.opens()
    play.handler.takes("accept", case)
    first = play.handler.uploads(shot=200)
    play.handler.takes("finish", case, note="好了", evidence=[first])
    if sent_back == "reopen":
        play.dispatcher.takes("verify", case)
        play.dispatcher.takes("close", case, summary="已更换")
    play.dispatcher.takes(sent_back, case, reason="灯仍不亮")
    if sent_back == "reopen":
        play.handler.takes("accept", case)

    for stale in ([first], [play.handler.uploads(shot=200)]):
        with pytest.raises(Refused) as refused:
            play.handler.takes("finish", case, note="又好了", evidence=stale)
        assert refused.value.fields == {"evidence": "case.evidence_not_fresh"}
        assert case.state == "handling"

    play.handler.takes("finish", case, note="真的好了", evidence=[first, play.handler.uploads(shot=201)])
    assert case.state == "to_verify"
    assert len(case.evidence) == 2


def test_a_document_alone_proves_no_finish(play: Play):
    """Where a step asks for evidence there is a photo among it; documents may go with it."""
    case = play.dispatcher.opens()
    play.handler.takes("accept", case)
    document = play.handler.uploads_note("已更换灯泡")

    with pytest.raises(Refused) as refused:
        play.handler.takes("finish", case, note="好了", evidence=[document])
    assert refused.value.fields == {"evidence": "case.evidence_no_picture"}
    assert (case.state, len(case.evidence)) == ("handling", 0)

    play.handler.takes("finish", case, note="好了", evidence=[document, play.handler.uploads()])
    assert case.state == "to_verify"


def test_the_timeline_names_organisations_in_the_reader_s_language(play: Play):
    """Where an organisation has an English name; the others keep their own."""
    Organisation.objects.filter(code="urban").update(name_en="Urban management bureau")
    case = play.dispatcher.opens()
    play.handler.takes("accept", case)
    play.handler.takes("assist", case, organisation="eco", note="请测噪声")
    play.handler.takes("transfer", case, organisation="eco", reason="属环保")

    lines = [entry["text"] for entry in case.timeline()[-4:]]
    assert [(line["zh"], line["en"]) for line in lines] == [
        ("按责任清单派遣至市城管执法委", "Dispatched to Urban management bureau by the responsibility list"),
        ("市城管执法委接收", "Urban management bureau accepted it"),
        ("请市生态环境局协助：请测噪声", "市生态环境局 was asked for help: 请测噪声"),
        ("转办至市生态环境局：属环保", "Transferred to 市生态环境局: 属环保"),
    ]
