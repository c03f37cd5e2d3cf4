"""Time limits: warnings and escalations that really happen, once, at their moment; and the daily proof of that."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from citybrain.base import clock as city_clock
from citybrain.base.accounts import system_viewer
from citybrain.base.bus.models import OutboxEvent
from citybrain.base.notices.models import Notice
from citybrain.hubs.business.cases import clockwork
from citybrain.hubs.business.cases.actions import watching
from citybrain.hubs.business.cases.calendars import WorkingTime
from citybrain.hubs.business.cases.manifest import ClockDefinition
from citybrain.hubs.business.cases.models import ClockRun, SelfTest, TimelineEntry
from citybrain.hubs.business.cases.queries import CaseFilter, case_points, count_due
from citybrain.hubs.business.cases.types import Plan
from tests.hubs.business.cases.stage import CaseOnStage, Play, Refused, declare
from tests.hubs.business.cases.test_calendars import SHANGHAI, local
from tests.hubs.business.cases.test_loops import kind, stage_states, step

DAY = timedelta(days=1)


def rung(number: str) -> list[tuple[str, str, str]]:
    """What the clocks wrote: event, when it happened, when the city knew (UTC, minutes)."""
    entries = TimelineEntry.objects.filter(case__number=number, kind="clock").order_by("pk")
    return [(entry.key, f"{entry.at:%d %H:%M}", f"{entry.recorded_at:%d %H:%M}") for entry in entries]


def test_a_clock_warns_at_each_level_and_escalates_when_time_is_over(play: Play):
    """Opened at 01:00 UTC with 24 hours: 50 %, 80 %, 100 %, and the leader is told and the case marked."""
    case = play.dispatcher.opens()
    play.handler.takes("accept", case)

    for _ in range(26):
        play.move(hours=1)

    assert rung(case.number) == [
        ("clock.warned", "02 13:00", "02 13:00"),
        ("clock.warned", "02 20:12", "02 21:00"),
        ("clock.breached", "03 01:00", "03 01:00"),
        ("case.escalated", "03 01:00", "03 01:00"),
    ]
    seen = case.look()
    assert (seen["is_supervised"], seen["severity"], seen["is_overdue"]) == (True, 2, True)
    told = list(Notice.objects.filter(key="case.escalated").values_list("recipient", flat=True))
    assert told == ["duty:case.supervise@/4206/420606/420606001/|/gov/urban/"]
    assert play.dispatcher.sees(overdue=True) == [case.number]


def test_what_was_missed_while_nobody_watched_is_made_up_for_at_its_true_time(play: Play):
    """The watcher was down for two days: every level rings once, stamped with when it was due and when it was done."""
    case = play.dispatcher.opens()
    play.handler.takes("accept", case)
    play.clock.move(days=2)

    assert count_due() == 1
    watching.ring_clocks()
    watching.ring_clocks()

    assert rung(case.number) == [
        ("clock.warned", "02 13:00", "04 01:00"),
        ("clock.warned", "02 20:12", "04 01:00"),
        ("clock.breached", "03 01:00", "04 01:00"),
        ("case.escalated", "03 01:00", "04 01:00"),
    ]
    assert count_due() == 0
    happened = OutboxEvent.objects.get(type="case.escalated")
    assert f"{happened.occurred_at:%d %H:%M}" == "03 01:00"


def test_acting_late_hides_no_warning(play: Play):
    """Somebody acts before the watcher comes by: the warnings he overtook are given all the same, and it is late."""
    case = play.dispatcher.opens()
    play.clock.move(hours=3)

    play.handler.takes("accept", case)

    assert [key for key, _, _ in rung(case.number)] == ["clock.warned", "clock.breached", "case.escalated"]
    [to_accept] = [clock for clock in case.clocks if clock["extent"] == "step"]
    assert to_accept["outcome"] == "late"
    assert case.told()[-1] == "市城管执法委接收"


def test_a_clock_that_is_met_does_not_ring(play: Play):
    case = play.dispatcher.opens()
    play.move(minutes=50)
    play.handler.takes("accept", case)
    play.handler.finishes(case)
    play.dispatcher.takes("verify", case)
    play.dispatcher.takes("close", case, summary="好了")

    play.move(days=10)

    assert rung(case.number) == []
    assert {clock["outcome"] for clock in case.clocks} == {"on_time"}


def whole(case: Any) -> list[tuple[int, str]]:
    return [(clock["round"], clock["outcome"]) for clock in case.look()["clocks"] if clock["extent"] == "case"]


def is_done(play: Play, case: Any) -> None:
    play.handler.takes("accept", case)
    play.handler.finishes(case)
    play.dispatcher.takes("verify", case)
    play.dispatcher.takes("close", case, summary="好了")


def test_closing_early_and_opening_again_wins_no_time(play: Play):
    """Twenty of 24 hours are used when it is closed. Three days later it is opened again: four remain, and no more."""
    case = play.dispatcher.opens()
    play.move(hours=20)
    is_done(play, case)
    play.move(days=3)
    assert whole(case) == [(1, "on_time")]

    play.dispatcher.takes("reopen", case, reason="又不亮了")

    assert case.due == city_clock.now() + timedelta(hours=4)
    assert "一日办结：接着计时，此前已用83%" in case.told()
    steps = [clock for clock in case.look()["clocks"] if clock["extent"] == "step" and not clock["stopped_at"]]
    assert [(one["round"], one["due_at"]) for one in steps] == [(2, "2026-03-05T23:00:00Z")], "a step begins anew"

    play.move(hours=1, minutes=30)
    assert not case.is_overdue
    play.move(hours=2, minutes=31)
    assert case.is_overdue
    is_done(play, case)
    assert whole(case) == [(1, "on_time"), (2, "late")]
    case_levels = [key for key, at, _ in rung(case.number) if at in ("02 13:00", "02 20:12", "06 01:00")]
    assert case_levels == ["clock.warned", "clock.warned", "clock.breached", "case.escalated"], "each level once"


def test_a_case_opened_again_in_its_time_and_solved_in_it_was_on_time(play: Play):
    case = play.dispatcher.opens()
    play.move(minutes=30)
    is_done(play, case)
    play.move(days=3)
    play.dispatcher.takes("reopen", case, reason="又不亮了")
    play.move(hours=1)

    is_done(play, case)

    assert whole(case) == [(1, "on_time"), (2, "on_time")]
    assert case.closed_at < case.due_at


def test_more_time_moves_the_warnings_too(play: Play):
    """A clock that had rung at 80 % and gets as much again stands at 40 %: it will warn again."""
    case = play.dispatcher.opens()
    play.handler.takes("accept", case)
    play.move(hours=20)
    assert [key for key, _, _ in rung(case.number)] == ["clock.warned", "clock.warned"]
    play.handler.takes("extend", case, reason="等配件", duration={"amount": 24, "unit": "hours"})
    play.dispatcher.takes("grant", case)

    play.move(hours=27)
    assert [at for _, at, _ in rung(case.number)] == ["02 13:00", "02 20:12", "03 01:00", "03 15:24"]
    assert case.is_overdue is False
    play.move(hours=2)
    assert rung(case.number)[-1][0] == "case.escalated"


WAITING = {
    "key": "with-waiting",
    "title": {"zh": "可等待", "en": "With waiting"},
    **stage_states(("todo", "待办", "waiting"), ("doing", "在办", "working"), ("waiting", "等待", "waiting"),
                   ("done", "办结", "ended")),
    "transitions": [
        step("give", "todo", "doing", "dispatch", "dispatcher system"),
        step("wait", "doing", "waiting", "advance", "holder", needs=["reason"]),
        step("go_on", "waiting", "doing", "advance", "holder"),
        step("close", "doing", "done", "close", "holder", needs=["summary"]),
    ],
}  # fmt: skip


def test_a_clock_stands_still_where_it_is_declared_to(play: Play):
    """Ten hours allowed, four used, two days of waiting for parts: six remain."""
    ten = {"key": "ten", "title": {"zh": "十小时", "en": "Ten hours"}, "duration": {"amount": 10, "unit": "hours"},
           "pause_in": ["waiting"]}  # fmt: skip
    declare({**kind("parts", WAITING, clocks={"case": "ten"}), "clocks": [ten]}, pack="parts")
    case = play.dispatcher.opens("parts")
    play.move(hours=4)
    play.handler.takes("wait", case, reason="等配件")

    play.move(days=2)
    assert rung(case.number) == []
    assert [clock["is_paused"] for clock in case.clocks] == [True]
    assert (case.due_at, case.is_overdue) == (None, False)

    play.handler.takes("go_on", case)
    assert case.due == city_clock.now() + timedelta(hours=6)
    play.move(hours=1)
    assert [key for key, _, _ in rung(case.number)] == ["clock.warned"]


def line_of(code: str) -> dict[str, str]:
    return {"case_type": code, "region": "*", "organisation": "urban"}


def handled_within_ten_hours(play: Play) -> CaseOnStage:
    ten = {"key": "ten", "title": {"zh": "十小时内处置", "en": "Handled within ten hours"},
           "duration": {"amount": 10, "unit": "hours"}, "until": "finished"}  # fmt: skip
    kinds = [{"code": "handled", "title": {"zh": "处置", "en": "Handled"}, "clocks": {"case": "ten"}}]
    declare({"clocks": [ten], "case_types": kinds, "responsibilities": [line_of("handled")]}, pack="handled")
    case = play.dispatcher.opens("handled")
    play.handler.takes("accept", case)
    return case


def test_who_has_finished_in_time_is_not_late_because_others_look_at_it_late(play: Play):
    case = handled_within_ten_hours(play)
    play.move(hours=4)
    play.handler.finishes(case)

    play.move(days=3)
    assert rung(case.number) == []
    assert (case.due_at, case.is_overdue, case.in_time) == (None, False, None)

    play.dispatcher.takes("verify", case)
    play.move(days=1)
    play.dispatcher.takes("close", case, summary="已处置")
    assert (case.in_time, case.due_at) == (True, "2026-03-02T11:00:00Z")
    closed = OutboxEvent.objects.get(type="case.closed", subject=f"case/{case.number}")
    assert json.loads(closed.data)["in_time"] is True
    points = case_points(system_viewer("test"), CaseFilter(), at=city_clock.now() - DAY)
    assert [point.is_overdue for point in points] == [False]

    play.dispatcher.takes("reopen", case, reason="又坏了")
    assert (case.in_time, case.due) == (None, city_clock.now() + timedelta(hours=6))


def test_a_case_that_was_closed_then_is_not_on_the_map_of_then_though_it_was_reopened(play: Play):
    case = handled_within_ten_hours(play)
    play.move(hours=1)
    play.handler.finishes(case)
    play.dispatcher.takes("verify", case)
    play.move(hours=1)
    play.dispatcher.takes("close", case, summary="已处置")
    play.move(hours=1)
    play.dispatcher.takes("reopen", case, reason="又坏了")
    play.move(hours=1)

    now = city_clock.now()
    shown = [len(case_points(system_viewer("test"), CaseFilter(), at=now - timedelta(minutes=ago)))
             for ago in (210, 90, 30)]  # fmt: skip
    assert shown == [1, 0, 1]


def test_work_that_is_rejected_goes_on_with_the_time_that_was_left(play: Play):
    case = handled_within_ten_hours(play)
    play.move(hours=4)
    play.handler.finishes(case)
    play.move(days=3)
    play.dispatcher.takes("reject", case, reason="没有修好")
    assert case.due == city_clock.now() + timedelta(hours=6)

    play.move(hours=7)
    assert case.is_overdue
    due = case.due
    play.handler.finishes(case)
    play.move(hours=1)
    play.dispatcher.takes("reject", case, reason="还没有修好")
    assert (case.is_overdue, case.due) == (True, due)
    play.handler.finishes(case)
    play.dispatcher.takes("verify", case)
    play.dispatcher.takes("close", case, summary="已处置")
    assert case.in_time is False


def test_a_clock_that_warns_of_nothing_still_knows_that_work_was_finished_late(play: Play):
    mute = {"key": "mute", "title": {"zh": "一小时", "en": "One hour"}, "duration": {"amount": 1, "unit": "hours"},
            "until": "finished", "warn": []}  # fmt: skip
    kinds = [{"code": "mute", "title": {"zh": "静", "en": "Mute"}, "clocks": {"case": "mute"}}]
    declare({"clocks": [mute], "case_types": kinds, "responsibilities": [line_of("mute")]}, pack="mute")
    case = play.dispatcher.opens("mute")
    play.handler.takes("accept", case)
    play.move(hours=2)
    play.handler.finishes(case)
    play.dispatcher.takes("verify", case)
    play.dispatcher.takes("close", case, summary="已处置")
    assert case.in_time is False


def test_severity_chooses_the_time_allowed(play: Play):
    fast = {"key": "fast", "title": {"zh": "快", "en": "Fast"}, "duration": {"amount": 5, "unit": "days"},
            "by_severity": {"1": {"amount": 4, "unit": "hours"}}}  # fmt: skip
    declare({"clocks": [fast], "case_types": [{"code": "fast", "title": {"zh": "快", "en": "Fast"},
                                               "clocks": {"case": "fast"}}]}, pack="fast")  # fmt: skip

    grave, usual = play.dispatcher.opens("fast", severity=1), play.dispatcher.opens("fast", severity=4)

    assert grave.due_at == "2026-03-02T05:00:00Z"
    assert usual.due_at == "2026-03-07T16:00:00Z"


def test_one_case_that_cannot_ring_does_not_hold_up_the_others(play: Play, monkeypatch: pytest.MonkeyPatch):
    bad, good = play.dispatcher.opens(), play.dispatcher.opens()
    ring = watching.ring_passed

    def ring_unless_bad(change: Any) -> None:
        if change.case.number == bad.number:
            raise RuntimeError("broken")
        ring(change)

    monkeypatch.setattr(watching, "ring_passed", ring_unless_bad)
    play.clock.move(hours=1)

    with pytest.raises(RuntimeError):
        watching.ring_clocks()
    assert (rung(bad.number), len(rung(good.number))) == ([], 1)

    monkeypatch.undo()
    watching.ring_clocks()
    assert len(rung(bad.number)) == 1


def test_clocks_are_listed_by_when_they_are_due_and_only_where_one_sees(play: Play):
    first = play.dispatcher.opens()
    play.move(minutes=30)
    play.dispatcher.opens()

    def due(name: str, **query: Any) -> list[tuple[str, str]]:
        return [(c["case"], c["extent"]) for c in play.person(name).get("/clocks", **query)["items"]]

    assert len(due("dispatcher")) == 4
    assert due("dispatcher")[0] == (first.number, "step")
    assert due("dispatcher", due_before="2026-03-02T03:10:00Z") == [(first.number, "step")]
    assert due("dispatcher", late=True) == []
    assert due("dispatcher_elsewhere") == []
    assert len(due("handler")) == 4


def test_the_work_process_knows_what_to_do(play: Play):
    """What is declared is really run: the watcher is a loop of `work`, the self-test one of its recurring jobs."""
    from citybrain.base.jobs.registry import registry

    case = play.dispatcher.opens()
    play.clock.move(hours=1)

    assert registry().loops["cases.clocks"].step() is True
    assert registry().loops["cases.clocks"].step() is False
    assert [key for key, _, _ in rung(case.number)] == ["clock.warned"]
    registry().recurring["cases.self_test"].function()
    assert SelfTest.objects.get().state == "running"


# the daily self-test


def test_the_self_test_escalates_like_any_clock(play: Play):
    watching.prove_clocks_daily()
    watching.prove_clocks_daily()
    assert SelfTest.objects.count() == 1, "one a day"

    play.move(minutes=1)

    [shown] = play.leader.get("/clocks/self-tests")
    assert shown["state"] == "passed"
    assert OutboxEvent.objects.filter(type="clock.self_tested").count() == 1
    play.move(days=1)
    watching.prove_clocks_daily()
    assert SelfTest.objects.count() == 2


def test_the_self_test_belongs_to_no_figure_about_cases(play: Play):
    watching.prove_clocks_daily()
    play.move(minutes=1)

    assert play.administrator.get("/clocks", running=False)["items"] == []
    assert OutboxEvent.objects.filter(type__startswith="case.").count() == 0
    assert play.administrator.sees() == []


def test_a_self_test_that_nobody_rings_fails_and_says_so(play: Play, monkeypatch: pytest.MonkeyPatch):
    """The watcher is dead: five minutes later by both clocks the test has failed and operations are told."""
    watching.prove_clocks_daily()
    play.clock.move(minutes=6)
    watching.judge_self_tests()
    assert SelfTest.objects.get().state == "running", "a city clock that was moved proves nothing"

    later = datetime.now(UTC) + timedelta(minutes=6)
    monkeypatch.setattr(city_clock, "wall_now", lambda: later)
    watching.judge_self_tests()

    assert SelfTest.objects.get().state == "failed"
    assert Notice.objects.get().key == "clock.self_test_failed"
    watching.ring_clocks()
    late = SelfTest.objects.get()
    assert (late.state, late.escalated_at is not None) == ("failed", True)


# the arithmetic of a clock, with pauses and extensions at any moment


PLAN = Plan(
    1, 1,
    ClockDefinition.model_validate(
        {
            "key": "p", "title": {"zh": "时", "en": "p"}, "calendar": "c",
            "duration": {"amount": 8, "unit": "working_hours"},
        }
    ),
    WorkingTime(SHANGHAI, (((540, 720), (840, 1050)),) * 5 + ((), ())),
)  # fmt: skip


@settings(max_examples=200, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 3000), st.sampled_from(["pause", "resume", "wait"])), max_size=8))
def test_a_clock_uses_exactly_the_working_time_in_which_it_ran(moves: list[tuple[int, str]]):
    """Reference: add up the working seconds of every stretch in which the clock was running."""
    now = local("2026-03-02 09:00")
    run = clockwork.start(PLAN, None, clockwork.CASE, at=now)
    used, runs = 0.0, True
    levels = []
    for minutes, move in moves:
        then = now + timedelta(minutes=minutes)
        while run.next_at is not None and run.next_at <= then:
            levels.append(clockwork.ring(run, PLAN)[0])
        used += PLAN.basis.measure(now, then) if runs else 0
        now = then
        if move == "pause":
            clockwork.pause(run, PLAN, at=now)
            runs = False
        elif move == "resume":
            clockwork.resume(run, PLAN, at=now)
            runs = True
    while run.next_at is not None and run.next_at <= now:
        levels.append(clockwork.ring(run, PLAN)[0])

    assert levels == [level for level in (50, 80, 100) if used >= 8 * 3600 * level / 100]
    clockwork.stop(run, at=now)
    assert (run.outcome == ClockRun.Outcome.LATE) is (used > 8 * 3600 or 100 in levels)


@settings(deadline=None)
@given(st.lists(st.tuples(st.integers(0, 3000), st.integers(0, 6000)), min_size=1, max_size=4))
def test_a_clock_that_goes_on_again_and_again_uses_the_working_time_of_all_its_rounds(rounds: list[tuple[int, int]]):
    """Reference: add up the working seconds of each round; what lies between the rounds counts for none."""
    now = local("2026-03-02 09:00")
    run = clockwork.start(PLAN, None, clockwork.CASE, at=now)
    used = 0.0
    for number, (lasts, rests) in enumerate(rounds, start=2):
        then = now + timedelta(minutes=lasts)
        used += PLAN.basis.measure(now, then)
        while run.next_at is not None and run.next_at <= then:
            clockwork.ring(run, PLAN)
        clockwork.stop(run, at=then)
        is_late = used > 8 * 3600 or run.outcome == ClockRun.Outcome.LATE
        assert (run.outcome == ClockRun.Outcome.LATE) is is_late
        now = then + timedelta(minutes=rests)
        run = clockwork.go_on(run, PLAN, at=now, round_=number)
        assert run.spent_seconds == pytest.approx(used)
        if is_late:
            assert clockwork.is_late(run, now)
            assert run.due_at <= now
        else:
            assert PLAN.basis.measure(now, run.due_at) == pytest.approx(8 * 3600 - used)


def test_a_stopped_clock_says_nothing_more(play: Play):
    with pytest.raises(ValueError, match="nothing to ring"):
        clockwork.ring(ClockRun(), PLAN)
    with pytest.raises(ValueError, match="stands still"):
        clockwork.moment_of_level(ClockRun(), PLAN, 50)


def test_nobody_reads_self_tests_without_duty(play: Play):
    with pytest.raises(Refused) as refused:
        play.nobody.get("/clocks/self-tests")
    assert refused.value.status == 403


def test_the_page_of_a_case_says_how_its_clocks_go_on(play: Play):
    """A bar that moves between two looks needs what is used, whether time counts now, and when that changes."""
    case = play.dispatcher.opens()
    play.move(hours=1)
    whole, step = case.clocks
    assert (whole["pace"]["used_seconds"], whole["total_seconds"]) == (3600, 24 * 3600)
    assert (step["pace"]["used_seconds"], step["pace"]["levels"]) == (3600, [50, 100])
    assert (step["pace"]["counts"], step["pace"]["turns_at"]) == (True, None)

    play.handler.takes("accept", case)
    play.move(hours=1)
    stopped = case.clocks[1]
    assert (stopped["pace"]["used_seconds"], stopped["pace"]["counts"]) == (3600, False)
