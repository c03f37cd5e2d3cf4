"""The engine of the `work` process: loops in its main thread, jobs in threads beside it.

One worker for each data directory (a lock file says so); where several machines share a PostgreSQL, one of them leads
and runs the recurring jobs, and every one takes single runs.
"""

from __future__ import annotations

import contextlib
import faulthandler
import fcntl
import logging
import os
import select
import socket
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial

from django.conf import settings
from django.db import close_old_connections, connections, transaction

from citybrain.base import clock
from citybrain.base.bus.describing import describe, trace
from citybrain.base.bus.waking import JOBS, listen
from citybrain.base.errors import Misconfigured
from citybrain.base.jobs.models import Lead, Recurring, Run
from citybrain.base.jobs.registry import Loop, registry
from citybrain.base.jobs.running import (
    Round,
    claim_run,
    here,
    keep,
    perform_run,
    rounds,
    run_hung,
    take_back,
)

log = logging.getLogger(__name__)
IDLE_SECONDS = 0.1
LOOK_AGAIN_SECONDS = 5.0
LEAD_FOR = timedelta(seconds=30)
ALIVE_EVERY_SECONDS = 10.0
HEARTBEAT_SECONDS = 1.0
SILENT_FOR = timedelta(seconds=60)
LONGEST_LOOP_PAUSE = 10.0
HUNG = 70  # EX_SOFTWARE


@dataclass
class LoopState:
    """A loop with its failures; after an error it pauses, longer each time, so that it does not spin."""

    loop: Loop
    row: Recurring
    resume_at: float = 0.0

    def take_step(self) -> bool:
        if clock.monotonic() < self.resume_at:
            return False
        try:
            did_something = self.loop.step()
        except Exception as error:
            self._fail(error)
            return False
        if self.row.failures_in_a_row:
            self.row.failures_in_a_row, self.row.error = 0, ""
            self.row.succeeded_at = clock.wall_now()
            keep(self.row, None)
        return did_something

    def _fail(self, error: Exception) -> None:
        log.error("the loop %s failed\n%s", self.loop.name, trace(error))
        close_old_connections()
        row, words = self.row, describe(error)
        news = row.error != words
        row.failures_in_a_row += 1
        row.error = words
        row.started_at = row.finished_at = row.next_at = clock.wall_now()
        self.resume_at = clock.monotonic() + min(IDLE_SECONDS * 2 ** min(row.failures_in_a_row, 10), LONGEST_LOOP_PAUSE)
        if news:
            with contextlib.suppress(Exception):  # the database itself may be what fails: the log has it
                keep(row, error)


