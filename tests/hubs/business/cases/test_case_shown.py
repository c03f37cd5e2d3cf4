"""What the page of a case shows of its steps, and a step decided on what is past."""

from __future__ import annotations

import pytest

from tests.hubs.business.cases.stage import Play, Refused


def test_a_step_decided_on_what_is_past_is_refused_and_nothing_happens(play: Play):
    """Whoever looked at an earlier state of the case is told, instead of acting on what he never saw."""
    case = play.dispatcher.opens()
    seen = case.revision
    play.handler.takes("accept", case, revision=seen)

    with pytest.raises(Refused) as refused:
        play.handler.takes("return", case, reason="不归我们", revision=seen)
    assert (refused.value.status, refused.value.code) == (409, "case.changed_meanwhile")
    assert case.state == "handling"

    play.handler.takes("return", case, reason="不归我们", revision=case.revision)
    assert case.state == "to_dispatch"


def test_a_step_says_where_it_leads(play: Play):
    case = play.dispatcher.opens()
    steps = {step["key"]: step for step in play.handler.get(f"/cases/{case.number}")["possible"]}
    assert (steps["accept"]["to"], steps["accept"]["to_title"]["zh"]) == ("handling", "处置中")
    assert steps["accept"]["to_kind"] == "working"

    ends = {step["key"]: step["outcome"] for step in play.dispatcher.get(f"/cases/{case.number}")["possible"]}
    assert (ends["end_duplicate"], ends["end_no_action"]) == ("duplicate", "no_action_needed")


def test_evidence_says_what_it_is_who_gave_it_and_with_which_step(play: Play):
    case = play.dispatcher.opens()
    play.handler.takes("accept", case)
    play.handler.finishes(case)

    (photo,) = case.evidence
    assert (photo["step"], photo["step_title"]["zh"], photo["verb"]) == ("finish", "处置完毕", "finish")
    assert (photo["by"], photo["name"], photo["media_type"]) == ("handler@cast", "灯.jpg", "image/jpeg")
    assert (photo["width"], photo["height"]) == (8, 8)


def test_a_case_names_the_regions_it_lies_in(play: Play):
    case = play.dispatcher.opens()
    assert [region["name"] for region in case.regions] == ["襄阳市", "樊城区", "王寨街道"]


def test_a_case_names_the_stages_of_its_loop(play: Play):
    case = play.dispatcher.opens()
    assert [stage["title"]["zh"] for stage in case.stages] == ["发生", "告警", "处置", "解决", "总结"]
