"""A leader asks about a number: it becomes a supervised task, and its answer stands beside the number."""

from __future__ import annotations

from typing import Any

import pytest

from citybrain.base.clock import MovableClock
from tests.applications.operations.cockpit.stage import set_the_stage
from tests.applications.operations.indicators.stage import run
from tests.hubs.business.cases.stage import CaseOnStage, Play, Refused

pytestmark = pytest.mark.django_db
QUESTIONS = "/cockpit/questions"
NUMBER = {"indicator": "play.accepted", "code": "420606"}


@pytest.fixture
def number(play: Play) -> dict[str, str]:
    set_the_stage()
    play.dispatcher.opens()
    run()
    return NUMBER


def test_a_question_becomes_a_supervised_case_of_who_answers_for_it(number: dict[str, str], play: Play) -> None:
    asked = play.leader.post(QUESTIONS, {**number, "text": "为什么一件都没有接收?"})

    assert (asked["value"], asked["place"]["zh"], asked["state"]) == (0, "樊城区", "dispatched")
    case = play.dispatcher.get(f"/cases/{asked['case']}")
    assert (case["is_supervised"], case["organisation"], case["region_code"]) == (True, "urban", "420606")
    assert case["due_at"] is not None
    assert "为什么一件都没有接收?" in case["text"]
    assert "受理率 · 樊城区" in case["text"]
    audited = play.auditor.get("/audit/records", kind="question")["items"]
    assert [(one["action"], one["key"]) for one in audited] == [("number.asked", asked["case"])]


def test_the_answer_stands_beside_the_number(number: dict[str, str], play: Play) -> None:
    asked = play.leader.post(QUESTIONS, {**number, "text": "原因?"})
    case = CaseOnStage(play.administrator, asked["case"])
    play.handler.takes("accept", case)
    play.handler.finishes(case, note="夜班人手不足,已增派两人。")

    (shown,) = play.commander.get(QUESTIONS, **number)["items"]
    assert (shown["answer"], shown["text"]) == ("夜班人手不足,已增派两人。", "原因?")
    assert shown["answered_at"] is not None
    assert play.commander.get(QUESTIONS, indicator="play.accepted", code="4206")["items"] == []
    assert [one["case"] for one in play.commander.get(QUESTIONS, case=asked["case"])["items"]] == [asked["case"]]


def test_what_was_seen_is_read_again_as_it_was_known(number: dict[str, str], play: Play, clock: MovableClock) -> None:
    then = clock.now().isoformat()
    case = play.dispatcher.opens()
    clock.move(minutes=30)
    play.handler.takes("accept", case)
    run()

    now = play.leader.post(QUESTIONS, {**number, "text": "现在呢?"})
    past = play.leader.post(QUESTIONS, {**number, "text": "当时呢?", "known_at": then})
    assert (now["value"], past["value"]) == (50, 0)
    assert past["known_at"].startswith(then[:16])


@pytest.mark.parametrize(
    ("who", "body", "status"),
    [
        ("dispatcher", NUMBER, 403),
        ("leader", {**NUMBER, "indicator": "play.none"}, 404),
        ("leader", {**NUMBER, "code": "999"}, 404),
        ("leader", {**NUMBER, "start": "2020-01-01T00:00:00+08:00"}, 404),
        ("leader", {**NUMBER, "text": " "}, 422),
    ],
)
def test_who_may_not_ask_leaves_nothing_behind(
    number: dict[str, str], play: Play, who: str, body: dict[str, Any], status: int
) -> None:
    cases = play.administrator.sees()
    with pytest.raises(Refused) as refused:
        play.person(who).post(QUESTIONS, {"text": "为什么?", **body})
    assert refused.value.status == status
    assert play.administrator.sees() == cases
    assert play.leader.get(QUESTIONS)["items"] == []
