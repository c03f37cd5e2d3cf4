"""Small figures that several parts of a report need."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

HOUR = 3600.0


def spread_of(values: Iterable[float]) -> dict[str, float] | None:
    """Count, median and 90th percentile (nearest rank)."""
    ordered = sorted(values)
    if not ordered:
        return None
    return {"count": len(ordered), "median": round(rank(ordered, 0.5), 2), "p90": round(rank(ordered, 0.9), 2)}


def rank(ordered: Sequence[float], share: float) -> float:
    """The nearest-rank percentile of sorted values."""
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)]


def hours_between(earlier: datetime, later: datetime) -> float:
    return (later - earlier).total_seconds() / HOUR


def share_of(part: int, whole: int) -> float | None:
    return round(part / whole, 4) if whole else None


def most(counted: Counter[str], limit: int = 30) -> dict[str, int]:
    return dict(counted.most_common(limit))


def moment(text: Any) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
