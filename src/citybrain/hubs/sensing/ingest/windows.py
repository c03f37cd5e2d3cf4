"""The last readings of every (rule, stream), each with the state of the machine after it.

Late readings and corrections that fall inside the window are worked in exactly; what is older than the window is only
stored. One slot is one rule on one stream; its window is a ring of DEPTH entries.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from citybrain.hubs.sensing.ingest.columns import NEVER, Flags, Ints, Streams
from citybrain.hubs.sensing.ingest.machine import INITIAL, Reading, State

DEPTH = 32
ENTRY = np.dtype(
    [
        ("at", "<i8"),
        ("value", "<f8"),
        ("start", "<i8"),
        ("since", "<i8"),
        ("fired", "<i8"),
        ("phase", "i1"),
        ("good", "?"),
        ("_", "V6"),
    ]
)
BLANK = np.zeros((), ENTRY)
for _name in ("at", "start", "since", "fired"):
    BLANK[_name] = NEVER


@dataclass
class Windows:
    """Arrays by slot."""

    rule: NDArray[np.int32]  # which rule
    stream: Streams
    ring: NDArray[np.void]  # [slots, DEPTH] of ENTRY
    written: Ints  # entries so far; the next one goes to written % DEPTH
    complete: Flags  # the window holds everything the stream ever sent
    silent: Flags  # silence after the last reading has been told

    @classmethod
    def blank(cls, rule: NDArray[np.int32], stream: Streams, complete: Flags) -> Windows:
        n = len(rule)
        ring = np.full((n, DEPTH), BLANK, ENTRY)
        return cls(rule, stream, ring, np.zeros(n, np.int64), complete.copy(), np.zeros(n, np.bool_))

    def __len__(self) -> int:
        return len(self.rule)

    def heads(self, slots: Ints) -> NDArray[np.void]:
        """The newest entries; a blank one where there is none (its phase is NORMAL, its times NEVER)."""
        return self.ring[slots, (self.written[slots] - 1) % DEPTH]

    def head(self, slot: int) -> tuple[int, State]:
        """Event time of the newest reading (NEVER: none) and the state after it."""
        entry = self.ring[slot, (self.written[slot] - 1) % DEPTH]
        return int(entry["at"]), _state(entry)

    def entries(self, slot: int) -> list[tuple[Reading, State]]:
        """Everything in the window, oldest first."""
        written = int(self.written[slot])
        count = min(written, DEPTH)
        places = np.arange(written - count, written) % DEPTH
        return [(_reading(entry), _state(entry)) for entry in self.ring[slot, places]]

    def append(self, slot: int, readings: list[Reading], states: list[State]) -> None:
        """Readings later than all in the window."""
        written = int(self.written[slot])
        for reading, state in zip(readings[-DEPTH:], states[-DEPTH:], strict=True):
            self.ring[slot, written % DEPTH] = _entry(reading, state)
            written += 1
        self.complete[slot] &= int(self.written[slot]) + len(readings) <= DEPTH
        self.written[slot] = written

    def replace(self, slot: int, entries: list[tuple[Reading, State]]) -> None:
        kept = entries[-DEPTH:]
        for place, (reading, state) in enumerate(kept):
            self.ring[slot, place] = _entry(reading, state)
        self.complete[slot] &= len(entries) <= DEPTH
        self.written[slot] = len(kept)

    def cut(self, slots: Ints) -> None:
        """Keep the state and forget how it came about: the rule has changed, and the past is not judged again."""
        slots = slots[self.written[slots] > 0]
        newest = self.heads(slots)
        self.ring[slots] = BLANK
        self.ring[slots, 0] = newest
        self.written[slots] = 1
        self.complete[slots] = False


def _reading(entry: NDArray[np.void]) -> Reading:
    return Reading(int(entry["at"]), float(entry["value"]), bool(entry["good"]))


def _state(entry: NDArray[np.void]) -> State:
    if entry["at"] == NEVER:
        return INITIAL
    return State(int(entry["phase"]), int(entry["start"]), int(entry["since"]), int(entry["fired"]))


def _entry(reading: Reading, state: State) -> tuple[int, float, int, int, int, int, bool, bytes]:
    return (reading.at, reading.value, state.start, state.since, state.fired, state.phase, reading.good, b"")
