"""Merges compared with the duplicates that the source marked itself.

A source marks a report as a duplicate but does not say of which; and of two reports of one matter either may carry the
mark. Two readings of that are given:

- **report**: a merged report (one that joined a case which another had opened) is right when it is marked itself.
  precision = merged and marked / merged; recall = merged and marked / marked.
- **set**: of a case with n reports of which k are marked, min(n - 1, k) of its n - 1 merges are supported: one of them
  is the original, whichever it is. precision = supported / merged; recall = supported / marked.

A merge that is not supported is counted as false (per 1,000 reports). That is an upper bound: the source marks only
what its staff noticed. `unsupported_same_address` says how many of these name the address of another report in their
case.

A marked report whose original is not in the files cannot be found by anybody. `with_partner` counts the marked reports
for which the files hold another report of the same type at the same address, or within 50 m, at most `partner_days`
days before or after; `recall_of_findable` is the set recall over those.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from math import cos, hypot, radians
from typing import Any

from citybrain.lab.replay.points import METRES_A_DEGREE
from citybrain.lab.replay.signals import Fact

NEAR_M = 50.0
EXACT_M = 100.0  # a point coarser than this is no place
SHOWN = 20


@dataclass(frozen=True, slots=True)
class Member:
    """A report in a case: did it join one that was open?"""

    source_id: str
    joined: bool


def compare(cases: Mapping[str, Sequence[Member]], facts: Mapping[str, Fact], partner_days: float) -> dict[str, Any]:
    """The figures described above. `cases` holds, by number, the reports of each case in the order they came."""
    marked = {key for key, fact in facts.items() if fact.duplicate}
    joined = [one.source_id for members in cases.values() for one in members if one.joined]
    right = sum(one in marked for one in joined)
    supported, unsupported = 0, []
    for members in cases.values():
        merges = sum(one.joined for one in members)
        carried = min(merges, sum(one.source_id in marked for one in members))
        supported += carried
        loose = [one for one in members if one.joined and one.source_id not in marked]
        unsupported += [(one.source_id, members) for one in loose[: merges - carried]]
    findable = set(find_partners(facts, marked, timedelta(days=partner_days)))
    return {
        "reports": len(facts),
        "marked": len(marked),
        "merged": len(joined),
        "report": {"precision": _share(right, len(joined)), "recall": _share(right, len(marked))},
        "set": {
            "supported": supported,
            "precision": _share(supported, len(joined)),
            "recall": _share(supported, len(marked)),
        },
        "with_partner": len(findable),
        "recall_of_findable": _share(_supported_among(cases, findable), len(findable)),
        "unsupported": len(unsupported),
        "false_per_1000": round(1000 * len(unsupported) / len(facts), 2) if facts else None,
        "unsupported_same_address": sum(_same_address(one, members, facts) for one, members in unsupported),
        "unsupported_examples": [
            {"report": one, "with": [other.source_id for other in members if other.source_id != one][:3]}
            for one, members in unsupported[:SHOWN]
        ],
        "missed_examples": sorted(findable - set(joined))[:SHOWN],
    }


def _supported_among(cases: Mapping[str, Sequence[Member]], wanted: set[str]) -> int:
    return sum(
        min(sum(one.joined for one in members), sum(one.source_id in wanted for one in members))
        for members in cases.values()
    )


def _share(part: int, whole: int) -> float | None:
    return round(part / whole, 4) if whole else None


def _same_address(source_id: str, members: Iterable[Member], facts: Mapping[str, Fact]) -> bool:
    address = facts[source_id].address if source_id in facts else ""
    others = (facts[one.source_id].address for one in members if one.source_id != source_id and one.source_id in facts)
    return bool(address) and address in set(others)


def find_partners(facts: Mapping[str, Fact], wanted: Iterable[str], within: timedelta) -> Iterable[str]:
    """Those of `wanted` that have another report of their type, near in time, at their address or point."""
    by_address: dict[tuple[str, str], list[Fact]] = defaultdict(list)
    by_cell: dict[tuple[str, int, int], list[Fact]] = defaultdict(list)
    for fact in facts.values():
        if fact.address:
            by_address[(fact.word, fact.address)].append(fact)
        if cell := _cell(fact):
            by_cell[(fact.word, *cell)].append(fact)
    for key in wanted:
        fact = facts[key]
        candidates = list(by_address[(fact.word, fact.address)]) if fact.address else []
        if cell := _cell(fact):
            around = ((cell[0] + x, cell[1] + y) for x in (-1, 0, 1) for y in (-1, 0, 1))
            candidates += [one for x, y in around for one in by_cell.get((fact.word, x, y), ()) if _is_near(fact, one)]
        if any(one is not fact and abs(one.occurred_at - fact.occurred_at) <= within for one in candidates):
            yield key


def _cell(fact: Fact) -> tuple[int, int] | None:
    if fact.point is None or fact.point.precision_m > EXACT_M:
        return None
    size = 2 * NEAR_M / METRES_A_DEGREE
    return int(fact.point.lon * cos(radians(round(fact.point.lat))) // size), int(fact.point.lat // size)


def _is_near(one: Fact, other: Fact) -> bool:
    if one.point is None or other.point is None:
        return False
    east = (one.point.lon - other.point.lon) * cos(radians(one.point.lat))
    return hypot(east, one.point.lat - other.point.lat) * METRES_A_DEGREE <= NEAR_M
