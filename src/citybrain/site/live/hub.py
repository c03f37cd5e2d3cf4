"""One reader of the outbox for all streams: hands each event to whoever may see it. No Django here."""

from __future__ import annotations

import asyncio
import logging
import sqlite3
import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar

import psycopg
from prometheus_client import CollectorRegistry, Counter, Gauge

from citybrain.base import clock
from citybrain.base.conditions import FALSE, test
from citybrain.site.live.outbox import BATCH, LiveEvent, Outbox, Place, PostgresOutbox, SqliteOutbox
from citybrain.site.live.tickets import Ticket

log = logging.getLogger("citybrain.live")
QUEUE_LIMIT = 1000
CATCH_UP_LIMIT = 5000
EPOCHS_EVERY = 0.4
RECONNECT_AFTER = 1.0
STREAM_LIFE = 900.0
T = TypeVar("T")
DATABASE_ERRORS = (sqlite3.Error, psycopg.Error, OSError)


class Counts:
    """What /metrics tells."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.streams = Gauge("citybrain_live_streams", "Open streams", registry=self.registry)
        self.sent = Counter("citybrain_live_events_sent", "Events handed to streams", registry=self.registry)
        self.ended = Counter("citybrain_live_streams_ended", "Streams ended", ["reason"], registry=self.registry)
        self.read = Counter("citybrain_live_events_read", "Events read from the outbox", registry=self.registry)
        self.failures = Counter("citybrain_live_read_failures", "Reads that failed", registry=self.registry)


@dataclass(eq=False)
class Stream:
    """One reader with its ticket: frames wait in a bounded queue; `end` is why no more will come."""

    ticket: Ticket
    place: Place
    frames: deque[bytes] = field(default_factory=deque)
    ready: asyncio.Event = field(default_factory=asyncio.Event)
    end: str | None = None
    opened_at: float = field(default_factory=time.monotonic)

    def sees(self, event: LiveEvent) -> bool:
        return test(self.ticket.reach.get(event.family, FALSE), event.fields)

    def give(self, frame: bytes) -> None:
        """Queue a frame; a reader that has fallen too far behind loses the queue and is told to read anew."""
        if len(self.frames) >= QUEUE_LIMIT:
            self.stop("resync")
        else:
            self.frames.append(frame)
            self.ready.set()

    def stop(self, why: str) -> None:
        """End the stream; what waits is dropped unless it ends in peace."""
        if self.end is None:
            self.end = why
            if why != "renew":
                self.frames.clear()
            self.ready.set()


class Hub:
    """Reads for everybody in one thread; streams only wait for their queue."""

    def __init__(self, open_outbox: Callable[[], SqliteOutbox | PostgresOutbox], heartbeat: Path | None = None):
        self._open = open_outbox
        self._outbox: Outbox | None = None
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="outbox")
        self._poll_seconds = SqliteOutbox.poll_seconds
        self._epochs_at = 0.0
        self._task: asyncio.Task[None] | None = None
        self.heartbeat = heartbeat
        self.streams: set[Stream] = set()
        self.place: Place | None = None
        self.read_at = 0.0
        self.counts = Counts()

    async def start(self) -> None:
        self._task = asyncio.create_task(self._run())

    async def stop(self) -> None:
        self.end_all("closing")
        if self._task:
            self._task.cancel()
        if self._outbox:
            await self._call(self._outbox.close)
        self._thread.shutdown()

    def end_all(self, why: str) -> None:
        for stream in self.streams:
            stream.stop(why)

    @property
    def is_well(self) -> bool:
        """Whether the outbox was read within the last two seconds."""
        return time.monotonic() - self.read_at < 2.0

    async def _call(self, read: Callable[..., T], *arguments: Any) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._thread, read, *arguments)

    async def _run(self) -> None:
        while True:
            try:
                await self._connect()
                await self._poll()
                await asyncio.sleep(self._poll_seconds)
            except DATABASE_ERRORS as error:
                self.counts.failures.inc()
                log.warning("the outbox cannot be read (%s); trying again", type(error).__name__)
                self._outbox = None
                await asyncio.sleep(RECONNECT_AFTER)
            except Exception:  # nobody waits for this task: had it ended, all streams would stay open and silent
                self.counts.failures.inc()
                log.exception("what happened could not be handed out; it is gone on behind it, and readers read anew")
                self._outbox = self.place = None
                self.end_all("resync")
                await asyncio.sleep(RECONNECT_AFTER)

    async def _connect(self) -> None:
        if self._outbox is None:
            outbox = await self._call(self._open)
            self._poll_seconds = outbox.poll_seconds
            if self.place is None:
                self.place = await self._call(outbox.last)
            self._outbox = outbox

    async def _poll(self) -> None:
        outbox, place = self._outbox, self.place
        if outbox is None or place is None:
            return
        if await self._call(outbox.changed):
            while events := await self._call(outbox.after, self.place):
                self.counts.read.inc(len(events))
                self._hand_out(events)
                self.place = events[-1].place
                if len(events) < BATCH:
                    break
        await self._end_the_revoked(outbox)
        self.read_at = time.monotonic()
        if self.heartbeat:
            self.heartbeat.touch()

    def _hand_out(self, events: list[LiveEvent]) -> None:
        """Each event is tested once for all streams that see alike."""
        groups: dict[str, list[Stream]] = {}
        for stream in self.streams:
            if stream.end is None:
                groups.setdefault(stream.ticket.reach_key, []).append(stream)
        for event in events:
            for group in groups.values():
                if group[0].sees(event):
                    behind = [stream for stream in group if stream.place < event.place]
                    for stream in behind:
                        stream.give(event.frame)
                    self.counts.sent.inc(len(behind))

    async def _end_the_revoked(self, outbox: Outbox) -> None:
        """Streams whose user or token was revoked, and those whose time is over."""
        now = time.monotonic()
        if not self.streams or now - self._epochs_at < EPOCHS_EVERY:
            return
        self._epochs_at = now
        asked = list(self.streams)  # whoever comes during the read was looked at by `is_in_force`
        epochs = await self._call(outbox.epochs, {stream.ticket.principal for stream in asked}, clock.wall_now())
        city_now = clock.now()
        for stream in asked:
            if epochs.get(stream.ticket.principal) != stream.ticket.epoch:
                stream.stop("revoked")
            elif now - stream.opened_at > STREAM_LIFE or _is_over(stream.ticket, city_now):
                stream.stop("renew")

    async def is_in_force(self, ticket: Ticket) -> bool:
        """Whether the ticket's user or token may still be here, asked before the first frame."""
        if self._outbox is None:
            return False
        epochs = await self._call(self._outbox.epochs, [ticket.principal], clock.wall_now())
        return epochs.get(ticket.principal) == ticket.epoch and not _is_over(ticket, clock.now())

    async def open(self, ticket: Ticket, after: Place | None) -> Stream:
        """A new stream; what happened after `after` comes first, without gap or repetition."""
        stream = Stream(ticket, after or self.place or Place(0, 0))
        if after is not None:
            await self._catch_up(stream)
        self.streams.add(stream)  # no await since the places were compared: nothing falls between
        self.counts.streams.set(len(self.streams))
        return stream

    async def _catch_up(self, stream: Stream) -> None:
        """Give what lies between the stream's place and the hub's; the rest comes from the hub. Too much: resync."""
        count = 0
        while self._outbox is not None and self.place is not None and stream.place < self.place:
            events = await self._call(self._outbox.after, stream.place)
            for event in events:
                if event.place > self.place:
                    return
                stream.place = event.place
                if stream.sees(event):
                    stream.give(event.frame)
            count += len(events)
            if count > CATCH_UP_LIMIT:
                stream.stop("resync")
            if stream.end or not events:
                return

    def close(self, stream: Stream) -> None:
        self.streams.discard(stream)
        self.counts.streams.set(len(self.streams))
        self.counts.ended.labels(stream.end or "left").inc()


def _is_over(ticket: Ticket, city_now: datetime) -> bool:
    return ticket.until is not None and ticket.until <= city_now
