"""Reading background work: what recurs, what was asked for, what failed. Only a duty over the whole city may."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, QuerySet

from citybrain.base import clock
from citybrain.base.accounts import Viewer
from citybrain.base.errors import NotFound
from citybrain.base.jobs.models import Recurring, Run
from citybrain.base.jobs.registry import registry
from citybrain.base.metrics import gauge


@dataclass(frozen=True)
class RecurringStatus:
    """A recurring job or a loop, with how it went last."""

    name: str
    kind: str
    period_seconds: float | None
    by: str | None
    next_at: datetime | None
    started_at: datetime | None
    succeeded_at: datetime | None
    seconds: float | None
    failures_in_a_row: int
    error: str


def recurring(viewer: Viewer) -> list[RecurringStatus]:
    """Every recurring job and loop of the installed platform, by kind and name."""
    viewer.check("job.read")
    rows = {row.name: row for row in Recurring.objects.all()}
    known = registry()
    jobs = [_status(name, "job", rows.get(name)) for name in sorted(known.recurring)]
    return jobs + [_status(name, "loop", rows.get(name)) for name in sorted(known.loops)]


def _status(name: str, kind: str, row: Recurring | None) -> RecurringStatus:
    every = registry().recurring.get(name)
    return RecurringStatus(
        name=name,
        kind=kind,
        period_seconds=every.period.total_seconds() if every else None,
        by=every.by if every else None,
        next_at=row.next_at if row and every else None,
        started_at=row.started_at if row else None,
        succeeded_at=row.succeeded_at if row else None,
        seconds=row.seconds if row else None,
        failures_in_a_row=row.failures_in_a_row if row else 0,
        error=row.error if row else "",
    )


def get_recurring(viewer: Viewer, name: str) -> RecurringStatus:
    """Raises NotFound `job.unknown`."""
    for status in recurring(viewer):
        if status.name == name:
            return status
    raise NotFound("job.unknown", name=name)


def runs(viewer: Viewer, *, state: str | None = None, name: str | None = None) -> QuerySet[Run]:
    """Single runs, and the failed rounds of recurring jobs."""
    viewer.check("job.read")
    wanted = {"state": state, "name": name}
    return Run.objects.filter(**{field: value for field, value in wanted.items() if value is not None})


def get_run(viewer: Viewer, number: int) -> Run:
    """Raises NotFound `job.no_run`."""
    found = runs(viewer).filter(pk=number).first()
    if found is None:
        raise NotFound("job.no_run", number=number)
    return found


@gauge("citybrain_job_runs", "Runs of background jobs by state", labels=("state",))
def run_counts() -> Mapping[tuple[str, ...], float]:
    rows = Run.objects.order_by().values_list("state").annotate(count=Count("id"))
    return {(state.value,): 0 for state in Run.State} | {(state,): count for state, count in rows}


def unmended_runs() -> int:
    """Single runs of the last thirty days that failed and were not asked for again."""
    failed = Run.objects.filter(state=Run.State.FAILED, recurring=False)
    lately = failed.filter(finished_at__gt=clock.wall_now() - timedelta(days=30))
    return lately.exclude(pk__in=Run.objects.filter(rerun_of__isnull=False).values("rerun_of")).count()


@gauge("citybrain_jobs_failing", "Recurring jobs and loops whose last round failed")
def failing_jobs() -> float:
    return float(Recurring.objects.filter(failures_in_a_row__gt=0).count())
