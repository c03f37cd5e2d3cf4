"""What is poured: steps of city time, each with batches for the doors."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, Protocol

Door = Literal["observations", "signals", "closings"]


@dataclass(frozen=True, slots=True)
class Batch:
    """Rows for one door, and where each stands in the files: (file, line)."""

    door: Door
    rows: Sequence[dict[str, Any]]
    origins: Sequence[tuple[str, int]]


@dataclass(frozen=True, slots=True)
class Step:
    """What happened up to `moment`, in the order in which it is poured."""

    moment: datetime
    batches: Sequence[Batch]


class Stream(Protocol):
    """Something that can be poured: its steps in the order of time, after a moment that is already done."""

    first: datetime
    last: datetime

    def steps(self, after: datetime | None, limit: int | None) -> Iterator[Step]: ...
