"""What goes in and out at the door of the cockpit."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from ninja import Schema
from pydantic import Field, StringConstraints

from citybrain.applications.operations.cockpit.manifest import By, CaseTrait, Layer, Rows, SceneDefinition
from citybrain.applications.operations.cockpit.models import Scene
from citybrain.applications.operations.cockpit.types import PlaceView, QuestionView, SceneView
from citybrain.applications.operations.indicators import queries as indicators
from citybrain.applications.operations.indicators.types import Dimension
from citybrain.base.accounts.http import Given, Moment
from citybrain.base.accounts.redaction import Said
from citybrain.base.accounts.words import Word

Code = Annotated[str, Field(max_length=64)]


class SceneWords(Schema):
    zh: str = Field(examples=["总体态势"])
    en: str = Field(examples=["Overall"])


class SceneWanted(Schema):
    """Of which place, and as known when; where none is named, the widest place that you may see, now."""

    dimension: Dimension | None = None
    code: Code = Field("", description="Code of the region or organisation", examples=["420606"])
    known_at: Moment | None = Field(None, description="The whole scene as the city knew it at that moment")


class SceneSummary(Schema):
    key: str = Field(examples=["cockpit.overall"])
    title: SceneWords
    about: SceneWords | None
    pack: str
    elements: int = Field(description="How many it has", examples=[16])

    @staticmethod
    def of(row: Scene, scene: SceneDefinition) -> SceneSummary:
        plain = scene.model_dump(include={"title", "about"})
        return SceneSummary(key=row.key, pack=row.pack, elements=len(scene.elements), **plain)


class GridCell(Schema):
    """On a grid of 12 by 12, columns and rows counted from 1."""

    column: int
    row: int
    width: int
    height: int


class IndicatorFacts(Schema):
    """What stands beside a number."""

    key: str = Field(examples=["urban.on_time_rate"])
    title: SceneWords
    about: SceneWords
    unit: SceneWords
    owner: SceneWords
    decimals: int
    direction: str
    target: float | None
    period: str
    aggregate: str
    warn: float | None
    alarm: float | None


class ScenePoint(Schema):
    """One period's number."""

    start: datetime
    end: datetime
    value: float | None
    rows: int
    level: str | None = Field(description="normal, warn or alarm; null without thresholds")
    is_whole: bool = Field(description="The period was over when this was computed")
    recorded_at: datetime


class ElementBase(Schema):
    key: str
    title: SceneWords | None
    at: GridCell


class NumberShown(ElementBase):
    kind: Literal["number"]
    indicator: IndicatorFacts | None = Field(description="Null where it is not declared any more")
    value: ScenePoint | None
    previous: ScenePoint | None
    delta: float | None = Field(description="Against the period before; null where the two do not compare")
    change: Literal["better", "worse", "same"] | None
    points: list[ScenePoint] = Field(description="The oldest first")


class TrendLine(Schema):
    indicator: IndicatorFacts
    points: list[ScenePoint]


class TrendShown(ElementBase):
    kind: Literal["trend"]
    lines: list[TrendLine]


class RankedPart(ScenePoint):
    code: str
    name: SceneWords


class RankingShown(ElementBase):
    kind: Literal["ranking"]
    indicator: IndicatorFacts | None
    by: By
    first: Literal["best", "worst"]
    rows: list[RankedPart] = Field(description="In this order")
    total: int = Field(description="How many there are; only the first are here")
    is_citywide: bool = Field(description="Counted over the whole city, whatever the place")


class ShareSlice(Schema):
    key: str = Field(description="Of an indicator, or the kind, severity or source; empty: all others")
    title: SceneWords | None
    value: float


class ShareShown(ElementBase):
    kind: Literal["share"]
    of: Literal["indicators"] | CaseTrait
    case_type: str | None
    unit: SceneWords | None
    decimals: int
    parts: list[ShareSlice]


class SceneMap(ElementBase):
    kind: Literal["map"]
    layers: list[Layer]
    case_type: str | None
    models: list[str] = Field(description="Things of these models; empty: all", examples=[["traffic.detector"]])


