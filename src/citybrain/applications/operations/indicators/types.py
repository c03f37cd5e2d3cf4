"""What crosses the border of indicators."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from citybrain.applications.operations.indicators.manifest import IndicatorDefinition

Dimension = Literal["region", "organisation"]


@dataclass(frozen=True)
class Value:
    """One number of one period, as it was known."""

    start: datetime
    end: datetime
    value: float | None
    rows: int
    level: str | None
    is_whole: bool
    """The period was over when it was computed."""
    recorded_at: datetime
    numerator: float | None = None
    denominator: float | None = None


@dataclass(frozen=True)
class Measured:
    """An indicator with its newest values for one place, the oldest first."""

    key: str
    pack: str
    definition: IndicatorDefinition
    dimension: Dimension
    code: str
    values: list[Value] = field(default_factory=list)

    @property
    def value(self) -> float | None:
        return self.values[-1].value if self.values else None


@dataclass(frozen=True)
class Ranked:
    """A place in a ranking: a region or an organisation with its number."""

    code: str
    name: dict[str, str]
    value: Value


@dataclass(frozen=True)
class Board:
    """Many numbers of one place: each with its last values, and for some the parts of the place (the best first)."""

    dimension: Dimension
    code: str
    numbers: dict[str, Measured]
    parts: dict[tuple[str, Dimension], list[Ranked]]


SAME = 1e-12


def comes_out(shown: float | None, again: float | None) -> bool:
    """Whether a number computed again is the one that was shown. Sums of the same rows in another order differ in the
    last of some sixteen digits; twelve of them count.
    """
    if shown is None or again is None:
        return shown is again
    return math.isclose(shown, again, rel_tol=SAME, abs_tol=SAME)


@dataclass(frozen=True)
class Explanation:
    """Why a number is what it is: its SQL, what it was computed from, and the rows that add up to it."""

    key: str
    definition: IndicatorDefinition
    version: int
    dimension: Dimension
    code: str
    shown: Value
    recomputed: float | None
    """The same SELECT on the lake as it stood at that computation."""
    inputs: list[dict[str, Any]]
    columns: list[str]
    rows: list[dict[str, Any]]
    """Those that the viewer may see, one page of them."""
    total: int
    hidden: int
    """How many count but may not be seen by this viewer."""
    next: int | None
    names: dict[str, dict[str, dict[str, str]]]
    """Of columns that hold codes: what the codes on this page mean, in both languages."""

    @property
    def is_reproduced(self) -> bool:
        return comes_out(self.shown.value, self.recomputed)
