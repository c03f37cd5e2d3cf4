"""What the doors of `sense` (HTTP, MQTT) share: who may send, what is known of the things, and taking a batch in."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from citybrain.base import clock
from citybrain.base.errors import NotSignedIn, Unavailable
from citybrain.hubs.sensing.ingest.catalogue import Catalogue
from citybrain.hubs.sensing.ingest.committer import Committer
from citybrain.hubs.sensing.ingest.decode import Limits, Unclear, limits_of, straight
from citybrain.hubs.sensing.ingest.metrics import Metrics
from citybrain.hubs.sensing.ingest.room import Room
from citybrain.hubs.sensing.ingest.sift import Rejected, Sieve, corrected_too_often, parse, places_of
from citybrain.hubs.sensing.ingest.snapshot import Keyring, Rule, Rules, SnapshotFile, Things, Token, Tokens

log = logging.getLogger("citybrain.sense")
POLL_SECONDS = 0.1
RETRY_SECONDS = 1.0
SWEEP_SECONDS = 1.0
DRIVEN_SECONDS = 0.01


@dataclass
class Taken:
    """What became of a batch: `accepted` includes `duplicates`; the rest was rejected."""

    accepted: int = 0
    duplicates: int = 0
    rejected: list[Rejected] = field(default_factory=list)

    def document(self, language: str) -> dict[str, Any]:
        return {
            "accepted": self.accepted,
            "duplicates": self.duplicates,
            "rejected": [one.document(language) for one in self.rejected],
        }


class Snapshots:
    """The three files as they were last read."""

    def __init__(self, folder: Path):
        self.files = [SnapshotFile(folder, name) for name in ("tokens", "things", "rules")]
        self.keyring: Keyring | None = None
        self.catalogue: Catalogue | None = None
        self.rules: list[Rule] = []

    def changed(self) -> list[SnapshotFile]:
        return [file for file in self.files if file.changed()]

    def forget(self) -> None:
        """Read them all again at the next look."""
        for file in self.files:
            file.forget()

    def load(self, files: list[SnapshotFile]) -> bool:
        """Read these files; whether things or rules are new."""
        new = False
        for file in files:
            read = file.read()
            if isinstance(read, Tokens):
                self.keyring = Keyring(read)
            elif isinstance(read, Things):
                self.catalogue, new = Catalogue(read), True
            elif isinstance(read, Rules):
                self.rules, new = read.usable(), True
        return new and self.catalogue is not None


class Service:
    def __init__(self, snapshots: Snapshots, committer: Committer, metrics: Metrics, room: Room):
        self.snapshots, self.committer, self.metrics, self.room = snapshots, committer, metrics, room

    def token(self, authorization: bytes) -> Token:
        """Raises NotSignedIn, or Unavailable before the first snapshot."""
        keyring = self.snapshots.keyring
        if keyring is None:
            raise Unavailable("observation.starting", retry_after=1)
        scheme, _, secret = authorization.partition(b" ")
        if scheme.lower() != b"bearer" or not secret.strip():
            raise NotSignedIn("observation.no_token")
        token = keyring.find(secret.strip().decode("latin-1"))
        if token is None:
            raise NotSignedIn("observation.bad_token")
        return token

    @property
    def catalogue(self) -> Catalogue:
        if self.snapshots.catalogue is None:
            raise Unavailable("observation.starting", retry_after=1)
        return self.snapshots.catalogue

    def limits(self, token: Token) -> Limits:
        return limits_of(
            token.mode,
            city_now=clock.to_micros(clock.now()),
            wall_now=clock.to_micros(clock.wall_now()),
            scope=self.catalogue.scope_of(token),
        )

    async def take(self, body: bytes, token: Token, *, lines: bool, thing: str | None = None) -> Taken:
        """Take a batch in; returns when its good rows are synced.

        Raises BadInput when it cannot be read at all, TooMany and Unavailable when it could not be stored.
        """
        self.room.check()
        limits, catalogue = self.limits(token), self.catalogue
        try:
            if thing is not None:
                raise Unclear
            rows = straight(body, lines=lines, catalogue=catalogue, limits=limits)
            rejected: list[Rejected] = []
            places: list[int] = []
        except Unclear:
            sieve = await self._sift(body, lines, catalogue, limits, thing)
            rows, rejected, places = sieve.rows(), sieve.rejected, sieve.places
        done = await self.committer.submit(rows, token.id)
        if done.refused:
            places = places or places_of(body, len(rows), lines=lines)
            rejected += [corrected_too_often(places[row], rows, row, catalogue) for row in done.refused]
            rejected.sort(key=lambda one: one.index)
        taken = Taken(len(rows) - len(done.refused), done.duplicates, rejected)
        self.metrics.accepted.inc(taken.accepted)
        self.metrics.duplicates.inc(taken.duplicates)
        self.metrics.rejected.inc(len(rejected))
        return taken

    async def _sift(self, body: bytes, lines: bool, catalogue: Catalogue, limits: Limits, thing: str | None) -> Sieve:
        sieve = Sieve(catalogue, limits, thing)
        for _ in sieve.take(parse(body, lines=lines)):
            await asyncio.sleep(0)
        return sieve

    async def sweep(self) -> None:
        """Look for silences each second, and at once when somebody has driven the clock; until cancelled."""
        driven = getattr(clock.current(), "mode", "") == "driven"
        swept, at = 0.0, clock.now()
        while True:
            try:
                if clock.monotonic() - swept >= SWEEP_SECONDS or (driven and clock.now() != at):
                    swept, at = clock.monotonic(), clock.now()
                    self.committer.sweep()
            except Exception:
                log.exception("silences could not be looked for, trying again")
                swept = clock.monotonic()
            await asyncio.sleep(DRIVEN_SECONDS if driven else POLL_SECONDS)

    async def watch(self) -> None:
        """Follow the snapshot files until cancelled: what cannot be taken over is tried again, as who is revoked
        there may send until it is.
        """
        while True:
            try:
                await self._follow()
                await asyncio.sleep(POLL_SECONDS)
            except Exception:
                log.exception("the snapshot could not be taken over, trying again")
                self.snapshots.forget()
                await asyncio.sleep(RETRY_SECONDS)

    async def _follow(self) -> None:
        changed = self.snapshots.changed()
        new = await asyncio.to_thread(self.snapshots.load, changed) if changed else False
        if new:
            self.committer.adopt(self.catalogue, self.snapshots.rules)
