"""How a clock runs: started, warned at its levels, paused, extended, stopped. Works on rows, saves nothing."""

from __future__ import annotations

from datetime import datetime

from citybrain.hubs.business.cases.calendars import Basis, due_of, longer_due
from citybrain.hubs.business.cases.manifest import Duration, Escalation
from citybrain.hubs.business.cases.models import Case, ClockRun
from citybrain.hubs.business.cases.types import Plan

CASE, STEP = ClockRun.Extent.CASE, ClockRun.Extent.STEP
RUNNING = ("running_since", "spent_seconds", "total_seconds", "due_at", "warned_level", "next_level", "next_at",
           "breached_at", "stopped_at", "outcome")  # fmt: skip
"""The columns that change while a clock runs."""


def start(plan: Plan, case: Case | None, extent: str, *, at: datetime, state: str = "", round_: int = 1) -> ClockRun:
    """A clock that starts now; the severity of its case chooses the time allowed."""
    definition = plan.definition
    severity = str(case.severity) if case else ""
    duration = definition.by_severity.get(severity, definition.duration)  # type: ignore[call-overload]  # keys "1".."4"
    due = due_of(plan.basis, at, duration)
    run = ClockRun(
        case=case,
        plan_id=plan.pk,
        extent=extent,
        state=state,
        round=round_,
        started_at=at,
        running_since=at,
        total_seconds=plan.basis.measure(at, due),
        due_at=due,
    )
    schedule(run, plan)
    return run


def go_on(ended: ClockRun, plan: Plan, *, at: datetime, round_: int) -> ClockRun:
    """A clock that counts on where one that was stopped had come to; the time between counts for neither.

    What was warned of is not warned of again. One that was late stays late, and its due moment, which is past, moves by
    the time between.
    """
    stopped = ended.stopped_at or at
    late = ended.outcome == ClockRun.Outcome.LATE
    spent = used(ended, plan, stopped)
    between = plan.basis.measure(stopped, at)
    run = ClockRun(
        case=ended.case,
        plan_id=ended.plan_id,
        extent=ended.extent,
        state=ended.state,
        round=round_,
        started_at=at,
        running_since=at,
        spent_seconds=spent,
        total_seconds=ended.total_seconds,
        due_at=plan.basis.add(ended.due_at, between) if late else plan.basis.add(at, ended.total_seconds - spent),
        warned_level=ended.warned_level,
        breached_at=(ended.breached_at or ended.due_at) if late else None,
    )
    schedule(run, plan)
    return run


def levels(plan: Plan) -> list[int]:
    """The per cents at which something happens, rising."""
    return sorted({*plan.definition.warn, *(escalation.at for escalation in plan.definition.escalate)})


def used(run: ClockRun, plan: Plan, at: datetime) -> float:
    """Seconds of the time allowed that are used by a moment, as the clock counts them."""
    end = at if run.stopped_at is None else run.stopped_at
    since = run.running_since
    return run.spent_seconds + (plan.basis.measure(since, end) if since else 0.0)


def escalations(plan: Plan, level: int) -> list[Escalation]:
    return [escalation for escalation in plan.definition.escalate if escalation.at == level]


def moment_of_level(run: ClockRun, plan: Plan, level: int) -> datetime:
    """When this share of the time allowed is used up, if the clock runs on."""
    if run.running_since is None:
        raise ValueError("a clock that stands still reaches no level")
    if level == 100:
        return run.due_at
    return plan.basis.add(run.running_since, run.total_seconds * level / 100 - run.spent_seconds)


def schedule(run: ClockRun, plan: Plan) -> None:
    """Set the next level and its moment from what was already warned of."""
    ahead = [level for level in levels(plan) if level > run.warned_level]
    standing = run.running_since is None or run.stopped_at is not None
    run.next_level = ahead[0] if ahead and not standing else None
    run.next_at = None if run.next_level is None else moment_of_level(run, plan, run.next_level)


