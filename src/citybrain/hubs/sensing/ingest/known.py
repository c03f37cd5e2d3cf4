"""Is this reading new, a repetition or a correction? Exact over all time.

A reading later than everything its stream has sent is new: that is decided for a whole batch by array comparisons.
The others are looked up: in the keys of the hot segments (sorted runs in memory, or read back from the file), then in
the lake. A value that was ever recorded for (stream, at) is a repetition, so that redelivery in any order changes
nothing; another value is a correction and gets the next sequence. Nobody corrects a moment a thousand times: that is a
device whose clock stands still, and what it sends beyond is refused.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from citybrain.hubs.sensing.ingest import segments
from citybrain.hubs.sensing.ingest.arrange import Arranged
from citybrain.hubs.sensing.ingest.columns import DAY, Flags, Ints, Rows, Stored, Streams
from citybrain.hubs.sensing.ingest.lakekeys import LakeKeys
from citybrain.hubs.sensing.ingest.runs import Run, Runs

MAX_CORRECTIONS = 1_000  # of one moment of a stream
HOT_ROWS = 4_000_000  # keys of closed segments kept in memory; others are read back when a late reading asks


@dataclass(slots=True)
class Verdict:
    """On each row of a group; what is neither kept nor refused is a repetition."""

    keep: Flags
    refused: Flags  # corrections of a moment that has MAX_CORRECTIONS already
    sequence: NDArray[np.int16]


class SegmentKeys:
    """The keys of one hot segment."""

    def __init__(self, number: int, path: Path):
        self.number, self.path = number, path
        self.earliest, self.latest = 2**63 - 1, -(2**63)
        self.count = 0
        self._fresh: list[Stored] = []
        self._runs: Runs | None = Runs()

    def add(self, stored: Stored) -> None:
        self._fresh.append(stored)
        self.count += len(stored.rows)
        self.earliest = min(self.earliest, int(stored.rows.at.min()))
        self.latest = max(self.latest, int(stored.rows.at.max()))

    @property
    def in_memory(self) -> int:
        return self.count if self._runs is not None else 0

    def drop(self) -> None:
        self._runs, self._fresh = None, []

    def runs(self, day: int) -> Iterator[Run]:
        """The sorted runs of a day; raises FileNotFoundError when the segment has gone to the lake."""
        if self._runs is None:
            self._runs, self._fresh = Runs(), [Stored.of(batch) for batch, _ in segments.read(self.path)]
            if not self.path.exists():
                raise FileNotFoundError(self.path)
        for stored in self._fresh:
            self._runs.add(stored)
        self._fresh = []
        return self._runs.of(day)


class Known:
    """Everything that has been stored, as far as it takes to recognise it."""

    def __init__(self, hot: Path, lake: LakeKeys):
        self.hot, self.lake = hot, lake
        self._segments: OrderedDict[int, SegmentKeys] = OrderedDict()

    def add(self, number: int, stored: Stored) -> None:
        if number not in self._segments:
            self._segments[number] = SegmentKeys(number, segments.segment_path(self.hot, number))
        self._segments[number].add(stored)

    def tidy(self) -> None:
        """Forget what the lake has taken over, and keep no more than HOT_ROWS of closed segments in memory."""
        for number, keys in list(self._segments.items()):
            if not keys.path.exists():
                del self._segments[number]
        closed = list(self._segments.values())[:-1]
        held = sum(keys.in_memory for keys in closed)
        for keys in closed:
            if held <= HOT_ROWS:
                break
            held -= keys.in_memory
            keys.drop()

    def decide(self, rows: Rows, arranged: Arranged, high: Ints) -> Verdict:
        """Which rows to keep, and the sequence of each. Changes nothing."""
        keep, sequence = np.ones(len(rows), np.bool_), np.zeros(len(rows), np.int16)
        refused = np.zeros(len(rows), np.bool_)
        if arranged.late is not None:
            which = np.flatnonzero(arranged.late)
            exact = self._exact(rows.take(which), high)
            keep[which], refused[which], sequence[which] = exact.keep, exact.refused, exact.sequence
        return Verdict(keep, refused, sequence)

    def _exact(self, rows: Rows, high: Ints) -> Verdict:
        """On rows of which some may have been stored before."""
        order = np.lexsort((rows.at, rows.stream))  # stable: equal keys stay in arrival order
        stream, at = rows.stream[order], rows.at[order]
        again = np.zeros(len(order), np.bool_)
        again[1:] = (stream[1:] == stream[:-1]) & (at[1:] == at[:-1])
        top, same = np.full(len(rows), -1, np.int16), np.zeros(len(rows), np.bool_)
        old = np.flatnonzero(rows.at <= high[rows.stream])
        if len(old):
            top[old], same[old] = self.find(rows.take(old))
        keep, sequence = ~same, top.astype(np.int64) + 1
        for begin, end in _repeated(again):
            self._within(rows, order[begin:end], same, keep, sequence)
        refused = keep & (sequence > MAX_CORRECTIONS)
        return Verdict(keep & ~refused, refused, np.minimum(sequence, MAX_CORRECTIONS).astype(np.int16))

    def _within(self, rows: Rows, group: Ints, same: Flags, keep: Flags, sequence: Ints) -> None:
        """Rows of one group with the same key: each against the store and against those before it."""
        following = int(sequence[group[0]])
        seen: set[tuple[float, int]] = set()
        for row in group:
            content = float(rows.value[row]), int(rows.quality[row])
            keep[row] = not same[row] and content not in seen
            if keep[row]:
                sequence[row] = following
                if following <= MAX_CORRECTIONS:
                    seen.add(content)
                    following += 1

    def find(self, rows: Rows) -> tuple[NDArray[np.int16], Flags]:
        """For each row the highest sequence stored under its key (-1: none), and whether its value is among them."""
        top, same = np.full(len(rows), -1, np.int16), np.zeros(len(rows), np.bool_)
        days = rows.at // DAY
        for day in np.unique(days):
            which = np.flatnonzero(days == day)
            part = rows.take(which)
            for run in self._runs(int(day), part.stream):
                found_top, found_same = run.find(part, int(day))
                top[which] = np.maximum(top[which], found_top)
                same[which] |= found_same
        return top, same

    def _runs(self, day: int, streams: Streams) -> Iterator[Run]:
        """Hot first, then the lake: what moves in between is seen twice, never missed."""
        for keys in list(self._segments.values()):
            if keys.earliest < (day + 1) * DAY and keys.latest >= day * DAY:
                read_back = not keys.in_memory
                try:
                    yield from keys.runs(day)
                except FileNotFoundError:
                    self._segments.pop(keys.number, None)
                if read_back and sum(one.in_memory for one in self._segments.values()) > HOT_ROWS:
                    keys.drop()
        yield from self.lake.runs(day, streams)


def _repeated(again: Flags) -> Iterator[tuple[int, int]]:
    """Stretches [begin, end) of equal keys, where `again` marks each row that equals the one before."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], again, [False]]).astype(np.int8)))
    for begin, end in zip(edges[::2] - 1, edges[1::2], strict=True):
        yield int(begin), int(end)
