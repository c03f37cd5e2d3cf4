"""Everything `sense` keeps, in one place: segments, what is known, the latest values, the rules and their journal.

Between two calls all parts agree. `decide` changes nothing, `write` is the only step that may fail, `apply` follows a
write that succeeded. After a kill, `Store(...)` brings all parts back to what the synced bytes say.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from citybrain.base import clock
from citybrain.hubs.sensing.ingest import adoption, checkpoint, journal, segments
from citybrain.hubs.sensing.ingest.arrange import Arranged, arrange
from citybrain.hubs.sensing.ingest.catalogue import Catalogue
from citybrain.hubs.sensing.ingest.columns import NEVER, Rows, Stored, Streams
from citybrain.hubs.sensing.ingest.known import Known, Verdict
from citybrain.hubs.sensing.ingest.lakekeys import LakeKeys
from citybrain.hubs.sensing.ingest.latest import EMPTY, Latest, newest, records_of
from citybrain.hubs.sensing.ingest.rulebook import RuleBook, Transition
from citybrain.hubs.sensing.ingest.snapshot import Rule

log = logging.getLogger("citybrain.sense")
SEGMENT_BYTES = 64 * 1024 * 1024
SEGMENT_SECONDS = 60.0
SEGMENT_CITY_SECONDS, SEGMENT_LEAST_SECONDS = 900.0, 2.0
"""Where city time runs fast a segment is closed after a quarter of an hour of it, so that the lake is no older."""


@dataclass(slots=True)
class Prepared:
    """A group with the verdict on each of its rows; `stored` are those that are kept."""

    verdict: Verdict
    stored: Stored


def city_micros() -> int:
    return clock.to_micros(clock.now())


class Store:
    def __init__(self, data: Path, catalogue: Catalogue | None = None, rules: Sequence[Rule] = ()):
        """Open and recover; with the snapshot at hand, so that streams newer than the checkpoint are judged too."""
        self.hot = data / "hot"
        self.journal = journal.Journal(data / "journal", data / "run" / "work.sock")
        self.known = Known(self.hot, LakeKeys(data / "lake" / "readings"))
        self.latest = Latest(self.hot / "latest.bin")
        self.book = RuleBook.empty()
        self.rules_failed = 0
        self.swept_to = NEVER  # city time up to which silences have been looked for
        numbers = [number for number, _ in segments.segments(self.hot)]
        self._recover(catalogue, list(rules))
        # what the lake holds already is deleted unread: a number is never given twice, even when `hot` was lost
        taken = [*numbers, self._after_checkpoint, self.known.lake.last_segment()]
        self.segment = segments.Segment(self.hot, max(taken) + 1)
        self._opened_at, self._opened_city = clock.monotonic(), city_micros()
        self._stale = True  # something happened since the last checkpoint
        self.latest.publish()
        self.save_checkpoint(self.take_checkpoint())

    # -- starting -----------------------------------------------------------------------------------------------

    def _recover(self, catalogue: Catalogue | None, rules: list[Rule]) -> None:
        saved = checkpoint.read(self.hot)
        self._after_checkpoint = saved.meta.segment if saved else 0
        if saved is not None:
            self.latest.restore(saved.latest)
            self.book = saved.book()
        else:
            self._restore_from_lake()
        if catalogue is not None:
            self.latest.reserve(catalogue.size)
            self.book = adoption.extend(self.book, rules, catalogue, self.latest.at)
        true = self._replay(*((saved.meta.segment, saved.meta.offset) if saved else (0, 0)))
        true += self.book.sweep(city_micros())
        told = journal.told_since(self.journal.folder, saved.meta.journal_seq if saved else 0)
        self.journal.add(journal.untold(told, true, since=NEVER if saved else self._first_recorded()))
        self.journal.flush()

    def _first_recorded(self) -> int:
        """When the oldest of the hot readings was recorded; later than all times while there is none."""
        for _, path in segments.segments(self.hot):
            for batch, _ in segments.read(path):
                return Stored.of(batch).recorded_at
        return 2**63 - 1

    def _restore_from_lake(self) -> None:
        high = self.known.lake.high_water(1)
        if (high != NEVER).any():
            log.warning("there is no checkpoint: high-water marks are taken from the lake, alarms start afresh")
            records = np.repeat(EMPTY, len(high))
            records["at"] = high
            self.latest.restore(records)

    def _replay(self, segment: int, offset: int) -> list[Transition]:
        """Work through the segments from a position on; older ones only have to be known."""
        true: list[Transition] = []
        found = segments.segments(self.hot)
        for number, path in found:
            if (number, path) == found[-1]:
                if not segments.recover(path):
                    continue
            elif not segments.is_whole(path):
                log.error("%s is damaged: what follows the damage cannot be read", path)
            start = offset if number == segment else 0
            for batch, end in segments.read(path):
                stored = Stored.of(batch)
                self.known.add(number, stored)
                if number > segment or (number == segment and end > start):
                    self.latest.reserve(int(stored.rows.stream.max()) + 1)
                    true += self._take_in(number, end, stored)
            self.known.tidy()
        return true

    # -- a group of readings --------------------------------------------------------------------------------------

    def arrange(self, rows: Rows) -> Arranged:
        """The order of a group, and what in it is late: the cheap half of the decision."""
        self.latest.reserve(int(rows.stream.max()) + 1)
        return arrange(rows, self.latest.at)

    def decide(self, rows: Rows, token: Streams, arranged: Arranged) -> Prepared:
        """Which rows are new or corrections. Changes nothing; may read the lake when there are late rows."""
        verdict = self.known.decide(rows, arranged, self.latest.at)
        now = city_micros()
        if arranged.late is None or verdict.keep.all():
            return Prepared(verdict, Stored(rows, verdict.sequence, token, now))
        which = np.flatnonzero(verdict.keep)
        return Prepared(verdict, Stored(rows.take(which), verdict.sequence[which], token[which], now))

    def write(self, stored: Stored) -> None:
        """Append and sync. Raises OSError, and then nothing is stored."""
        self.segment.write(stored.batch())

    def apply(self, stored: Stored) -> None:
        """What follows from readings that are stored now: known keys, latest values, alarms."""
        self._stale = True
        self.known.add(self.segment.number, stored)
        self.journal.add(self._take_in(self.segment.number, self.segment.offset, stored))

    def _take_in(self, segment: int, offset: int, stored: Stored) -> list[Transition]:
        arranged = arrange(stored.rows, self.latest.at)
        which = newest(stored, arranged, self.latest.at)
        rows = stored.rows
        records = records_of(
            rows.at[which], rows.value[which], rows.quality[which], stored.sequence[which], stored.recorded_at
        )
        self.latest.update(rows.stream[which], records, (segment, offset))
        try:
            return self.book.apply(rows, arranged, stored.sequence, stored.recorded_at)
        except Exception:  # a fault of a rule must not stop the store; /health says that there was one
            self.rules_failed += 1
            log.exception("the rules could not be applied to a group; its readings are stored")
            return []

    def sweep(self) -> None:
        now = city_micros()
        self.journal.add(self.book.sweep(now))
        self.swept_to = now

    # -- a new snapshot ---------------------------------------------------------------------------------------------

    def adopt(self, catalogue: Catalogue, rules: list[Rule]) -> bool:
        """Take over rules and things; says whether a checkpoint is due because something ended or changed."""
        self.latest.reserve(catalogue.size)
        adopted = adoption.adopt(self.book, rules, catalogue, self.latest.at, now=city_micros())
        self.book = adopted.book
        self.journal.add(adopted.transitions)
        return adopted.changed

    # -- segments and checkpoints -------------------------------------------------------------------------------------

    def due_for_rotation(self) -> bool:
        size = self.segment.offset
        if size <= len(segments.HEAD):
            return False
        passed, in_city = clock.monotonic() - self._opened_at, (city_micros() - self._opened_city) / 1e6
        is_old = passed > SEGMENT_SECONDS or (in_city > SEGMENT_CITY_SECONDS and passed > SEGMENT_LEAST_SECONDS)
        return size > SEGMENT_BYTES or is_old

    def rotate(self) -> None:
        """Close the segment and begin the next. Raises OSError when the disk is full; then the old one goes on."""
        following = segments.Segment(self.hot, self.segment.number + 1)
        finished, self.segment = self.segment, following
        self._opened_at, self._opened_city = clock.monotonic(), city_micros()
        self.known.tidy()
        finished.finish()

    def take_checkpoint(self) -> checkpoint.Checkpoint:
        """A copy of the state; the journal must have been flushed."""
        self._stale = False
        return checkpoint.take(
            self.segment.number, self.segment.offset, self.journal.seq, self.latest.records, self.book
        )

    def save_checkpoint(self, taken: checkpoint.Checkpoint) -> None:
        checkpoint.write(self.hot, taken)

    def close(self) -> None:
        """Write down everything and let go. Raises OSError when the disk is full; nothing stored is lost by that."""
        self.journal.flush()
        if self._stale:
            self.save_checkpoint(self.take_checkpoint())
        self.segment.finish()
        self.journal.close()