@dataclass
class Worker:
    """`run(stop)` works until `stop` is set, then lets running jobs finish."""

    recurring_threads: int = 4
    single_threads: int = 2
    rounds: dict[str, Round] = field(default_factory=dict)
    running: dict[str, Future[None]] = field(default_factory=dict)
    single_runs: dict[int, Future[None]] = field(default_factory=dict)
    claimed: dict[int, Run] = field(default_factory=dict)
    begun: dict[str | int, float] = field(default_factory=dict)  # when each of those that run began
    end: Callable[[int], object] = os._exit  # a thread that hangs cannot be ended alone, nor be waited for
    leads: bool = False
    looked_at: float = float("-inf")
    alive_at: float = float("-inf")
    beat_at: float = float("-inf")

    def run(self, stop: threading.Event) -> None:
        """Raises Misconfigured `job.second_worker` when another worker runs on this data directory."""
        with (
            hold_directory(),
            contextlib.closing(listen()) as pokes,
            ThreadPoolExecutor(self.recurring_threads, "recurring") as recurring,
            ThreadPoolExecutor(self.single_threads, "single") as single,
        ):
            take_back(worker=here())
            loops = [
                LoopState(one, Recurring(name=one.name, kind=Recurring.Kind.LOOP, next_at=clock.wall_now()))
                for one in registry().loops.values()
            ]
            try:
                while not stop.is_set():
                    busy = [state.take_step() for state in loops]
                    self._tend(recurring, single)
                    if not any(busy) and JOBS in wait(pokes, IDLE_SECONDS):
                        self.looked_at = float("-inf")
            finally:
                self._give_up_lead()
                connections.close_all()

    def _tend(self, recurring: ThreadPoolExecutor, single: ThreadPoolExecutor) -> None:
        """Start what is due; trouble with the database is logged and tried again at the next look."""
        self._beat()
        try:
            self._end_when_hung()
            self._say_alive()
            self._start_recurring(recurring)
            self._start_single(single)
        except Exception:
            log.exception("the worker could not look for jobs")
            close_old_connections()
            self.looked_at = clock.monotonic()

    def _beat(self) -> None:
        """Show that the main thread gets round, for whoever looks at the platform's health."""
        if clock.monotonic() - self.beat_at > HEARTBEAT_SECONDS:
            self.beat_at = clock.monotonic()
            (settings.DATA_DIR / "run" / "work.heartbeat").touch()

    def _end_when_hung(self) -> None:
        """Note jobs that ran beyond their limit and end this process: whoever watches it starts it anew."""
        now = clock.monotonic()
        hung = False
        for name, future in self.running.items():
            each, passed = self.rounds[name], now - self.begun.get(name, now)
            if not future.done() and passed > each.every.limit.total_seconds():
                each.hung(passed)
                hung = True
        for key, future in self.single_runs.items():
            run, passed = self.claimed[key], now - self.begun.get(key, now)
            if not future.done() and passed > registry().single[run.name].limit.total_seconds():
                run_hung(run, passed)
                hung = True
        if hung:
            log.error("a job hangs: work ends and is started anew; its threads:")
            faulthandler.dump_traceback(all_threads=True)
            self._give_up_lead()
            self.end(HUNG)

    def _begin(self, pool: ThreadPoolExecutor, key: str | int, work: Callable[[], object]) -> Future[None]:
        def timed() -> None:
            self.begun[key] = clock.monotonic()
            work()

        self.begun.pop(key, None)
        return pool.submit(in_thread, timed)

    def _start_recurring(self, pool: ThreadPoolExecutor) -> None:
        if not self.leads:
            return
        if clock.monotonic() - self.looked_at > LOOK_AGAIN_SECONDS:
            self._look_again()
        self.running = {name: future for name, future in self.running.items() if not future.done()}
        for name, each in self.rounds.items():
            now = each.every.now()
            if name not in self.running and each.due(now):
                self.running[name] = self._begin(pool, name, partial(each.perform, now))

    def _look_again(self) -> None:
        """Read the rows anew, because a person may have asked for a job; what runs now keeps what it knows."""
        self.looked_at = clock.monotonic()
        for fresh in rounds():
            name = fresh.every.name
            known = self.rounds.get(name)
            if known is None:
                self.rounds[name] = fresh
            elif name not in self.running:
                known.row.next_at = min(known.row.next_at, fresh.row.next_at)
                known.stored_at = fresh.stored_at

    def _start_single(self, pool: ThreadPoolExecutor) -> None:
        self.single_runs = {key: future for key, future in self.single_runs.items() if not future.done()}
        self.claimed = {key: self.claimed[key] for key in self.single_runs}
        while len(self.single_runs) < self.single_threads:
            run = claim_run()
            if run is None:
                return
            self.claimed[run.pk] = run
            self.single_runs[run.pk] = self._begin(pool, run.pk, partial(perform_run, run))

    def _say_alive(self) -> None:
        """Every ten seconds: keep the lead or take it, keep our runs, take back those of workers that went silent."""
        if clock.monotonic() - self.alive_at < ALIVE_EVERY_SECONDS:
            return
        self.alive_at = clock.monotonic()
        now = clock.wall_now()
        self.leads = take_lead(now)
        Run.objects.filter(pk__in=list(self.single_runs)).update(alive_at=now)
        take_back(silent_since=now - SILENT_FOR)

    def _give_up_lead(self) -> None:
        if self.leads:
            with contextlib.suppress(Exception):
                Lead.objects.filter(worker=here()).update(until=clock.wall_now())


def take_lead(now: datetime) -> bool:
    """Whether this worker leads from now on: it did before, or nobody has said so lately."""
    with transaction.atomic():
        Lead.objects.get_or_create(pk=1, defaults={"until": now})
        lead = Lead.objects.select_for_update().get(pk=1)
        if lead.worker != here() and lead.until > now:
            return False
        lead.worker, lead.until = here(), now + LEAD_FOR
        lead.save(update_fields=["worker", "until"])
        return True


def in_thread(work: Callable[[], object]) -> None:
    """Run in a thread of the pool, whose database connection is closed afterwards."""
    try:
        work()
    except Exception:
        log.exception("what became of a job could not be kept")
    finally:
        connections.close_all()


def wait(pokes: socket.socket, seconds: float) -> set[bytes]:
    """Until somebody pokes, or `seconds` have passed; answers what all pokes so far say."""
    said: set[bytes] = set()
    ready, _, _ = select.select([pokes], [], [], seconds)
    with contextlib.suppress(BlockingIOError):
        while ready:
            said.add(pokes.recv(16))
    return said


@contextlib.contextmanager
def hold_directory() -> Iterator[None]:
    """The lock `DIR/run/work.lock`, for as long as this process works; the kernel lets it go when the process dies."""
    folder = settings.DATA_DIR / "run"
    folder.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(folder / "work.lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        os.close(descriptor)
        raise Misconfigured("job.second_worker", data=str(settings.DATA_DIR)) from error
    try:
        yield
    finally:
        os.close(descriptor)
