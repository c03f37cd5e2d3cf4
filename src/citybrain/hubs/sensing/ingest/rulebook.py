"""All rules on all streams: a group of readings in, transitions out.

Most readings change nothing (a calm stream stays calm, a firing one goes on firing): array comparisons find them. Only
the slots in which something happens, or whose readings came out of order, are taken through the machine one by one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from citybrain.hubs.sensing.ingest.arrange import Arranged, firsts
from citybrain.hubs.sensing.ingest.columns import LIVE_PAST, NEVER, Flags, Floats, Ints, Rows
from citybrain.hubs.sensing.ingest.machine import (
    FIRING,
    INITIAL,
    NORMAL,
    PENDING,
    Limit,
    Line,
    Reading,
    State,
    difference,
    limit_of,
    opening,
    run,
)
from citybrain.hubs.sensing.ingest.snapshot import Rule
from citybrain.hubs.sensing.ingest.windows import Slots, Windows


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
    """At most one slot a window, all of one kind: `slot_of[window]` is -1 where there is none."""

    silence: bool
    slot_of: Ints


@dataclass
class Group:
    """The watched rows of a group commit, in order of their windows."""

    window: Ints
    at: Ints
    value: Floats
    good: Flags
    sequence: NDArray[np.int16]
    past: Flags  # came too late to be a sign of life
    begin: Ints  # the first row of each window
    count: Ints  # how many there are
    member: Ints  # by row: which of the windows

    def take(self, which: Flags | Ints) -> Group:
        return _grouped(
            self.window[which],
            self.at[which],
            self.value[which],
            self.good[which],
            self.sequence[which],
            self.past[which],
        )

    def readings(self, number: int) -> list[Reading]:
        part = slice(int(self.begin[number]), int(self.begin[number] + self.count[number]))
        columns = (self.at[part], self.value[part], self.good[part], self.sequence[part], self.past[part])
        return [Reading(*one) for one in zip(*(column.tolist() for column in columns), strict=True)]


def _grouped(window: Ints, at: Ints, value: Floats, good: Flags, sequence: NDArray[np.int16], past: Flags) -> Group:
    begin = np.flatnonzero(firsts(window))
    count = np.diff(begin, append=len(window))
    return Group(window, at, value, good, sequence, past, begin, count, np.repeat(np.arange(len(begin)), count))


class RuleBook:
    def __init__(self, rules: list[Rule], windows: Windows, slots: Slots, names: dict[int, Named]):
        self.rules, self.windows, self.slots, self.names = rules, windows, slots, names
        self.unevaluated = 0  # readings that came too late for a rule to judge them
        self.limits: list[Limit] = [limit_of(rule) for rule in rules]
        numbers = np.array([limit[1:] for limit in self.limits], np.float64).reshape(len(rules), 6)
        self._sign, self._high, self._low = (np.ascontiguousarray(numbers[:, place]) for place in range(3))
        self._duration: Ints = np.array([limit.duration for limit in self.limits], np.int64)
        self._after: Ints = np.array([limit.after for limit in self.limits], np.int64)
        silence: Flags = np.array([limit.silence for limit in self.limits], np.bool_)
        self._silences = np.flatnonzero(silence[slots.rule]) if rules else np.zeros(0, np.int64)
        self._window_of = np.full(2 + int(windows.stream.max(initial=0)), -1, np.int64)
        self._window_of[windows.stream] = np.arange(len(windows.stream))
        self._layers = [layer for kind in (False, True) for layer in self._layered(kind, silence)]

    @classmethod
    def empty(cls) -> RuleBook:
        none = np.zeros(0, np.int32)
        return cls([], Windows.blank(none, np.zeros(0, np.bool_)), Slots.blank(none, np.zeros(0, np.int64)), {})

    def _layered(self, kind: bool, silence: Flags) -> list[Layer]:
        """As few layers as the busiest stream has rules of a kind."""
        layers: list[Layer] = []
        left = np.flatnonzero(silence[self.slots.rule] == kind) if self.rules else np.zeros(0, np.int64)
        while len(left):
            _, place = np.unique(self.slots.window[left], return_index=True)
            slot_of = np.full(len(self.windows.stream), -1, np.int64)
            slot_of[self.slots.window[left[place]]] = left[place]
            layers.append(Layer(kind, slot_of))
            left = np.delete(left, place)
        return layers

    def slots_of(self, window: int) -> list[int]:
        return [int(layer.slot_of[window]) for layer in self._layers if layer.slot_of[window] >= 0]

    # -- readings ---------------------------------------------------------------------------------------------------

    def apply(
        self, rows: Rows, arranged: Arranged, sequence: NDArray[np.int16] | None = None, recorded_at: int = NEVER
    ) -> list[Transition]:
        """Take in a stored group; `arranged` is its order, `sequence` its corrections (left out: there are none),
        `recorded_at` when it came (left out: all of it in time).
        """
        sequence = np.zeros(len(rows), np.int16) if sequence is None else sequence
        window = self._window_of.take(np.minimum(arranged.streams, len(self._window_of) - 1))
        order = arranged.order
        if window.min(initial=0) < 0:
            watched = np.flatnonzero(window >= 0)
            window, order = window[watched], order[watched]
        if not len(window):
            return []
        good = rows.quality.take(order) == 0
        at = rows.at.take(order)
        past = at < max(recorded_at, NEVER + LIVE_PAST) - LIVE_PAST
        group = _grouped(window, at, rows.value.take(order), good, sequence.take(order), past)
        if arranged.late is None:
            return self._in_order(group)
        late = arranged.late[order]
        told = self._in_order(group.take(~late)) if not late.all() else []
        return told + (self._out_of_order(group.take(late)) if late.any() else [])

    def _in_order(self, group: Group) -> list[Transition]:
        """Rows later than all before them in their windows."""
        told: list[Transition] = []
        signs = group.take(~group.past) if group.past.any() else group
        for layer in self._layers:
            of = signs if layer.silence else group
            slot = layer.slot_of.take(of.window)
            judge = self._silence_calm if layer.silence else self._threshold_calm
            busy = np.unique(of.member[~(judge(of, slot) | (slot < 0))])
            for number in busy.tolist():
                own = int(slot[of.begin[number]])
                told += self._named(own, self._follow(own, of.readings(number)))
        windows = self.windows
        rank = np.arange(len(group.window)) - group.begin.take(group.member)
        count = group.count.take(group.member)
        windows.follow(group.window, rank, count, group.at, group.value, group.good, group.sequence, group.past)
        newest = signs.begin + signs.count - 1
        windows.hear(signs.window[newest], signs.at[newest], signs.sequence[newest])
        return told

    def _threshold_calm(self, group: Group, slot: Ints) -> Flags:
        """Rows that leave a threshold's state as it is."""
        slots, rule = self.slots, self.slots.rule.take(slot)
        x = self._sign.take(rule) * group.value
        beyond = x > self._high.take(rule)
        phase = slots.phase.take(slot)
        calm: Flags = ~beyond
        if phase.any():
            calm &= phase == NORMAL
            lasting = group.at - slots.start.take(slot) < self._duration.take(rule)
            calm |= (phase == PENDING) & beyond & lasting
            calm |= (phase == FIRING) & (x > self._low.take(rule)) & (slots.since.take(slot) == NEVER)
        return calm | ~group.good

    def _silence_calm(self, group: Group, slot: Ints) -> Flags:
        """Rows that follow the one before soon enough, on streams whose silence has not been told."""
        before = np.empty(len(group.at), np.int64)
        before[1:] = group.at[:-1]
        last = self.windows.heard.take(group.window[group.begin])
        before[group.begin] = np.where(last == NEVER, group.at[group.begin], last)
        calm: Flags = group.at - before <= self._after.take(self.slots.rule.take(slot))
        return calm & ~self.slots.silent.take(slot)

    def _follow(self, slot: int, readings: list[Reading]) -> list[Line]:
        slots, window = self.slots, int(self.slots.window[slot])
        limit = self.limits[slots.rule[slot]]
        if limit.silence:
            told = self._told_silence(slot, limit)
            slots.silent[slot] = False
            before = State(since=int(self.windows.heard[window]), sequence=int(self.windows.heard_sequence[window]))
            _, lines = run(limit, before, readings)
            return difference(told, lines)
        states, lines = run(limit, slots.state(slot), readings)
        slots.put(slot, readings, states, oldest=self.windows.oldest(window))
        return lines

    # -- readings that come late or correct others ------------------------------------------------------------------

    def _out_of_order(self, group: Group) -> list[Transition]:
        told: list[Transition] = []
        for number, window in enumerate(group.window[group.begin].tolist()):
            told += self._work_in(window, group.readings(number))
        return told

    def _work_in(self, window: int, readings: list[Reading]) -> list[Transition]:
        """Put readings where they belong and judge anew from the first that is different."""
        windows = self.windows
        old = windows.readings(window)
        floor = NEVER if windows.complete[window] else windows.oldest(window)
        fresh = {reading.at: reading for reading in readings if reading.at > floor}
        there = {reading.at: reading for reading in old}
        for at in fresh.keys() & there.keys():  # a late correction does not unsay that the thing spoke
            fresh[at] = fresh[at]._replace(past=fresh[at].past and there[at].past)
        merged = sorted((there | fresh).values())
        told: list[Transition] = []
        for slot in self.slots_of(window):
            judged = max(floor, int(self.slots.floor[slot]))
            self.unevaluated += sum(reading.at <= judged for reading in readings)
            earliest = min((at for at in fresh if at > judged), default=None)
            if earliest is not None:
                told += self._named(slot, self._judge_anew(slot, earliest, old, merged))
        if fresh:
            windows.replace(window, merged)
        return told

    def _judge_anew(self, slot: int, earliest: int, old: list[Reading], new: list[Reading]) -> list[Line]:
        """What the readings from `earliest` on amount to, against what had been told of them."""
        slots = self.slots
        limit = self.limits[slots.rule[slot]]
        before = [reading for reading in old if reading.at < earliest]
        tail = [reading for reading in new if reading.at >= earliest]
        base = slots.state_before(slot, earliest)
        if limit.silence:
            base = self._heard_before(int(slots.window[slot]), earliest, before)
        _, told = run(limit, base, old[len(before) :])
        states, true = run(limit, base, tail)
        silence = self._told_silence(slot, limit)
        if limit.silence:
            heard = int(self.windows.heard[slots.window[slot]])
            slots.silent[slot] &= not any(reading.at > heard for reading in tail if not reading.past)
        else:
            slots.put(slot, tail, states, oldest=new[0].at)
        begun = opening(base)
        return difference([*begun, *told, *silence], [*begun, *true, *(silence if slots.silent[slot] else [])])

    def _heard_before(self, window: int, earliest: int, before: list[Reading]) -> State:
        """The sign of life before `earliest`: in the window, or the newest of all when that is older."""
        signs = [reading for reading in before if not reading.past]
        heard = int(self.windows.heard[window])
        if signs:
            return State(since=signs[-1].at, sequence=signs[-1].sequence)
        return State(since=heard, sequence=int(self.windows.heard_sequence[window])) if heard < earliest else INITIAL

    # -- silences, and endings --------------------------------------------------------------------------------------

    def _told_silence(self, slot: int, limit: Limit) -> list[Line]:
        if not self.slots.silent[slot]:
            return []
        window = int(self.slots.window[slot])
        start = int(self.windows.heard[window]) + limit.after
        return [Line(start, "firing", start, None, int(self.windows.heard_sequence[window]))]

    def sweep(self, now: int) -> list[Transition]:
        """Silences that have begun by `now` (city time)."""
        slots = self._silences
        last = self.windows.heard.take(self.slots.window.take(slots))
        due = last + self._after.take(self.slots.rule.take(slots))
        begun = slots[(last != NEVER) & (now > due) & ~self.slots.silent.take(slots)]
        told: list[Transition] = []
        for slot in begun.tolist():
            self.slots.silent[slot] = True
            told += self._named(slot, self._told_silence(slot, self.limits[self.slots.rule[slot]]))
        return told

    def close(self, which: Ints, now: int) -> list[Transition]:
        """End what is open in slots that are no longer watched (the rule or the thing was taken away)."""
        told: list[Transition] = []
        still = (self.slots.phase[which] != NORMAL) | self.slots.silent[which]
        for slot in which[still].tolist():
            silence = self._told_silence(slot, self.limits[self.slots.rule[slot]])
            state = self.slots.state(slot)
            start = silence[0].start if silence else state.start
            ending = "lapsed" if state.phase == PENDING else "resolved"
            told += self._named(slot, [Line(start, ending, now, None)])
        return told

    def _named(self, slot: int, lines: list[Line]) -> list[Transition]:
        stream = int(self.windows.stream[self.slots.window[slot]])
        rule = self.rules[self.slots.rule[slot]].key
        return [Transition(rule, stream, self.names[stream], line) for line in lines]
