"""What telemetry hands to others."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

Value = float | int | bool | str | None
Aggregate = Literal["mean", "min", "max", "sum", "count", "median", "first", "last"]
AGGREGATES: tuple[Aggregate, ...] = ("mean", "min", "max", "sum", "count", "median", "first", "last")


@dataclass(frozen=True)
class Latest:
    """The newest reading of a stream, its value as the number that is stored."""

    at: datetime
    value: float
    quality: int
    recorded_at: datetime
    sequence: int


@dataclass(frozen=True)
class Reading:
    """One reading in the words of its property. `id` is thing/property/at/sequence."""

    id: str
    thing: str
    property: str
    at: datetime
    value: Value
    unit: str
    quality: int
    sequence: int
    recorded_at: datetime
    region_path: str
    organisation_path: str


@dataclass(frozen=True)
class Bucket:
    """An aggregate over the good readings of one stretch of time that begins at `at`, and between which values they
    lay (None for words)."""

    at: datetime
    value: Value
    count: int
    lowest: float | None = None
    highest: float | None = None
