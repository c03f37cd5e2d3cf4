"""Clocks that are due, and whether anybody watches them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Q, QuerySet

from citybrain.base import clock
from citybrain.base.accounts import Viewer, check_may, scoped
from citybrain.base.metrics import gauge, lag
from citybrain.hubs.business.cases import clockwork
from citybrain.hubs.business.cases.models import Case, ClockRun, SelfTest
from citybrain.hubs.business.cases.queries.catalogue import Catalogue

MOST_COUNTED = 10_000


def list_clocks(
    viewer: Viewer, *, running: bool | None = True, due_before: datetime | None = None, late: bool | None = None,
    extent: str = "",
) -> QuerySet[ClockRun]:  # fmt: skip
    """Clocks of cases that the viewer may see: those that run (or stand still), those that ended, or all."""
    rows = ClockRun.objects.filter(case__isnull=False).select_related("case", "plan")
    if running is not None:
        rows = rows.filter(stopped_at__isnull=running)
    if due_before is not None:
        rows = rows.filter(due_at__lt=due_before, running_since__isnull=False, stopped_at=None)
    if late is not None:
        running_out = Q(due_at__lt=clock.now(), running_since__isnull=False, stopped_at=None)
        overdue = running_out | Q(breached_at__isnull=False) | Q(outcome=ClockRun.Outcome.LATE)
        rows = rows.filter(overdue if late else ~overdue)
    if extent:
        rows = rows.filter(extent=extent)
    return scoped(viewer, rows)


@dataclass(frozen=True)
class Pace:
    """How a clock stands at a moment: what is used, whether time counts then, and when that changes."""

    at: datetime
    used_seconds: float
    counts: bool
    turns_at: datetime | None
    levels: list[int]


@dataclass
class ClockView:
    """A clock of a case as its page shows it; columns of the row are read through."""

    run: ClockRun
    declared: Catalogue

    def __getattr__(self, name: str) -> Any:
        return getattr(self.run, name)

    @property
    def pace(self) -> Pace:
        run, now = self.run, clock.now()
        if run.plan_id is None:
            raise ValueError("a clock of a case follows a plan")
        plan = self.declared.plan(run.plan_id)
        runs = run.running_since is not None and run.stopped_at is None
        counts, turns_at = plan.basis.turn(now) if runs else (False, None)
        return Pace(now, clockwork.used(run, plan, now), counts, turns_at, clockwork.levels(plan))


@lag("clocks")
def count_due() -> int:
    """Clocks whose next warning has come and was not performed yet; counts no further than 10,000."""
    return ClockRun.objects.filter(next_at__lte=clock.now())[:MOST_COUNTED].count()


def latest_self_tests(viewer: Viewer, count: int = 30) -> list[SelfTest]:
    """The newest self-tests of the clocks, newest first."""
    check_may(viewer, "case.read")
    return list(SelfTest.objects.select_related("run").order_by("-pk")[:count])


def self_test_stands() -> tuple[bool, datetime | None]:
    """Whether the newest judged self-test failed, and the city time of the last one that passed."""
    newest = SelfTest.objects.exclude(state=SelfTest.State.RUNNING).order_by("-pk").first()
    passed = SelfTest.objects.filter(state=SelfTest.State.PASSED).order_by("-pk").first()
    return newest is not None and newest.state == SelfTest.State.FAILED, passed.due_at if passed else None


@gauge("citybrain_clocks_due", "Clocks of cases whose warning has come and was not performed yet")
def clocks_due() -> float:
    return float(count_due())


@gauge("citybrain_clock_self_test_age_seconds", "City time since the clocks were last seen to escalate; -1 = never")
def self_test_age() -> float:
    passed = SelfTest.objects.filter(state=SelfTest.State.PASSED).order_by("-pk").first()
    return -1.0 if passed is None else max(timedelta(), clock.now() - passed.due_at).total_seconds()


@gauge("citybrain_cases_open", "Open cases by state", labels=("state",))
def open_cases() -> dict[tuple[str, ...], float]:
    rows = Case.objects.filter(closed_at=None).values_list("state").annotate(Count("pk")).order_by("state")
    return {(state,): float(count) for state, count in rows}
