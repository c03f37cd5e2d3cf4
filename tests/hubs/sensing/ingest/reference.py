"""What alarms there are, said as plainly as possible: all readings at hand, one stream, one rule, no state kept.

The real thing must come to the same episodes from readings that arrive late, twice, corrected and across restarts.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

from citybrain.hubs.sensing.ingest.snapshot import Rule

SECOND = 1_000_000


@dataclass(frozen=True)
class Episode:
    start: int
    state: str  # pending, firing, resolved, lapsed
    fired: int | None = None
    ended: int | None = None


def signs_of_life(readings: list[tuple[int, float, int]], came: dict[int, int]) -> list[tuple[int, float, int]]:
    """Those that came within seven days of their time; `came` says when each was first heard of."""
    return [one for one in readings if came[one[0]] - one[0] <= 7 * 86_400 * SECOND]


def true_readings(arrived: list[tuple[int, float, int]]) -> list[tuple[int, float, int]]:
    """Of (at, value, quality) in arrival order: for each time the latest content that was new."""
    contents: dict[int, list[tuple[float, int]]] = {}
    for at, value, quality in arrived:
        known = contents.setdefault(at, [])
        if (value, quality) not in known:
            known.append((value, quality))
    return [(at, *contents[at][-1]) for at in sorted(contents)]


def episodes(rule: Rule, arrived: list[tuple[int, float, int]], now: int, came: dict[int, int]) -> list[Episode]:
    readings = true_readings(arrived)
    return silences(rule, signs_of_life(readings, came), now) if rule.kind == "silence" else exceedances(rule, readings)


def silences(rule: Rule, readings: list[tuple[int, float, int]], now: int) -> list[Episode]:
    after, times, found = int(rule.after_seconds * SECOND), [at for at, _, _ in readings], []
    for before, following in pairwise(times):
        if following - before > after:
            found.append(Episode(before + after, "resolved", before + after, following))
    if times and now - times[-1] > after:
        found.append(Episode(times[-1] + after, "firing", times[-1] + after))
    return found


def exceedances(rule: Rule, readings: list[tuple[int, float, int]]) -> list[Episode]:
    good = [(at, value) for at, value, quality in readings if quality == 0]
    found, i = [], 0
    while i < len(good):
        if not compare(rule.op, good[i][1], rule.raise_at):
            i += 1
            continue
        episode, i = one_exceedance(rule, good, i)
        found.append(episode)
    return found


def one_exceedance(rule: Rule, good: list[tuple[int, float]], first: int) -> tuple[Episode, int]:
    """The episode that begins with reading `first`, and the index of the reading after the one that ends it."""
    start = good[first][0]
    fired = None
    for i in range(first, len(good)):
        at, value = good[i]
        if not compare(rule.op, value, rule.raise_at):
            return Episode(start, "lapsed", None, at), i + 1
        if at - start >= rule.for_seconds * SECOND:
            fired = at
            break
    if fired is None:
        return Episode(start, "pending"), len(good)
    calm_since = None
    for j in range(i + 1, len(good)):
        at, value = good[j]
        if compare(rule.op, value, rule.clear_at):
            calm_since = None
            continue
        calm_since = at if calm_since is None else calm_since
        if at - calm_since >= rule.clear_for_seconds * SECOND:
            return Episode(start, "resolved", fired, at), j + 1
    return Episode(start, "firing", fired), len(good)


def compare(op: str, value: float, limit: float) -> bool:
    return {"gt": value > limit, "ge": value >= limit, "lt": value < limit, "le": value <= limit}[op]