class FlowStep(Schema):
    key: str = Field(description="reported, opened, dispatched, accepted, finished, closed", examples=["opened"])
    count: int = Field(description="How many of the period came so far")
    waits: int | None = Field(description="How many wait here now, of any day")
    late: int | None = Field(description="How many of these are past their time")


class FlowShown(ElementBase):
    kind: Literal["flow"]
    days: int
    since: datetime | None
    case_type: str | None
    steps: list[FlowStep]


class ListedRow(Schema):
    kind: Literal["case", "alarm"]
    id: str
    title: SceneWords
    place: SceneWords
    severity: int
    at: datetime
    due_at: datetime | None


class ListingShown(ElementBase):
    kind: Literal["list"]
    of: Rows
    case_type: str | None
    total: int
    rows: list[ListedRow]


class SceneText(ElementBase):
    kind: Literal["text"]
    text: SceneWords


AnyShown = Annotated[
    NumberShown | TrendShown | RankingShown | ShareShown | SceneMap | FlowShown | ListingShown | SceneText,
    Field(discriminator="kind"),
]


class NamedPlace(Schema):
    code: str
    name: SceneWords


class ScenePlace(Schema):
    dimension: Dimension
    code: str
    name: SceneWords
    above: list[NamedPlace] = Field(description="From the city down, those that you may see")
    below: list[NamedPlace]
    box: list[float] | None = Field(description="West, south, east, north in WGS-84; null without a boundary")

    @staticmethod
    def of(place: PlaceView) -> dict[str, Any]:
        lists = {name: [{"code": code, "name": words} for code, words in getattr(place, name)]
                 for name in ("above", "below")}  # fmt: skip
        return {"dimension": place.dimension, "code": place.code, "name": place.name, "box": place.box, **lists}


class SceneShown(Schema):
    key: str
    title: SceneWords
    about: SceneWords | None
    place: ScenePlace
    known_at: datetime | None = Field(description="As known at that moment; null: now")
    asked_at: datetime
    computed_at: datetime | None = Field(description="When the indicators were computed last")
    elements: list[AnyShown]

    @staticmethod
    def of(one: SceneView) -> dict[str, Any]:
        plain = one.definition.model_dump(include={"title", "about"})
        moments = {name: getattr(one, name) for name in ("known_at", "asked_at", "computed_at")}
        return {"key": one.key, **plain, "place": ScenePlace.of(one.place), **moments, "elements": one.elements}


class QuestionAsk(Given):
    """A question about a number, as you see it."""

    indicator: Code = Field(examples=["urban.on_time_rate"])
    text: Annotated[Said, StringConstraints(strip_whitespace=True, min_length=2, max_length=500)] = Field(
        examples=["为什么比昨天低?"]
    )
    dimension: Dimension | None = None
    code: Code = ""
    start: Moment | None = Field(None, description="Begin of the period; left out: the newest")
    known_at: Moment | None = Field(None, description="As of when you see it; left out: now")


class QuestionsWanted(Schema):
    indicator: Annotated[str, Word("indicators", indicators.keys)] = ""
    dimension: Dimension | None = None
    code: Code = ""
    case: Annotated[str, Field(max_length=32)] = ""


class QuestionShown(Schema):
    """A question, the number it is about, and the answer."""

    case: str = Field(description="The case that it became", examples=["AJ2026030200001"])
    text: str
    asked_label: str = Field(description="Who asked")
    asked_at: datetime
    indicator: str
    indicator_title: SceneWords
    unit: SceneWords
    decimals: int
    dimension: str
    code: str
    place: SceneWords
    start: datetime
    value: float | None = Field(description="What was shown")
    level: str
    known_at: datetime = Field(description="As of when it was seen")
    state: str = Field(description="Of the case; empty where you may not see it")
    state_title: SceneWords
    state_kind: str
    due_at: datetime | None
    is_overdue: bool
    organisation: SceneWords | None = Field(description="Who has to answer")
    answer: str
    answered_at: datetime | None

    @staticmethod
    def of(one: QuestionView) -> QuestionShown:
        return QuestionShown(**{name: getattr(one, name) for name in QuestionShown.model_fields})
