"""What the cockpit is made of when it is read."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from citybrain.applications.operations.cockpit.manifest import SceneDefinition

Words = dict[str, str]


@dataclass(frozen=True)
class Step:
    """One step of the flow of cases: how many of the period came so far, what waits there now, and how much of it late.

    `waits` is None for a step at which nothing waits (the reports at the beginning, the closed ones at the end).
    """

    key: str
    count: int
    waits: int | None = None
    late: int | None = None


@dataclass(frozen=True)
class Line:
    """One line of a list: a case or an alarm, by kind and place, without anybody's words."""

    kind: str
    id: str
    title: Words
    place: Words
    severity: int
    at: datetime
    due_at: datetime | None = None


@dataclass(frozen=True)
class Part:
    """One part of a whole of cases."""

    key: str
    title: Words | None
    count: int


@dataclass(frozen=True)
class Happenings:
    """What cases and alarms give to a scene, by the keys of its elements."""

    flows: dict[str, tuple[datetime, list[Step]]] = field(default_factory=dict)
    lists: dict[str, tuple[int, list[Line]]] = field(default_factory=dict)
    shares: dict[str, list[Part]] = field(default_factory=dict)


@dataclass(frozen=True)
class PlaceView:
    """Whose scene it is: its name, the places above it that the viewer may see too, and those below."""

    dimension: str
    code: str
    path: str
    name: Words
    above: list[tuple[str, Words]]
    below: list[tuple[str, Words]]
    box: list[float] | None = None


@dataclass(frozen=True)
class SceneView:
    """A scene of one place, with the data of all its elements."""

    key: str
    definition: SceneDefinition
    place: PlaceView
    known_at: datetime | None
    asked_at: datetime
    computed_at: datetime | None
    elements: list[dict[str, Any]]


@dataclass(frozen=True)
class QuestionView:
    """A question about a number, with how far its case has come and what was answered."""

    question: Any
    indicator_title: Words
    unit: Words
    decimals: int
    place: Words
    state: str
    state_title: Words
    state_kind: str
    due_at: datetime | None
    is_overdue: bool
    organisation: Words | None
    answer: str
    answered_at: datetime | None

    def __getattr__(self, name: str) -> Any:
        return getattr(self.question, name)