def ring(run: ClockRun, plan: Plan) -> tuple[int, datetime]:
    """Note that the next level was reached; returns the level and its moment."""
    if run.next_level is None or run.next_at is None:
        raise ValueError("this clock has nothing to ring for")
    level, at = run.next_level, run.next_at
    run.warned_level = level
    if level >= 100 and run.breached_at is None:
        run.breached_at = at if level == 100 else run.due_at
    schedule(run, plan)
    return level, at


def is_late(run: ClockRun, at: datetime) -> bool:
    return run.breached_at is not None or (run.running_since is not None and at > run.due_at)


def stop(run: ClockRun, *, at: datetime, cancelled: bool = False) -> None:
    """End the clock; whether it was in time stays with it."""
    outcome = ClockRun.Outcome
    run.outcome = outcome.CANCELLED if cancelled else outcome.LATE if is_late(run, at) else outcome.ON_TIME
    run.stopped_at = at
    run.next_level = run.next_at = None


def pause(run: ClockRun, plan: Plan, *, at: datetime) -> None:
    """Let the clock stand still; what it has used is kept."""
    if run.running_since is None:
        return
    if at > run.due_at and run.breached_at is None:
        run.breached_at = run.due_at
    run.spent_seconds += plan.basis.measure(run.running_since, at)
    run.running_since = None
    schedule(run, plan)


def resume(run: ClockRun, plan: Plan, *, at: datetime) -> None:
    """Let the clock run on with what is left of the time allowed; where nothing is, it stays due when it was."""
    if run.running_since is not None:
        return
    run.running_since = at
    left = run.total_seconds - run.spent_seconds
    if left > 0:
        run.due_at = plan.basis.add(at, left)
    schedule(run, plan)


def recount(run: ClockRun, plan: Plan, *, at: datetime, is_plain: bool) -> bool:
    """Count again by a calendar that has changed; true when it is due at another moment.

    A clock that ran through (`is_plain`: never paused, never extended) is due as if it had been started by the new
    calendar; any other keeps what it has left. What was used before a pause stays as it was counted then. Levels that
    lie ahead again will warn again, and a breach that is none by the new calendar is taken back.
    """
    if run.running_since is None or run.stopped_at is not None:
        return False
    if is_plain and run.case is not None:
        duration = plan.definition.by_severity.get(str(run.case.severity), plan.definition.duration)  # type: ignore[call-overload]  # keys "1".."4"
        due = due_of(plan.basis, run.started_at, duration)
        total = plan.basis.measure(run.started_at, due)
    else:
        total = run.total_seconds
        due = plan.basis.add(run.running_since, total - run.spent_seconds)
    if due == run.due_at:
        return False
    run.due_at, run.total_seconds = due, total
    run.warned_level = max(
        (level for level in levels(plan) if level <= run.warned_level and moment_of_level(run, plan, level) <= at),
        default=0,
    )
    if due > at:
        run.breached_at = None
    schedule(run, plan)
    return True


def extend(run: ClockRun, plan: Plan, duration: Duration, *, by: Basis, asked_at: datetime, at: datetime) -> None:
    """Allow more time, counted (`by` what it was asked in) from the present due moment; levels that lie ahead again
    will warn again. A breach is taken back when the time was asked for before it and lasts beyond now.
    """
    longer = longer_due(by, run.due_at, duration)
    is_asked_in_time = asked_at <= run.due_at
    run.total_seconds += plan.basis.measure(run.due_at, longer)
    is_left = longer > at if run.running_since is not None else run.total_seconds > run.spent_seconds
    if is_asked_in_time and is_left:
        run.breached_at = None
    if run.running_since is not None:
        run.due_at = longer
        run.warned_level = max(
            (level for level in levels(plan) if level <= run.warned_level and moment_of_level(run, plan, level) <= at),
            default=0,
        )
    schedule(run, plan)
