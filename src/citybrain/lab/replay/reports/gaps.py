"""Gaps: readings that should be there and are not, for each thing and property.

Expected is one reading each `every` from the first to the last moment of the whole replay; present are the distinct
times that were poured and not rejected.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

WORST = 15
Present = Mapping[tuple[str, str], tuple[int, datetime, datetime]]


def count_gaps(present: Present, rejected: Mapping[str, int], every: timedelta) -> dict[str, Any]:
    """Expected, present and missing over all streams; by property; and the streams that miss most."""
    if not present:
        return {"streams": 0, "expected": 0, "present": 0, "missing": 0}
    first = min(begin for _, begin, _ in present.values())
    last = max(end for _, _, end in present.values())
    each = (last - first) // every + 1
    streams = {
        f"{thing}/{name}": count - rejected.get(f"{thing}/{name}", 0)
        for (thing, name), (count, _, _) in present.items()
    }
    missing = {key: max(0, each - count) for key, count in streams.items()}
    by_property: dict[str, dict[str, int]] = {}
    for key, count in streams.items():
        entry = by_property.setdefault(key.rsplit("/", 1)[1], {"expected": 0, "present": 0, "missing": 0})
        entry["expected"] += each
        entry["present"] += count
        entry["missing"] += missing[key]
    worst = sorted(missing, key=lambda key: (-missing[key], key))[:WORST]
    return {
        "streams": len(streams),
        "expected": each * len(streams),
        "present": sum(streams.values()),
        "missing": sum(missing.values()),
        "by_property": by_property,
        "most_missing": {key: missing[key] for key in worst if missing[key]},
    }
