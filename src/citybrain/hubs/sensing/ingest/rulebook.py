"""All rules on all streams: a group of readings in, transitions out.

Most readings change nothing (a calm stream stays calm, a firing one goes on firing): array comparisons find them and
write them into the windows. Only the slots in which something happens, or whose readings came out of order, are taken
through the machine one by one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from citybrain.hubs.sensing.ingest.arrange import Arranged, firsts
from citybrain.hubs.sensing.ingest.columns import NEVER, Flags, Floats, Ints, Rows
from citybrain.hubs.sensing.ingest.machine import (
    FIRING,
    INITIAL,
    NORMAL,
    PENDING,
    Limit,
    Line,
    Reading,
    difference,
    limit_of,
    opening,
    run,
)
from citybrain.hubs.sensing.ingest.snapshot import Rule
from citybrain.hubs.sensing.ingest.windows import DEPTH, Windows


class Named(NamedTuple):
    """The names of a stream, kept as long as a rule watches it."""

    thing_id: int
    thing: str
    property: str


class Transition(NamedTuple):
    rule: str
    stream: int
    names: Named
    line: Line


@dataclass
class Layer:
    """At most one slot a stream, all of one kind: `slot_of[stream]` is -1 where there is none."""

    silence: bool
    slot_of: Ints


class RuleBook:
    def __init__(self, rules: list[Rule], windows: Windows, names: dict[int, Named]):
        self.rules, self.windows, self.names = rules, windows, names
        self.unevaluated = 0  # readings older than their window
        self.limits: list[Limit] = [limit_of(rule) for rule in rules]
        columns = np.array([limit[1:] for limit in self.limits], np.float64).reshape(len(rules), 6)
        self._sign, self._high, self._low = columns[:, 0], columns[:, 1], columns[:, 2]
        self._duration: Ints = np.array([limit.duration for limit in self.limits], np.int64)
        self._after: Ints = np.array([limit.after for limit in self.limits], np.int64)
        self._silence: Flags = np.array([limit.silence for limit in self.limits], np.bool_)
        self._silent_slots = np.flatnonzero(self._silence[windows.rule]) if len(rules) else np.zeros(0, np.int64)
        self._layers = self._layered()

    @classmethod
    def empty(cls) -> RuleBook:
        none = np.zeros(0, np.int32)
        return cls([], Windows.blank(none, none, np.zeros(0, np.bool_)), {})

    def _layered(self) -> list[Layer]:
        """As few layers as the busiest stream has rules of a kind."""
        layers: list[Layer] = []
        size = 1 + int(self.windows.stream.max(initial=0))
        for silence in (False, True):
            left = np.flatnonzero(self._silence[self.windows.rule] == silence) if self.rules else np.zeros(0, np.int64)
            while len(left):
                _, place = np.unique(self.windows.stream[left], return_index=True)
                slot_of = np.full(size, -1, np.int64)
                slot_of[self.windows.stream[left[place]]] = left[place]
                layers.append(Layer(silence, slot_of))
                left = np.delete(left, place)
        return layers

    def apply(self, rows: Rows, arranged: Arranged) -> list[Transition]:
        """Take in a stored group; `arranged` is its order."""
        told: list[Transition] = []
        for layer in self._layers:
            known = np.minimum(arranged.streams, len(layer.slot_of) - 1)
            slots = layer.slot_of[known]
            which = np.flatnonzero((slots >= 0) & (known == arranged.streams))
            if len(which):
                order = arranged.order[which]
                late = arranged.late[order] if arranged.late is not None else None
                told += self._layer(layer, slots[which], rows.take(order), late)
        return told

    def _layer(self, layer: Layer, slots: Ints, rows: Rows, late: Flags | None) -> list[Transition]:
        """Rows in the order of their slots."""
        begin = np.flatnonzero(firsts(slots.astype(np.int32)))
        count = np.diff(np.append(begin, len(slots)))
        group = np.repeat(np.arange(len(begin)), count)
        own = slots[begin]
        heads = self.windows.heads(own)
        judge = self._silence_calm if layer.silence else self._threshold_calm
        calm = judge(rows, slots, heads, group, begin)
        if late is not None:
            calm &= ~late
        busy = np.zeros(len(begin), np.bool_)
        busy[group[~calm]] = True
        self._write(layer, rows, heads, group, begin, count, own, ~busy)
        told: list[Transition] = []
        for g in np.flatnonzero(busy):
            part = slice(int(begin[g]), int(begin[g] + count[g]))
            readings = [
                Reading(*one)
                for one in zip(
                    rows.at[part].tolist(), rows.value[part].tolist(), (rows.quality[part] == 0).tolist(), strict=True
                )
            ]
            told += self._named(int(own[g]), self._take(int(own[g]), readings))
        return told

    def _threshold_calm(self, rows: Rows, slots: Ints, heads: NDArray[np.void], group: Ints, begin: Ints) -> Flags:
        """Rows that leave a threshold's state as it is."""
        rule = self.windows.rule[slots]
        x: Floats = self._sign[rule] * rows.value
        beyond = x > self._high[rule]
        phase = heads["phase"][group]
        calm: Flags = (phase == NORMAL) & ~beyond
        if phase.any():
            lasting = rows.at - heads["start"][group] < self._duration[rule]
            calm |= (phase == PENDING) & beyond & lasting
            calm |= (phase == FIRING) & (x > self._low[rule]) & (heads["since"][group] == NEVER)
        calm |= rows.quality != 0
        return calm

    def _silence_calm(self, rows: Rows, slots: Ints, heads: NDArray[np.void], group: Ints, begin: Ints) -> Flags:
        """Rows that follow the one before soon enough, on streams whose silence has not been told."""
        before = np.empty(len(rows), np.int64)
        before[1:] = rows.at[:-1]
        before[begin] = np.where(heads["at"] == NEVER, rows.at[begin], heads["at"])
        calm: Flags = rows.at - before <= self._after[self.windows.rule[slots]]
        return calm & ~self.windows.silent[slots]

    def _write(
        self,
        layer: Layer,
        rows: Rows,
        heads: NDArray[np.void],
        group: Ints,
        begin: Ints,
        count: Ints,
        own: Ints,
        quiet: Flags,
    ) -> None:
        """Put the rows of quiet slots into their windows, with the state they leave as it is."""
        windows = self.windows
        which = np.flatnonzero(quiet[group])
        g = group[which]
        entries = heads[g]
        entries["at"], entries["value"] = rows.at[which], rows.value[which]
        entries["good"] = rows.quality[which] == 0
        if layer.silence:
            entries["since"] = rows.at[which]
        place = (windows.written[own[g]] + which - begin[g]) % DEPTH
        windows.ring[own[g], place] = entries
        slots = own[quiet]
        windows.written[slots] += count[quiet]
        windows.complete[slots] &= windows.written[slots] <= DEPTH

    def _take(self, slot: int, readings: list[Reading]) -> list[Line]:
        """Take readings of one slot through the machine, and say what is different from what was told."""
        last, _ = self.windows.head(slot)
        if all(a.at < b.at for a, b in zip([Reading(last, 0.0, True), *readings], readings, strict=False)):
            return self._follow(slot, readings)
        return self._work_in(slot, readings)

    def _follow(self, slot: int, readings: list[Reading]) -> list[Line]:
        limit = self.limits[self.windows.rule[slot]]
        last, state = self.windows.head(slot)
        told = self._told_silence(slot, last, limit)
        states, lines = run(limit, state, readings)
        self.windows.append(slot, readings, states)
        self.windows.silent[slot] = False
        return difference(told, lines) if told else lines

    def _work_in(self, slot: int, readings: list[Reading]) -> list[Line]:
        """Readings that came late or correct others: judge anew from the first that is different."""
        windows, limit = self.windows, self.limits[self.windows.rule[slot]]
        old = windows.entries(slot)
        floor = NEVER if windows.complete[slot] or not old else old[0][0].at
        fresh = {reading.at: reading for reading in readings if reading.at > floor}
        self.unevaluated += sum(reading.at <= floor for reading in readings)
        if not fresh:
            return []
        earliest = min(fresh)
        kept = [entry for entry in old if entry[0].at < earliest]
        tail = [reading for reading, _ in old if reading.at >= earliest]
        base = kept[-1][1] if kept else INITIAL
        following = sorted(({reading.at: reading for reading in tail} | fresh).values())
        _, told = run(limit, base, tail)
        states, true = run(limit, base, following)
        last = old[-1][0].at if old else NEVER
        silence = self._told_silence(slot, last, limit)
        windows.silent[slot] &= following[-1].at == last
        windows.replace(slot, kept + list(zip(following, states, strict=True)))
        before = opening(base)
        return difference([*before, *told, *silence], [*before, *true, *(silence if windows.silent[slot] else [])])

    def _told_silence(self, slot: int, last: int, limit: Limit) -> list[Line]:
        if not self.windows.silent[slot]:
            return []
        return [Line(last + limit.after, "firing", last + limit.after, None)]

    def sweep(self, now: int) -> list[Transition]:
        """Silences that have begun by `now` (city time)."""
        slots = self._silent_slots
        last = self.windows.heads(slots)["at"]
        due = last + self._after[self.windows.rule[slots]]
        begun = np.flatnonzero((last != NEVER) & (now > due) & ~self.windows.silent[slots])
        told: list[Transition] = []
        for place in begun:
            slot, start = int(slots[place]), int(due[place])
            self.windows.silent[slot] = True
            told += self._named(slot, [Line(start, "firing", start, None)])
        return told

    def _named(self, slot: int, lines: list[Line]) -> list[Transition]:
        stream = int(self.windows.stream[slot])
        rule = self.rules[self.windows.rule[slot]].key
        return [Transition(rule, stream, self.names[stream], line) for line in lines]

    def close(self, slots: Ints, now: int) -> list[Transition]:
        """End what is open in slots that are no longer watched (the rule or the thing was taken away)."""
        told: list[Transition] = []
        heads = self.windows.heads(slots)
        for place in np.flatnonzero((heads["phase"] != NORMAL) | self.windows.silent[slots]):
            slot = int(slots[place])
            last, state = self.windows.head(slot)
            silence = self._told_silence(slot, last, self.limits[self.windows.rule[slot]])
            start = silence[0].start if silence else state.start
            ending = "lapsed" if state.phase == PENDING else "resolved"
            told += self._named(slot, [Line(start, ending, now, None)])
        return told
