"""The responsibility list: who gets a case, and why."""

from __future__ import annotations

from typing import Any

import pytest

from citybrain.base.errors import BadInput
from citybrain.base.parties.models import Organisation
from citybrain.hubs.business.cases.models import Responsibility
from citybrain.hubs.business.cases.queries import organisation_for
from tests.hubs.business.cases.stage import NEXT_STREET, OTHER_COUNTY, OUTSIDE, Play, Refused, declare

STREET_PATH = "/4206/420606/420606001/"


def line(organisation: str, case_type: str = "city.lamp", region: str = "*", **more: Any) -> dict[str, Any]:
    return {"case_type": case_type, "region": region, "organisation": organisation, **more}


@pytest.mark.parametrize(
    ("lines", "organisation", "decided_by"),
    [
        ([line("urban")], "urban", "only_line"),
        ([line("eco", "city", "420606001"), line("urban", "city.lamp")], "urban", "case_type"),
        ([line("eco"), line("urban", region="4206"), line("gov", region="420606")], "gov", "region"),
        ([line("eco", priority=1), line("urban", priority=5)], "urban", "priority"),
        ([line("eco", region="420606"), line("urban", region="420606")], "eco", "older_line"),
        ([line("eco", region="420602"), line("urban", "city")], "urban", "only_line"),
        ([line("eco", "city.noise"), line("urban", "city")], "urban", "only_line"),
    ],
)
def test_the_most_specific_line_wins_and_says_why(
    play: Play, lines: list[dict[str, Any]], organisation: str, decided_by: str
):
    """First the kind, then the region, then the priority, then the older line."""
    Responsibility.objects.all().delete()
    declare({"responsibilities": lines}, pack="list")

    match = organisation_for("city.lamp", STREET_PATH)

    assert (match.organisation_code, match.why["decided_by"]) == (organisation, decided_by)


def test_a_line_holds_only_in_its_time(play: Play):
    steward = play.steward
    steward.post("/responsibilities", line("eco", valid_from="2026-03-05T00:00:00+08:00"))
    steward.post("/responsibilities", line("gov", priority=9, valid_to="2026-03-03T00:00:00+08:00"))

    asked = {at: steward.get("/responsibilities/what-if", case_type="city.lamp", at=f"2026-03-0{at}T12:00:00+08:00")
             for at in (2, 4)}  # fmt: skip

    assert {at: answer["organisation"] for at, answer in asked.items()} == {2: "gov", 4: "urban"}


def test_a_case_that_nobody_answers_for_waits_for_a_person(play: Play):
    case = play.dispatcher.opens("city.noise")

    assert (case.state, case.organisation) == ("to_dispatch", None)
    assert case.told()[-1] == "责任清单中无对应单位，待人工派遣"
    assert play.dispatcher.sees(undispatched=True) == [case.number]

    with pytest.raises(Refused) as refused:
        play.dispatcher.takes("dispatch", case)
    assert refused.value.code == "case.nobody_responsible"

    play.dispatcher.takes("dispatch", case, organisation="eco", note="请尽快")
    assert (case.state, case.organisation) == ("dispatched", "eco")
    assert case.told()[-1] == "派遣至市生态环境局：请尽快"


def test_a_case_without_a_region_goes_to_whoever_answers_everywhere(play: Play):
    declare({"responsibilities": [line("eco", region="4206", priority=9), line("urban")]}, pack="list")

    assert play.dispatcher.opens(at=OUTSIDE).organisation == "urban"


def test_the_list_can_be_asked_before_anything_happens(play: Play):
    """这样的案件会派给谁? By region, by point, or nowhere; the lines that lost are shown too."""
    steward = play.steward
    added = steward.post("/responsibilities", line("eco", region="420606", note="试点"))

    by_region = steward.get("/responsibilities/what-if", case_type="city.lamp", region="420606001")
    by_point = steward.get("/responsibilities/what-if", case_type="city.lamp", lon=OTHER_COUNTY[0], lat=OTHER_COUNTY[1])
    nobody = steward.get("/responsibilities/what-if", case_type="city.noise")

    assert (by_region["organisation"], by_region["why"]["line"]) == ("eco", added["id"])
    assert by_region["why"]["note"] == "试点"
    assert [other["organisation"] for other in by_region["others"]] == ["urban"]
    assert by_point["organisation"] == "urban"
    assert nobody["organisation"] is None
    assert play.dispatcher.opens().organisation == "eco"


