"""Performing a job and keeping what became of it."""

from __future__ import annotations

import inspect
import logging
import socket
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import connection, transaction

from citybrain.base import clock
from citybrain.base.bus.describing import describe, trace
from citybrain.base.jobs.models import Recurring, Run
from citybrain.base.jobs.registry import Every, registry

log = logging.getLogger(__name__)
KEEP_EVERY = timedelta(seconds=10)
LONGEST_PAUSE = timedelta(minutes=5)
PROGRESS_SECONDS = 1.0
SYSTEM_KEY = "system:work"


class JobHangs(Exception):
    """A job ran longer than it declared that it may."""


@dataclass(frozen=True)
class Outcome:
    """What became of one job that ran: its error, or nothing."""

    name: str
    error: str = ""


@dataclass
class Progress:
    """Handed to a single job that takes `progress`: call it with how much is done (0 to 1) and a short note."""

    run: int
    told_at: float = field(default=float("-inf"))

    def __call__(self, done: float, note: str = "") -> None:
        now = clock.monotonic()
        if now - self.told_at < PROGRESS_SECONDS and done < 1:
            return
        self.told_at = now
        Run.objects.filter(pk=self.run).update(progress=done, note=note[:200], alive_at=clock.wall_now())


def here() -> str:
    """This data directory on this machine: whoever holds its lock may speak for all that ran under the name."""
    return f"{socket.gethostname()}:{settings.DATA_DIR}"[:200]


@dataclass
class Round:
    """A recurring job with what this process remembers of it, so that a quiet round writes nothing.

    Its row is written when it fails or recovers, when it was asked for, and otherwise at most every ten seconds.
    `stored_at` is the `next_at` that the database had when it was last read or written.
    """

    every: Every
    row: Recurring
    stored_at: datetime | None
    kept_at: datetime | None = None

    def due(self, now: datetime) -> bool:
        return self.row.next_at <= now

    def perform(self, now: datetime) -> Outcome:
        """Run it in this thread; an error is kept, never raised."""
        began, started = clock.wall_now(), clock.monotonic()
        error: Exception | None = None
        try:
            self.every.function()
        except Exception as caught:
            log.error("the job %s failed\n%s", self.every.name, trace(caught))
            error = caught
        row = self.row
        row.started_at, row.finished_at = began, clock.wall_now()
        row.seconds = clock.monotonic() - started
        changed = self._judge(error, now)
        if changed or self.kept_at is None or self.every.period >= KEEP_EVERY or began - self.kept_at > KEEP_EVERY:
            self._keep(error if changed else None)
            self.kept_at = row.finished_at
        return Outcome(self.every.name, row.error)

    def hung(self, seconds: float) -> None:
        """Keep that this round hangs; the next one comes after a pause, as after any failure."""
        error = JobHangs(f"has run for {seconds:.0f} s, its limit is {self.every.limit.total_seconds():.0f} s")
        log.error("the job %s hangs: it %s", self.every.name, error)
        self.row.finished_at, self.row.seconds = clock.wall_now(), seconds
        self._judge(error, self.every.now())
        self._keep(error)

    @transaction.atomic
    def _keep(self, error: Exception | None) -> None:
        """Write what became of it; a moment that somebody set while it ran stays."""
        kept = Recurring.objects.select_for_update().filter(name=self.row.name).first()
        if kept is not None and kept.next_at != self.stored_at:
            self.row.next_at = kept.next_at
        keep(self.row, error)
        self.stored_at = self.row.next_at

    def _judge(self, error: Exception | None, now: datetime) -> bool:
        """Note success or failure and when it comes round again; true when that is news."""
        row, before = self.row, (self.row.failures_in_a_row, self.row.error)
        if error is None:
            row.succeeded_at, row.failures_in_a_row, row.error = row.finished_at, 0, ""
            row.next_at = now + self.every.period
            return before != (0, "")
        row.failures_in_a_row += 1
        row.error = describe(error)
        longest = max(self.every.period, LONGEST_PAUSE)
        row.next_at = now + min(self.every.period * 2 ** min(row.failures_in_a_row - 1, 20), longest)
        return before[1] != row.error or row.failures_in_a_row % 10 == 0


def keep(row: Recurring, error: BaseException | None) -> None:
    """Write what became of a round; a new error also becomes a failed run, which stays in the list of failures."""
    with transaction.atomic():
        Recurring.objects.update_or_create(
            name=row.name,
            defaults={
                "kind": row.kind,
                "next_at": row.next_at,
                "started_at": row.started_at,
                "finished_at": row.finished_at,
                "succeeded_at": row.succeeded_at,
                "seconds": row.seconds,
                "failures_in_a_row": row.failures_in_a_row,
                "error": row.error,
            },
        )
        if error is not None:
            Run.objects.create(
                name=row.name,
                state=Run.State.FAILED,
                recurring=True,
                asked_by=SYSTEM_KEY,
                attempts=row.failures_in_a_row,
                queued_at=row.started_at or clock.wall_now(),
                started_at=row.started_at,
                finished_at=row.finished_at,
                worker=here(),
                error=trace(error),
            )


