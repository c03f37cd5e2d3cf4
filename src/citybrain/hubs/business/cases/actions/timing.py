"""What a case's clocks do when it moves, and when they ring."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from citybrain.base.audit import Actor, system_actor
from citybrain.base.errors import BadInput, FieldError
from citybrain.hubs.business.cases import clockwork
from citybrain.hubs.business.cases.actions.change import Change
from citybrain.hubs.business.cases.calendars import Basis, WallTime
from citybrain.hubs.business.cases.manifest import Duration
from citybrain.hubs.business.cases.models import ClockRun, TimelineEntry
from citybrain.hubs.business.cases.types import Plan

CLOCK: Actor = system_actor("clock")
MOST_SEVERE = 1


def start_clocks(change: Change) -> None:
    """The case is opened: start the clock of the whole case and that of the state it stands in."""
    plan = _plan(change, change.declared.types_by_pk[change.case.case_type_id].clocks.case)
    if plan is not None:
        change.start_clock(clockwork.start(plan, change.case, clockwork.CASE, at=change.at, round_=_round(change)))
    _start_step(change)
    _pause_or_resume(change)
    _show_due(change)


def go_on_with_clocks(change: Change) -> None:
    """The case is reopened: its clock counts on from where it was stopped, so that closing early and opening again
    wins no time; that of the state begins anew.
    """
    ended = ClockRun.objects.filter(case=change.case, extent=clockwork.CASE).order_by("pk").last()
    if ended is None:
        start_clocks(change)
        return
    change.start_clock(clockwork.go_on(ended, _plan_of(change, ended), at=change.at, round_=_round(change)))
    _start_step(change)
    _pause_or_resume(change)
    _show_due(change)


def tell_going_on(change: Change) -> None:
    """Say on the timeline of a reopened case how much of its time was used before."""
    for run in change.clocks:
        if run.extent == clockwork.CASE and run.round > 1 and run.stopped_at is None:
            used = round(100 * run.spent_seconds / run.total_seconds) if run.total_seconds else 100
            params = {"clock": _plan_of(change, run).definition.title.model_dump(), "level": used}
            change.tell("case.reopened", "clock.went_on", kind="clock", params=params, actor=CLOCK,
                        is_audited=False, is_published=False)  # fmt: skip


def move_clocks(change: Change, left: str) -> None:
    """The state changed: its clock stops, that of the new state starts, clocks that pause there stand still."""
    for run in change.clocks:
        if run.extent == clockwork.STEP and run.state == left:
            clockwork.stop(run, at=change.at)
    _start_step(change)
    _pause_or_resume(change)
    _show_due(change)


def stop_clocks(change: Change, *, cancelled: bool = False) -> None:
    """The case ended; what its clocks measured stays, and whether it was in time stands on the case."""
    for run in change.clocks:
        if run.stopped_at is None:
            clockwork.stop(run, at=change.at, cancelled=cancelled)
            if run.extent == clockwork.CASE:
                in_time = None if cancelled else run.outcome == ClockRun.Outcome.ON_TIME
                change.set(due_at=run.due_at, in_time=in_time)


def extend_clocks(change: Change, duration: Duration, *, asked_at: datetime) -> None:
    """More time for the matter. Raises BadInput where no clock of it can count the duration."""
    by = check_more_time(change, duration)
    for run in _clocks_of_the_matter(change):
        clockwork.extend(run, _plan_of(change, run), duration, by=by, asked_at=asked_at, at=change.at)
    _show_due(change)


def check_more_time(change: Change, duration: Duration) -> Basis:
    """What more time is counted by: the wall, or for working time the calendar of the clocks. Raises BadInput when they
    have none.
    """
    if not duration.unit.startswith("working_"):
        return WallTime(change.declared.zone)
    bases = [_plan_of(change, run).basis for run in _clocks_of_the_matter(change)]
    working = [basis for basis in bases if basis.is_working]
    if bases and not working:
        raise BadInput("input.invalid", fields=(FieldError("duration", "case.no_calendar"),))
    return working[0] if working else WallTime(change.declared.zone)


def _clocks_of_the_matter(change: Change) -> list[ClockRun]:
    """The clock of the whole case, and that of a state in which somebody works on it: how soon a case must be accepted
    or checked is not what more time is asked for.
    """
    is_working = change.state.kind == "working"
    running = [run for run in change.clocks if run.stopped_at is None]
    return [run for run in running if run.extent == clockwork.CASE or is_working]


def recount_clocks(change: Change, plans: Collection[int]) -> int:
    """Count the clocks of these plans again by their calendar as it is now; returns how many moved."""
    moved = 0
    changed_before = TimelineEntry.objects.filter(case=change.case, key__in=("case.extended", "case.escalated"))
    is_through = not changed_before.exists()
    for run in change.clocks:
        if run.plan_id not in plans:
            continue
        plan, old_due = _plan_of(change, run), run.due_at
        is_plain = is_through and run.running_since == run.started_at
        if clockwork.recount(run, plan, at=change.at, is_plain=is_plain):
            moved += 1
            title = plan.definition.title.model_dump()
            old, new = (f"{due.astimezone(change.declared.zone):%Y-%m-%d %H:%M}" for due in (old_due, run.due_at))
            params = {"clock": title, "old_due": old, "due": new}
            proof = {"clock": plan.definition.key, "old_due_at": old_due.isoformat(), "due_at": run.due_at.isoformat()}
            _show_due(change)
            change.tell("case.recounted", "case.recounted", kind="clock", params=params, proof=proof)
    return moved


def ring_passed(change: Change) -> None:
    """Ring for every level that was reached before this act, so that acting late hides no warning."""
    for run in change.clocks:
        ring_run(change, run)


def ring_run(change: Change, run: ClockRun) -> None:
    """Ring one clock for every level reached by now, oldest first."""
    while run.next_at is not None and run.next_at <= change.at:
        plan = _plan_of(change, run)
        level, at = clockwork.ring(run, plan)
        _tell(change, run, plan, level, at)


def _tell(change: Change, run: ClockRun, plan: Plan, level: int, at: datetime) -> None:
    facts: dict[str, Any] = {
        "clock": plan.definition.key,
        "clock_extent": run.extent,
        "clock_state": run.state,
        "level": level,
        "clock_due_at": run.due_at,
    }
    params = {"clock": plan.definition.title.model_dump(), "level": level, "due_at": run.due_at.isoformat()}
    title = plan.definition.title.model_dump()
    if level in plan.definition.warn:
        key = "clock.breached" if level >= 100 else "clock.warned"
        change.tell("clock.warned", key, kind="clock", is_audited=False, params=params, actor=CLOCK, at=at, **facts)
        change.announce(key, ("holder",), clock=title, level=level, due_at=run.due_at.isoformat())
    for escalation in clockwork.escalations(plan, level):
        if escalation.raise_severity and change.case.severity > MOST_SEVERE:
            change.set(severity=change.case.severity - 1)
        if escalation.supervise and change.case.supervised_at is None:
            change.set(supervised_at=at)
        proof = {"clock": plan.definition.key, "level": level, "notify": list(escalation.notify)}
        change.tell(
            "case.escalated", "case.escalated", kind="clock", proof=proof, params=params, actor=CLOCK, at=at, **facts
        )
        change.announce("case.escalated", escalation.notify, clock=title, level=level, due_at=run.due_at.isoformat())


def _plan(change: Change, key: str | None) -> Plan | None:
    return change.declared.plans.get(key) if key else None


def _plan_of(change: Change, run: ClockRun) -> Plan:
    if run.plan_id is None:
        raise ValueError("the clock of a self-test belongs to no case")
    return change.declared.plan(run.plan_id)


def _start_step(change: Change) -> None:
    case = change.case
    plan = _plan(change, change.declared.types_by_pk[case.case_type_id].clocks.steps.get(case.state))
    if plan is not None:
        run = clockwork.start(plan, case, clockwork.STEP, at=change.at, state=case.state, round_=_round(change))
        change.start_clock(run)


def _round(change: Change) -> int:
    """1 until the case is reopened for the first time."""
    return change.case.reopened_count + 1


def _pause_or_resume(change: Change) -> None:
    for run in change.clocks:
        if run.stopped_at is not None:
            continue
        plan = _plan_of(change, run)
        if _stands_still(change, plan):
            clockwork.pause(run, plan, at=change.at)
        else:
            clockwork.resume(run, plan, at=change.at)


def _stands_still(change: Change, plan: Plan) -> bool:
    """In a state where it is to wait; and who finished his work is not measured by how soon others look at it."""
    is_handled = plan.definition.until == "finished" and change.case.finished_at is not None
    return is_handled or change.case.state in plan.definition.pause_in


def _show_due(change: Change) -> None:
    """The case's due moment is that of the clock of the whole case; while that stands still there is none."""
    whole = [run for run in change.clocks if run.extent == clockwork.CASE and run.stopped_at is None]
    if whole:
        change.set(due_at=whole[-1].due_at if whole[-1].running_since is not None else None)