def test_a_changed_list_holds_at_once(play: Play):
    """No restart, no delay: the next case goes by the new line, in every process."""
    assert play.dispatcher.opens().organisation == "urban"

    added = play.steward.post("/responsibilities", line("eco", priority=9))
    assert play.dispatcher.opens().organisation == "eco"

    changed = play.steward.patch(f"/responsibilities/{added['id']}", {"priority": -1, "note": None})
    assert (changed["priority"], changed["note"]) == (-1, "")
    assert play.dispatcher.opens().organisation == "urban"


def test_a_line_ends_and_cases_stay_where_they_are(play: Play):
    case = play.dispatcher.opens()
    [shown] = play.steward.get("/responsibilities", case_type="city.lamp", in_force=True)["items"]

    play.steward.delete(f"/responsibilities/{shown['id']}")

    assert play.steward.get("/responsibilities", in_force=True)["items"] == []
    assert play.dispatcher.opens().organisation is None
    assert case.organisation == "urban"
    with pytest.raises(Refused) as refused:
        play.steward.delete(f"/responsibilities/{shown['id']}")
    assert refused.value.code == "case.line_ended"


def test_only_stewards_edit_the_list(play: Play):
    for name in ("dispatcher", "handler", "leader", "citizen", "integrator"):
        with pytest.raises(Refused) as refused:
            play.person(name).post("/responsibilities", line("eco"))
        assert refused.value.status == 403, name
    assert Responsibility.objects.count() == 1


def test_what_a_line_names_must_be_there(play: Play):
    backwards = {"valid_from": "2026-03-02T00:00:00Z", "valid_to": "2026-03-01T00:00:00Z"}
    for body, field, code in (
        (line("nobody"), "organisation", "case.unknown_organisation"),
        (line("eco", region="999"), "region", "case.unknown_region"),
        (line("eco", "city.nothing"), "case_type", "case.unknown_type"),
        (line("eco", **backwards), "valid_to", "case.line_backwards"),
    ):
        with pytest.raises(Refused) as refused:
            play.steward.post("/responsibilities", body)
        assert refused.value.fields == {field: code}


def test_an_organisation_that_was_closed_or_moved_is_not_answered_from_memory(play: Play):
    """The list is remembered by each process, organisations are not."""
    assert organisation_for("city.lamp", STREET_PATH).organisation_path == "/gov/urban/"

    Organisation.objects.filter(code="urban").update(path="/gov/eco/urban/")
    assert organisation_for("city.lamp", STREET_PATH).organisation_path == "/gov/eco/urban/"

    Organisation.objects.filter(code="urban").update(is_active=False)
    assert not organisation_for("city.lamp", STREET_PATH).found


def test_a_known_pair_costs_two_statements(play: Play, django_assert_num_queries: Any):
    """The version of the list, and the organisation as it is now."""
    organisation_for("city.lamp", STREET_PATH)

    with django_assert_num_queries(2):
        organisation_for("city.lamp", STREET_PATH)


def test_an_unknown_kind_is_refused(play: Play):
    with pytest.raises(BadInput):
        organisation_for("city.nothing", STREET_PATH)


def test_the_receiving_organisation_and_the_dispatchers_are_told(play: Play):
    from citybrain.base.notices.actions import deliver_due

    case, orphan = play.dispatcher.opens(at=NEXT_STREET), play.dispatcher.opens("city.noise")
    deliver_due()

    def inbox(name: str) -> list[str]:
        return [letter["title"] for letter in play.person(name).get("/notices")["items"]]

    assert inbox("handler") == [f"新任务：路灯不亮（{case.number}）"]
    assert inbox("county_dispatcher") == [f"待派遣：噪声（{orphan.number}）"]
    assert inbox("dispatcher_elsewhere") == []
