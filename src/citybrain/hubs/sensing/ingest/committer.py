"""One committer: batches queue, a group of them is written with one sync, and all who wait for it are told.

While one group is being synced by a thread, the next gathers. Whatever goes wrong, nobody is left waiting: a failed
group fails all its waiters, and nothing of it is stored.
"""

from __future__ import annotations

import asyncio
import errno
import logging
from collections import deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TypeVar

import numpy as np

from citybrain.base import clock
from citybrain.base.errors import CityError, TooMany, Unavailable
from citybrain.hubs.sensing.ingest.catalogue import Catalogue
from citybrain.hubs.sensing.ingest.columns import Rows, join
from citybrain.hubs.sensing.ingest.known import Verdict
from citybrain.hubs.sensing.ingest.metrics import Metrics
from citybrain.hubs.sensing.ingest.snapshot import Rule
from citybrain.hubs.sensing.ingest.store import Prepared, Store

log = logging.getLogger("citybrain.sense")
T = TypeVar("T")
GATHER_SECONDS = 0.005
GROUP_ROWS = 65_536  # a group of this size does not wait for more
QUEUE_ROWS = 524_288
RETRY_SECONDS = 1


@dataclass(frozen=True, slots=True)
class Committed:
    """What became of a batch of rows: how many were repetitions, and the places of those that were refused."""

    duplicates: int = 0
    refused: tuple[int, ...] = ()


@dataclass(slots=True)
class Waiting:
    rows: Rows
    token: int
    done: asyncio.Future[Committed]


