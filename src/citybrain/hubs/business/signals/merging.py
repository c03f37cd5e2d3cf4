"""Is this signal about a case that is already open? Pure functions; no Django.

A merge needs the same case type, the same place and a near time. What "the same place" means is declared by the type:

| rule           | holds when |
|----------------|------------|
| `same_thing`   | both come from the same thing (two alarms of one sensor) |
| `same_address` | both name the same house or crossing, and region or points do not speak against it |
| `near_point`   | both points are precise and within `radius_m`, and the texts similar; if one is silent, they are |
|                | within half the radius. Not for premises (`place: address`) whose addresses differ |
| `same_outage`  | both devices fell silent within `outage_minutes`, behind one gateway or as one owner's of one model |
| `same_words`   | one has no usable place, both lie in the same region, and people (not a sensor) say nearly the same |

A point whose precision is worse than the radius (rounded, blank) never merges by distance. Among several cases the
best score wins, then the older case, so the same signals in the same order always give the same cases.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import datetime
from math import asin, cos, radians, sin, sqrt
from typing import Any, Literal

from citybrain.hubs.business.signals.similarity import address_key, similarity

EARTH_RADIUS_M = 6_371_008.8
HOUR = 3600.0
MINUTE = 60.0
SAME_ADDRESS_M = 500.0  # geocoders put one address this far apart at most
Rule = Literal["same_thing", "same_address", "near_point", "same_outage", "same_words"]


@dataclass(frozen=True, slots=True)
class MergeRule:
    """When two reports of one type are the same matter; declared by the case type under `merge`."""

    radius_m: float = 50.0
    within_hours: float = 72.0
    text_similarity: float = 0.3
    place: Literal["point", "address"] = "point"  # address: two different addresses are two matters, however near
    same_address: bool = True
    same_thing: bool = True
    same_words: float = 0.8  # 0 = never merge by words alone
    outage_minutes: float = 0.0  # 0 = devices that fall silent together are matters of their own


@dataclass(frozen=True, slots=True)
class Report:
    """What is known of a signal or of a case when the two are compared."""

    text: str
    occurred_at: datetime
    lon: float | None = None
    lat: float | None = None
    precision_m: float | None = None
    address: str = ""
    region_path: str = ""
    thing: str = ""
    outage: str = ""  # what devices that fell silent have in common


@dataclass(frozen=True, slots=True)
class Candidate:
    """An open case of the same type."""

    number: str
    report: Report
    order: int = 0  # grows with time; the older case wins a tie


@dataclass(frozen=True, slots=True)
class Verdict:
    """How well a signal fits a case, and why; `merge` says whether the rule held."""

    case: str
    merge: bool
    rule: Rule | Literal["none"]
    score: float
    distance_m: float | None
    hours: float
    similarity: float | None
    why_not: str = ""

    def as_dict(self) -> dict[str, Any]:
        return {key: value for key, value in asdict(self).items() if value not in (None, "")}


def distance_m(one: Report, other: Report) -> float | None:
    """Great-circle distance (haversine), or None when a point is missing."""
    if one.lon is None or one.lat is None or other.lon is None or other.lat is None:
        return None
    lat1, lat2 = radians(one.lat), radians(other.lat)
    h = sin((lat2 - lat1) / 2) ** 2 + cos(lat1) * cos(lat2) * sin(radians(other.lon - one.lon) / 2) ** 2
    return 2 * EARTH_RADIUS_M * asin(min(1.0, sqrt(h)))


def is_precise(report: Report, radius_m: float) -> bool:
    """Whether the point is good enough to be measured from, for this radius; unknown precision counts as good."""
    return report.lon is not None and (report.precision_m is None or report.precision_m <= radius_m)


def compare(signal: Report, candidate: Candidate, rule: MergeRule) -> Verdict:
    """The verdict on one open case."""
    case = candidate.report
    hours = abs((signal.occurred_at - case.occurred_at).total_seconds()) / HOUR
    alike = similarity(signal.text, case.text)
    precise = is_precise(signal, rule.radius_m) and is_precise(case, rule.radius_m)
    apart = distance_m(signal, case) if precise else None
    found, why_not = _rule_that_holds(signal, case, rule, apart, alike)
    if hours > rule.within_hours:
        found, why_not = None, "too_long_ago"
    return Verdict(
        case=candidate.number,
        merge=found is not None,
        rule=found or "none",
        score=_score(found, rule, apart, hours, alike),
        distance_m=None if apart is None else round(apart, 1),
        hours=round(hours, 2),
        similarity=None if alike is None else round(alike, 3),
        why_not=why_not,
    )


def _rule_that_holds(
    signal: Report, case: Report, rule: MergeRule, apart: float | None, alike: float | None
) -> tuple[Rule | None, str]:
    if rule.same_thing and signal.thing and signal.thing == case.thing:
        return "same_thing", ""
    if signal.outage and signal.outage == case.outage:
        minutes = abs((signal.occurred_at - case.occurred_at).total_seconds()) / MINUTE
        if minutes <= rule.outage_minutes:
            return "same_outage", ""
    here, there = address_key(signal.address), address_key(case.address)
    if here and here == there and rule.same_address and _may_be_one_address(signal, case, apart):
        return "same_address", ""
    if apart is not None:
        if apart > rule.radius_m:
            return None, "too_far"
        if rule.place == "address" and here and there:
            return None, "another_address"
        if alike is None:
            return ("near_point", "") if apart <= rule.radius_m / 2 else (None, "says_too_little")
        return ("near_point", "") if alike >= rule.text_similarity else (None, "other_words")
    if here and there:
        return None, "another_address"
    if signal.thing or case.thing:
        return None, "another_thing"
    same_region = bool(signal.region_path) and signal.region_path == case.region_path
    if rule.same_words and same_region and alike is not None and alike >= rule.same_words:
        return "same_words", ""
    return None, "no_common_place"


def _may_be_one_address(signal: Report, case: Report, apart: float | None) -> bool:
    """Two towns have a Renmin Road 12: the points, or else the regions, must not contradict."""
    if apart is not None:
        return apart <= SAME_ADDRESS_M
    one, other = signal.region_path, case.region_path
    return one.startswith(other) or other.startswith(one)


def _score(found: Rule | None, rule: MergeRule, apart: float | None, hours: float, alike: float | None) -> float:
    """0..1: half place, three tenths words, two tenths time; for a person to rank by, and to pick among several."""
    place = 1.0 if found in ("same_thing", "same_address", "same_outage") else 0.0
    if not place and apart is not None and rule.radius_m:
        place = max(0.0, 1 - apart / rule.radius_m)
    near_in_time = max(0.0, 1 - hours / rule.within_hours) if rule.within_hours else 0.0
    return round(0.5 * place + 0.3 * (alike or 0.0) + 0.2 * near_in_time, 4)


def rank(signal: Report, candidates: Iterable[Candidate], rule: MergeRule) -> list[Verdict]:
    """All verdicts, best first: merges before others, then score, then the older case."""
    verdicts = [(compare(signal, candidate, rule), candidate.order) for candidate in candidates]
    verdicts.sort(key=lambda found: (not found[0].merge, -found[0].score, found[1], found[0].case))
    return [verdict for verdict, _ in verdicts]
