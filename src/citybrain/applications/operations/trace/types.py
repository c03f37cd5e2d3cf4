"""A chain of facts, as one viewer may see it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

KINDS = ("reading", "alarm", "signal", "case", "assignment", "notice", "value", "report")


@dataclass(frozen=True, slots=True)
class Address:
    """Which fact: `alarm/ab12…`, `case/AJ2026030200001`."""

    kind: str
    id: str

    @property
    def subject(self) -> str:
        return f"{self.kind}/{self.id}"


@dataclass(frozen=True, slots=True)
class Told:
    """A message on the bus about a fact; `cause` is the message it follows from, where that one is shown too."""

    id: str
    type: str
    at: datetime
    recorded_at: datetime
    cause: str | None


@dataclass(slots=True)
class Fact:
    """One link of the chain. One that the viewer may not see is `withheld`: its kind is all there is to read.

    `ref` names it inside this answer only.
    """

    ref: str
    kind: str
    id: str | None
    title: dict[str, str] = field(default_factory=dict)
    at: datetime | None = None
    state: str = ""
    region_path: str = ""
    data: dict[str, Any] = field(default_factory=dict)
    told: list[Told] = field(default_factory=list)
    withheld: bool = False


@dataclass(frozen=True, slots=True)
class Link:
    """`cause` led to `effect`; `event` is the message of the effect that names a message of the cause, where shown."""

    cause: str
    effect: str
    relation: str
    event: str | None = None


@dataclass(frozen=True, slots=True)
class Chain:
    """Everything that led to a fact, and everything that came of it."""

    root: str
    facts: list[Fact]
    links: list[Link]
    is_cut: bool = False