class Committer:
    def __init__(self, store: Store, metrics: Metrics):
        self.store, self.metrics = store, metrics
        self._queue: deque[Waiting] = deque()
        self._queued = 0
        self._arrived = asyncio.Event()
        self._full = asyncio.Event()
        self._chores: deque[Callable[[], None]] = deque()
        self._disk = ThreadPoolExecutor(1, thread_name_prefix="disk")
        self._side = ThreadPoolExecutor(1, thread_name_prefix="checkpoint")
        self._checkpointing: asyncio.Future[None] | None = None
        self._checkpoint_wanted = False
        self._stopping = False
        self._troubles: dict[str, str] = {}  # by step; a step that goes well again takes its own away

    async def submit(self, rows: Rows, token: int) -> Committed:
        """Store the rows; which of them were not new. Returns when they are synced.

        Raises TooMany when the queue is full, Unavailable when they could not be stored.
        """
        if self._stopping:
            raise Unavailable("observation.stopping", retry_after=RETRY_SECONDS)
        if self._queued + len(rows) > QUEUE_ROWS and self._queued:
            raise TooMany("observation.busy", retry_after=RETRY_SECONDS, seconds=RETRY_SECONDS)
        if not len(rows):
            return Committed()
        waiting = Waiting(rows, token, asyncio.get_running_loop().create_future())
        self._queue.append(waiting)
        self._queued += len(rows)
        self._arrived.set()
        if self._queued >= GROUP_ROWS:
            self._full.set()
        return await waiting.done

    @property
    def queued(self) -> int:
        """Readings that wait for their commit."""
        return self._queued

    def adopt(self, catalogue: Catalogue, rules: list[Rule]) -> None:
        """Take a new snapshot over between two groups."""

        def chore() -> None:
            if self.store.adopt(catalogue, rules):
                self._checkpoint_wanted = True

        self._chore(chore)

    def sweep(self) -> None:
        self._chore(self.store.sweep)

    def _chore(self, chore: Callable[[], None]) -> None:
        self._chores.append(chore)
        self._arrived.set()

    async def run(self) -> None:
        """Commit until `stop` has been called and nothing is left.

        Raises what should never happen (a stored group that could not be taken in): the process must then start anew
        from the disk.
        """
        try:
            while self._queue or self._chores or not self._stopping:
                await self._arrived.wait()
                if self._queue and self._queued < GROUP_ROWS and not self._stopping:
                    await self._gather()
                self._arrived.clear()
                self._full.clear()
                await self._round()
                if self._queue or self._stopping:
                    self._arrived.set()
        finally:
            self._stopping = True
            self._fail(list(self._queue), Unavailable("observation.stopping", retry_after=RETRY_SECONDS))

    async def _gather(self) -> None:
        try:
            async with asyncio.timeout(GATHER_SECONDS):
                await self._full.wait()
        except TimeoutError:
            return

    async def _round(self) -> None:
        while self._chores:
            self._chores.popleft()()
        group = self._take_group()
        if group:
            await self._commit(group)
        await self._flush_journal()
        try:
            if not self.store.journal.pending and (self._checkpoint_wanted or self.store.due_for_rotation()):
                await self._rotate()
                self._troubles.pop("segment", None)
        except OSError as error:  # tried again in a second, nothing is lost by waiting
            self._trouble("segment", "a new segment could not be written", error)
        self._measure()

    async def _flush_journal(self) -> None:
        """A full disk leaves the lines pending; they are tried again in a second, and a kill does not lose them."""
        try:
            if self.store.journal.pending:
                await self._in_thread(self.store.journal.flush)
                self._troubles.pop("journal", None)
        except OSError as error:
            self._trouble("journal", "the alarm journal could not be written", error)

    def _take_group(self) -> list[Waiting]:
        group: list[Waiting] = []
        rows = 0
        while self._queue and (not group or rows + len(self._queue[0].rows) <= 2 * GROUP_ROWS):
            group.append(self._queue.popleft())
            rows += len(group[-1].rows)
        self._queued -= rows
        return group

    async def _commit(self, group: list[Waiting]) -> None:
        began = clock.monotonic()
        try:
            prepared = await self._write(group)
        except Exception as error:
            self.metrics.failed.inc()
            self._trouble("commit", "a group commit failed, nothing of it is stored", error)
            self._fail(group, _refusal(error))
            return
        self._troubles.pop("commit", None)
        try:
            if len(prepared.stored.rows):
                self.store.apply(prepared.stored)
            await self._flush_journal()  # who was told yes can rely on the alarms having been told, too
        finally:
            self._tell(group, prepared.verdict)
        self.metrics.commit.observe(clock.monotonic() - began)

    async def _write(self, group: list[Waiting]) -> Prepared:
        rows = join([waiting.rows for waiting in group])
        sizes = [len(waiting.rows) for waiting in group]
        token = np.repeat(np.array([waiting.token for waiting in group], np.int32), sizes)
        self.metrics.group.observe(len(rows))
        arranged = self.store.arrange(rows)
        if arranged.late is None:
            prepared = self.store.decide(rows, token, arranged)
        else:
            prepared = await self._in_thread(lambda: self.store.decide(rows, token, arranged))
        if len(prepared.stored.rows):
            await self._in_thread(lambda: self.store.write(prepared.stored))
        return prepared

    def _fail(self, group: list[Waiting], refusal: CityError) -> None:
        for waiting in group:
            if not waiting.done.done():
                waiting.done.set_exception(refusal)

    def _trouble(self, step: str, what: str, error: BaseException) -> None:
        told = f"{what}: {error}"
        if self._troubles.get(step) != told:
            log.error("%s", told)
        self._troubles[step] = told

    @property
    def trouble(self) -> str:
        """What keeps it from working, in a sentence; empty when all went well at the last try."""
        return "; ".join(self._troubles.values())

    def _tell(self, group: list[Waiting], verdict: Verdict) -> None:
        begin = 0
        for waiting in group:
            part = slice(begin, begin + len(waiting.rows))
            if not waiting.done.done():
                refused = tuple(np.flatnonzero(verdict.refused[part]).tolist())
                kept = int(np.count_nonzero(verdict.keep[part]))
                waiting.done.set_result(Committed(len(waiting.rows) - kept - len(refused), refused))
            begin = part.stop

    async def _rotate(self) -> None:
        """Begin a new segment and write the checkpoint beside the work; one at a time."""
        if self._checkpointing is not None and not self._checkpointing.done():
            return
        self._checkpoint_wanted = False
        await self._in_thread(self.store.rotate)
        taken = self.store.take_checkpoint()
        loop = asyncio.get_running_loop()
        self._checkpointing = loop.run_in_executor(self._side, lambda: self.store.save_checkpoint(taken))
        self._checkpointing.add_done_callback(self._checkpointed)

    def _checkpointed(self, done: asyncio.Future[None]) -> None:
        error = done.exception()
        self._troubles.pop("checkpoint", None)
        if error is not None:
            self._trouble("checkpoint", "the checkpoint could not be written, the old one stays", error)

    async def _in_thread(self, work: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._disk, work)

    def _measure(self) -> None:
        metrics, store = self.metrics, self.store
        metrics.queued.set(self._queued)
        metrics.late.set(store.book.unevaluated)
        metrics.rules_failed.set(store.rules_failed)
        metrics.journal.set(store.journal.seq)
        metrics.segment.set(store.segment.number)

    def stop(self) -> None:
        """Take nothing more; `run` ends when what is queued has been stored."""
        self._stopping = True
        self._arrived.set()

    async def close(self) -> None:
        """After `run` has ended: write the last checkpoint and let go of the files."""
        if self._checkpointing is not None:
            await asyncio.wait([self._checkpointing])
        try:
            await self._in_thread(self.store.close)
        except OSError as error:
            log.error("the last checkpoint could not be written, the one before serves the next start: %s", error)
        self._disk.shutdown()
        self._side.shutdown()


def _refusal(error: Exception) -> CityError:
    if isinstance(error, CityError):
        return error
    if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
        return Unavailable("observation.disk_full", retry_after=10)
    return Unavailable("observation.not_stored", retry_after=RETRY_SECONDS, why=str(error))
