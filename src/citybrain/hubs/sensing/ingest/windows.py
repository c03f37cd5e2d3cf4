"""The last readings of every watched stream, and where each rule stands with it.

A *window* holds the last DEPTH readings of one stream in a ring. A *slot* is one rule on one stream: the state of its
machine after the newest reading, and the points inside the window at which the state changed, so that the state after
any reading of the window is known and late readings can be worked in exactly. A calm stream has no such points.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from citybrain.hubs.sensing.ingest.columns import NEVER, Bytes, Flags, Floats, Ints, Streams
from citybrain.hubs.sensing.ingest.machine import INITIAL, Reading, State

DEPTH = 32


@dataclass
class Windows:
    """Arrays by window. A ring's entry is the event time doubled, plus one when the quality is good, and the value."""

    stream: Streams
    moments: Ints  # [windows, DEPTH]
    values: Floats  # [windows, DEPTH]
    sequences: NDArray[np.int16]  # [windows, DEPTH]
    written: Ints  # entries so far; the next one goes to written % DEPTH
    last: Ints  # event time of the newest entry, NEVER when there is none
    complete: Flags  # the window holds everything the stream ever sent
    past: Flags  # [windows, DEPTH]: no sign of life, it came too late for that
    heard: Ints  # event time of the newest sign of life, NEVER when there is none; it may have left the window
    heard_sequence: NDArray[np.int16]

    @classmethod
    def blank(cls, stream: Streams, complete: Flags) -> Windows:
        n = len(stream)
        return cls(
            stream,
            np.zeros((n, DEPTH), np.int64),
            np.zeros((n, DEPTH), np.float64),
            np.zeros((n, DEPTH), np.int16),
            np.zeros(n, np.int64),
            np.full(n, NEVER, np.int64),
            complete.copy(),
            np.zeros((n, DEPTH), np.bool_),
            np.full(n, NEVER, np.int64),
            np.zeros(n, np.int16),
        )

    def readings(self, window: int) -> list[Reading]:
        """Everything in the window, oldest first."""
        written = int(self.written[window])
        places = np.arange(written - min(written, DEPTH), written) % DEPTH
        rings = (self.moments, self.values, self.sequences, self.past)
        entries = zip(*(ring[window, places].tolist() for ring in rings), strict=True)
        return [Reading(moment >> 1, value, bool(moment & 1), *rest) for moment, value, *rest in entries]

    def oldest(self, window: int) -> int:
        """Event time of the oldest entry; NEVER when there is none."""
        written = int(self.written[window])
        return int(self.moments[window, written % DEPTH if written >= DEPTH else 0]) >> 1 if written else NEVER

    def follow(
        self,
        windows: Ints,
        rank: Ints,
        count: Ints,
        at: Ints,
        value: Floats,
        good: Flags,
        sequence: NDArray[np.int16],
        past: Flags,
    ) -> None:
        """Append rows that are later than all in their windows: `rank` counts within a window, `count` is by row."""
        written = self.written.take(windows)
        places = (windows * DEPTH) + ((written + rank) % DEPTH)
        self.moments.reshape(-1)[places] = at * 2 + good
        self.values.reshape(-1)[places] = value
        self.sequences.reshape(-1)[places] = sequence
        self.past.reshape(-1)[places] = past
        newest = rank == count - 1
        own, total = windows[newest], (written + count)[newest]
        self.written[own] = total
        self.last[own] = at[newest]
        self.complete[own] &= total <= DEPTH

    def hear(self, windows: Ints, at: Ints, sequence: NDArray[np.int16]) -> None:
        """Note the newest sign of life, one of each of these windows."""
        self.heard[windows], self.heard_sequence[windows] = at, sequence

    def replace(self, window: int, readings: Sequence[Reading]) -> None:
        """Put other readings, oldest first, in the window's place; what it cannot hold falls out."""
        kept = readings[-DEPTH:]
        self.moments[window, : len(kept)] = [reading.at * 2 + reading.good for reading in kept]
        self.values[window, : len(kept)] = [reading.value for reading in kept]
        self.sequences[window, : len(kept)] = [reading.sequence for reading in kept]
        self.past[window, : len(kept)] = [reading.past for reading in kept]
        heard = next((reading for reading in reversed(kept) if not reading.past), None)
        if heard is not None:
            self.heard[window], self.heard_sequence[window] = heard.at, heard.sequence
        self.complete[window] &= len(readings) <= DEPTH
        self.written[window] = len(kept)
        self.last[window] = kept[-1].at


@dataclass
class Slots:
    """Arrays by slot, and the changes of those that have any."""

    rule: NDArray[np.int32]
    window: Ints
    phase: Bytes
    start: Ints
    since: Ints
    fired: Ints
    silent: Flags  # silence after the last reading has been told
    floor: Ints  # readings up to here are not judged again: an earlier rule judged them
    changes: dict[int, list[tuple[int, State]]] = field(default_factory=dict)

    @classmethod
    def blank(cls, rule: NDArray[np.int32], window: Ints) -> Slots:
        n = len(rule)
        never = np.full(n, NEVER, np.int64)
        return cls(
            rule,
            window,
            np.zeros(n, np.int8),
            never.copy(),
            never.copy(),
            never.copy(),
            np.zeros(n, np.bool_),
            never.copy(),
        )

    def __len__(self) -> int:
        return len(self.rule)

    def state(self, slot: int) -> State:
        """After the newest reading."""
        return State(int(self.phase[slot]), int(self.start[slot]), int(self.since[slot]), int(self.fired[slot]))

    def state_before(self, slot: int, at: int) -> State:
        """After the last reading that is earlier than `at` and inside the window."""
        found = INITIAL
        for moment, state in self.changes.get(slot, ()):
            if moment >= at:
                break
            found = state
        return found

    def put(self, slot: int, readings: Sequence[Reading], states: Sequence[State], *, oldest: int) -> None:
        """The states after the newest readings, in place of what stood from the first of them on."""
        points = self.changes.get(slot, [])
        points = [point for point in points if point[0] < readings[0].at]
        state = points[-1][1] if points else INITIAL
        for reading, following in zip(readings, states, strict=True):
            if following != state:
                points.append((reading.at, following))
                state = following
        while len(points) > 1 and points[1][0] <= oldest:
            points.pop(0)
        self.phase[slot], self.start[slot], self.since[slot], self.fired[slot] = state[:4]
        if points and points != [(points[0][0], INITIAL)]:
            self.changes[slot] = points
        else:
            self.changes.pop(slot, None)
