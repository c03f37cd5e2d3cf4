"""One rule on one stream, reading by reading: the definition of when an alarm is pending, firing, resolved.

Readings are taken in the order of their event time, the latest correction of each; readings of bad quality are no
evidence for or against a threshold.

- *threshold*: from the first reading beyond `raise_at` the alarm is **pending**; when a reading at least `for_seconds`
  later is still beyond and none in between was not, it is **firing**, else it has **lapsed**. A firing alarm stays
  until a reading is no longer beyond `clear_at` and, `clear_for_seconds` later, all since were not: **resolved**.
- *silence*: two readings more than `after_seconds` apart have an alarm between them, firing at the first + after,
  resolved at the second. After the last reading the clock of the city decides (`RuleBook.sweep`). Readings that came
  later than any live sender may be (`LIVE_PAST`) are a history: they neither end a silence nor begin one.

An episode is known by its start: the first reading beyond, or the moment from which silence counts.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import NamedTuple

from citybrain.hubs.sensing.ingest.columns import NEVER, SECOND
from citybrain.hubs.sensing.ingest.snapshot import Rule

NORMAL, PENDING, FIRING = range(3)


class Reading(NamedTuple):
    at: int
    value: float
    good: bool
    sequence: int = 0
    past: bool = False  # it came so late that it says nothing about whether the thing still speaks


class State(NamedTuple):
    """What the machine remembers after a reading; times that do not apply are NEVER."""

    phase: int = NORMAL
    start: int = NEVER  # of the episode that is open
    since: int = NEVER  # threshold: first reading of the stretch that may clear; silence: the reading before
    fired: int = NEVER  # when it began to fire
    sequence: int = 0  # silence: of the reading before


class Line(NamedTuple):
    """A transition: of the episode that began at `start` into `state`, decided by the reading at `at`.

    `sequence` says which correction of the reading; for the beginning of a silence, which reading was the last before.
    """

    start: int
    state: str
    at: int
    value: float | None
    sequence: int = 0


class Limit(NamedTuple):
    """A rule in the numbers the machine works with: `sign` * value > `high` is beyond."""

    silence: bool
    sign: float
    high: float
    low: float
    duration: int
    clear_duration: int
    after: int


INITIAL = State()


def limit_of(rule: Rule) -> Limit:
    """gt, ge, lt and le become one comparison: below is above with the sign turned, "or equal" is the next number."""
    sign = 1.0 if rule.op in ("gt", "ge") else -1.0
    high, low = sign * rule.raise_at, sign * rule.clear_at
    if rule.op in ("ge", "le"):
        high, low = math.nextafter(high, -math.inf), math.nextafter(low, -math.inf)
    return Limit(
        rule.kind == "silence",
        sign,
        high,
        min(low, high),
        round(rule.for_seconds * SECOND),
        round(rule.clear_for_seconds * SECOND),
        round(rule.after_seconds * SECOND),
    )


def step(limit: Limit, state: State, reading: Reading, lines: list[Line]) -> State:
    """The state after one more reading; transitions are appended to `lines`."""
    if limit.silence:
        return _step_silence(limit, state, reading, lines)
    if not reading.good:
        return state
    at, value, _, sequence, _ = reading
    x = limit.sign * value
    phase, start, since, fired, _ = state
    if phase == NORMAL:
        if not x > limit.high:
            return state
        if limit.duration == 0:
            lines.append(Line(at, "firing", at, value, sequence))
            return State(FIRING, at, NEVER, at)
        lines.append(Line(at, "pending", at, value, sequence))
        return State(PENDING, at)
    if phase == PENDING:
        if not x > limit.high:
            lines.append(Line(start, "lapsed", at, value, sequence))
            return INITIAL
        if at - start < limit.duration:
            return state
        lines.append(Line(start, "firing", at, value, sequence))
        return State(FIRING, start, NEVER, at)
    if x > limit.low:
        return state if since == NEVER else State(FIRING, start, NEVER, fired)
    since = at if since == NEVER else since
    if at - since < limit.clear_duration:
        return State(FIRING, start, since, fired)
    lines.append(Line(start, "resolved", at, value, sequence))
    return INITIAL


def _step_silence(limit: Limit, state: State, reading: Reading, lines: list[Line]) -> State:
    if reading.past:
        return state
    due = state.since + limit.after
    if state.since != NEVER and reading.at > due:
        lines.append(Line(due, "firing", due, None, state.sequence))
        lines.append(Line(due, "resolved", reading.at, reading.value, reading.sequence))
    return State(since=reading.at, sequence=reading.sequence)


def run(limit: Limit, state: State, readings: Iterable[Reading]) -> tuple[list[State], list[Line]]:
    """The states after each reading, and all transitions."""
    states: list[State] = []
    lines: list[Line] = []
    for reading in readings:
        state = step(limit, state, reading, lines)
        states.append(state)
    return states, lines


def opening(state: State) -> list[Line]:
    """How the episode that is open in `state` would be told again."""
    if state.phase == PENDING:
        return [Line(state.start, "pending", state.start, None)]
    if state.phase == FIRING:
        return [Line(state.start, "firing", state.fired, None)]
    return []


def difference(told: list[Line], true: list[Line]) -> list[Line]:
    """What must be told so that whoever heard `told` ends up with `true`; the last line of an episode is its truth.

    Episodes that never were are withdrawn. One that was told to be firing and never fired is withdrawn first and then
    told anew.
    """
    old, new = _episodes(told), _episodes(true)
    lines = [Line(start, "withdrawn", start, None) for start in old if start not in new]
    for start, truth in new.items():
        before = old.get(start, [])
        if before == truth:
            continue
        if _fired(before) and not _fired(truth):
            lines.append(Line(start, "withdrawn", start, None))
            lines += truth
            continue
        same = 0
        while same < min(len(before), len(truth)) and before[same] == truth[same]:
            same += 1
        lines += truth[same:] or truth[-1:]
    return lines


def _episodes(lines: list[Line]) -> dict[int, list[Line]]:
    episodes: dict[int, list[Line]] = {}
    for line in lines:
        episodes.setdefault(line.start, []).append(line)
    return episodes


def _fired(lines: list[Line]) -> bool:
    return any(line.state == "firing" for line in lines)
