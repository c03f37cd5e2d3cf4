"""`screen.yaml`: the scenes that a sector pack declares for the cockpit."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from citybrain.base.packs import Declared, Key, Text

COLUMNS, ROWS = 12, 12
"""Every scene fills the same grid, whatever screen it is drawn on."""
Layer = Literal["cases", "alarms", "things", "heat"]
By = Literal["region", "organisation"]
CaseTrait = Literal["type", "severity", "source"]
Rows = Literal["alarms", "overdue", "newest"]


class Place(Declared):
    """Where on the grid: the first column and row (from 1), and how many."""

    column: Annotated[int, Field(ge=1, le=COLUMNS)]
    row: Annotated[int, Field(ge=1, le=ROWS)]
    width: Annotated[int, Field(ge=1, le=COLUMNS)]
    height: Annotated[int, Field(ge=1, le=ROWS)]

    def cells(self) -> set[tuple[int, int]]:
        columns = range(self.column, self.column + self.width)
        return {(column, row) for column in columns for row in range(self.row, self.row + self.height)}

    @property
    def is_inside(self) -> bool:
        return self.column + self.width - 1 <= COLUMNS and self.row + self.height - 1 <= ROWS


class Element(Declared):
    """What every element has."""

    key: Key
    """Its name within the scene."""
    at: Place
    title: Text | None = None
    """Left out: that of its indicator, or the usual words of its kind."""


class NumberElement(Element):
    """A headline number with the period before, its level, and a line of what it was."""

    kind: Literal["number"]
    indicator: Key
    points: Annotated[int, Field(ge=2, le=120)] = 14


class TrendElement(Element):
    """One to three indicators over time."""

    kind: Literal["trend"]
    indicators: Annotated[tuple[Key, ...], Field(min_length=1, max_length=3)]
    points: Annotated[int, Field(ge=2, le=120)] = 30


class RankingElement(Element):
    """The parts of the place, or organisations, by an indicator."""

    kind: Literal["ranking"]
    indicator: Key
    by: By = "region"
    first: Literal["best", "worst"] = "best"
    """Which of them are at the top."""
    count: Annotated[int, Field(ge=3, le=30)] = 8


class ShareElement(Element):
    """How a whole divides: into indicators of one unit, or open cases by what they are."""

    kind: Literal["share"]
    indicators: Annotated[tuple[Key, ...], Field(max_length=8)] = ()
    cases: CaseTrait | None = None
    case_type: Key | None = None


class MapElement(Element):
    """The live map of the place: cases and alarms of the kind `case_type`, things of these models; without them all."""

    kind: Literal["map"]
    layers: Annotated[tuple[Layer, ...], Field(min_length=1)] = ("cases", "alarms")
    case_type: Key | None = None
    models: tuple[Key, ...] = ()


class FlowElement(Element):
    """How far the cases of some days have come, step by step, and what waits at each step now."""

    kind: Literal["flow"]
    days: Annotated[int, Field(ge=1, le=30)] = 1
    case_type: Key | None = None


class ListElement(Element):
    """What needs eyes now: alarms that fire, cases past their time, or the newest cases."""

    kind: Literal["list"]
    of: Rows
    count: Annotated[int, Field(ge=1, le=30)] = 8
    case_type: Key | None = None


class TextElement(Element):
    """Words that stand still."""

    kind: Literal["text"]
    text: Text


AnyElement = Annotated[
    NumberElement | TrendElement | RankingElement | ShareElement | MapElement | FlowElement | ListElement | TextElement,
    Field(discriminator="kind"),
]


class SceneDefinition(Declared):
    """One picture of the city: its title, its place among the others, and its elements."""

    title: Text
    about: Text | None = None
    order: Annotated[int, Field(ge=0, le=10_000)] = 100
    elements: Annotated[tuple[AnyElement, ...], Field(min_length=1, max_length=60)]


class ScreenFile(Declared):
    """The whole file: scenes by key."""

    scenes: dict[Key, SceneDefinition] = {}