def rounds(now: datetime | None = None) -> list[Round]:
    """Every recurring job with its row; a new one is due at once."""
    rows = {row.name: row for row in Recurring.objects.all()}
    known = registry().recurring
    return [
        Round(every, rows[name], rows[name].next_at)
        if name in rows
        else Round(every, Recurring(name=name, next_at=now or every.now()), None)
        for name, every in sorted(known.items())
    ]


def claim_run() -> Run | None:
    """The oldest queued run, now running here; None when there is none."""
    waiting = Run.objects.filter(state=Run.State.QUEUED, name__in=registry().single).order_by("pk")
    if not waiting.exists():  # asked ten times a second: it must not take the writers' turn for nothing
        return None
    with transaction.atomic():
        run = waiting.select_for_update(skip_locked=connection.vendor == "postgresql").first()
        if run is None:
            return None
        run.state, run.worker = Run.State.RUNNING, here()
        run.started_at = run.alive_at = clock.wall_now()
        run.attempts += 1
        run.save(update_fields=["state", "worker", "started_at", "alive_at", "attempts"])
        return run


def perform_run(run: Run) -> Outcome:
    """Run a claimed single job in this thread; when it fails and has attempts left it is queued again."""
    single = registry().single[run.name]
    arguments: dict[str, Any] = dict(run.arguments)
    if "progress" in inspect.signature(single.function).parameters:
        arguments["progress"] = Progress(run.pk)
    try:
        single.function(**arguments)
    except Exception as caught:
        log.error("the job %s (run %s) failed\n%s", run.name, run.pk, trace(caught))
        again = run.attempts < single.attempts
        finish(run, Run.State.QUEUED if again else Run.State.FAILED, trace(caught))
        return Outcome(run.name, describe(caught))
    finish(run, Run.State.DONE, "")
    return Outcome(run.name)


def finish(run: Run, state: Run.State, error: str) -> None:
    run.state, run.error = state, error
    run.finished_at = None if state == Run.State.QUEUED else clock.wall_now()
    changed = ["state", "error", "finished_at"]
    if state == Run.State.DONE:
        run.progress = 1
        changed.append("progress")
    run.save(update_fields=changed)


def run_hung(run: Run, seconds: float) -> None:
    """Keep that a single run hangs; with attempts left it is queued again."""
    single = registry().single[run.name]
    again = run.attempts < single.attempts
    error = JobHangs(f"has run for {seconds:.0f} s, its limit is {single.limit.total_seconds():.0f} s")
    log.error("the job %s (run %s) hangs: it %s", run.name, run.pk, error)
    finish(run, Run.State.QUEUED if again else Run.State.FAILED, trace(error))


def hung_jobs() -> list[str]:
    """Names of recurring jobs whose last round hung, and of runs that failed because they hung within a day."""
    rounds = Recurring.objects.filter(failures_in_a_row__gt=0, error__startswith=JobHangs.__name__)
    lately = clock.wall_now() - timedelta(days=1)
    failed = Run.objects.filter(state=Run.State.FAILED, recurring=False, finished_at__gte=lately)
    runs = failed.filter(error__contains=JobHangs.__name__)
    return sorted({*rounds.values_list("name", flat=True), *runs.values_list("name", flat=True)})


def take_back(worker: str | None = None, silent_since: datetime | None = None) -> int:
    """Queue runs again whose worker is gone (by its name, or silent since); out of attempts they fail, visibly."""
    lost = Run.objects.filter(state=Run.State.RUNNING)
    lost = lost.filter(worker=worker) if worker is not None else lost.filter(alive_at__lt=silent_since)
    with transaction.atomic():
        found = list(lost.select_for_update().order_by("pk"))
        for run in found:
            single = registry().single.get(run.name)
            again = single is not None and run.attempts < max(single.attempts, 2)
            finish(run, Run.State.QUEUED if again else Run.State.FAILED, "the process that ran it ended")
    return len(found)


def run_due(now: datetime | None = None, *, names: Iterable[str] | None = None) -> list[Outcome]:
    """Perform everything that is due, in this thread: recurring jobs (by `now`), then queued runs until none is left.

    For tests and the command line; `names` limits it. Errors are kept as in `work`, and returned.
    """
    wanted = None if names is None else set(names)
    outcomes = []
    for each in rounds(now):
        moment = now or each.every.now()
        if (wanted is None or each.every.name in wanted) and each.due(moment):
            outcomes.append(each.perform(moment))
    while wanted is None and (run := claim_run()) is not None:
        outcomes.append(perform_run(run))
    return outcomes
