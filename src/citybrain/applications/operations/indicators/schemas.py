"""What goes in and out at the door of indicators."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from ninja import Schema
from pydantic import Field

from citybrain.applications.operations.indicators.manifest import Theme
from citybrain.applications.operations.indicators.types import Dimension, Explanation, Measured, Value
from citybrain.base.accounts.http import Given, Moment

Words = dict[str, str]


class PlaceWanted(Schema):
    """Whose number: of a region or of an organisation; where none is named, the widest that you may see."""

    dimension: Dimension | None = None
    code: str = Field("", max_length=64, description="Code of the region or organisation", examples=["420606"])
    known_at: Moment | None = Field(None, description="As the city knew it at that moment")


class IndicatorsWanted(PlaceWanted):
    theme: Theme | None = None
    count: int = Field(14, ge=1, le=400, description="How many of the newest values of each")


class SeriesWanted(PlaceWanted):
    since: Moment | None = None
    until: Moment | None = None


class RankingWanted(Schema):
    dimension: Dimension = "region"
    parent: str = Field("", max_length=64, description="Whose parts are ranked; empty: those of the city")
    start: Moment | None = Field(None, description="Begin of the period; left out: the newest")
    known_at: Moment | None = None


class PeriodWanted(PlaceWanted):
    start: Moment | None = Field(None, description="Begin of the period; left out: the newest")


class RowsWanted(PeriodWanted):
    offset: int = Field(0, ge=0, le=1_000_000)
    limit: int = Field(50, ge=1, le=500)


class ValueShown(Schema):
    start: datetime
    end: datetime
    value: float | None = Field(examples=[93.4])
    rows: int = Field(description="How many rows add up to it", examples=[61])
    level: str | None = Field(description="normal, warn or alarm; null without thresholds")
    is_whole: bool = Field(description="The period was over when this was computed")
    recorded_at: datetime = Field(description="Since when the city knew this value")

    @staticmethod
    def of(value: Value) -> ValueShown:
        return ValueShown(**{name: getattr(value, name) for name in ValueShown.model_fields})


class IndicatorShown(Schema):
    key: str = Field(examples=["urban.on_time_rate"])
    pack: str
    title: Words = Field(examples=[{"zh": "按期办结率", "en": "On-time rate"}])
    about: Words
    theme: str
    unit: Words
    period: str
    aggregate: str
    decimals: int
    direction: str
    warn: float | None
    alarm: float | None
    target: float | None
    owner: Words
    by_organisation: bool
    depth: int
    dimension: str
    code: str
    values: list[ValueShown] = Field(description="The oldest first")

    @staticmethod
    def of(one: Measured) -> IndicatorShown:
        told = one.definition
        limits = told.thresholds
        plain = ("theme", "period", "aggregate", "decimals", "direction", "target", "by_organisation", "depth")
        return IndicatorShown(
            key=one.key, pack=one.pack, title=told.title.model_dump(), about=told.about.model_dump(),
            unit=told.unit.model_dump(), owner=told.owner.model_dump(),
            warn=limits.warn if limits else None, alarm=limits.alarm if limits else None,
            dimension=one.dimension, code=one.code, values=[ValueShown.of(value) for value in one.values],
            **{name: getattr(told, name) for name in plain},
        )  # fmt: skip


class RankShown(Schema):
    code: str
    name: Words
    value: ValueShown


class InputShown(Schema):
    table: str = Field(examples=["case_events"])
    mark: int | None = Field(description="The watermark: what the table held")
    newest: datetime | None = Field(description="When its newest row was recorded")


class ExplanationShown(Schema):
    key: str
    title: Words
    about: Words
    owner: Words
    source: Words | None
    unit: Words
    decimals: int
    subject: str
    version: int = Field(description="Which wording of the indicator")
    sql: str
    aggregate: str
    scale: float
    dimension: str
    code: str
    shown: ValueShown
    numerator: float | None
    denominator: float | None
    recomputed: float | None = Field(description="The same SELECT, run again on the lake as it stood then")
    is_reproduced: bool
    inputs: list[InputShown]
    columns: list[str]
    rows: list[dict[str, Any]] = Field(description="One page of the rows that add up to it, as far as you may see them")
    total: int = Field(description="How many rows count")
    hidden: int = Field(description="How many of them you may not see")
    next: int | None
    names: dict[str, dict[str, Words]] = Field(description="By column and code: what the codes in the rows mean")

    @staticmethod
    def of(one: Explanation) -> ExplanationShown:
        told = one.definition
        return ExplanationShown(
            title=told.title.model_dump(), about=told.about.model_dump(), owner=told.owner.model_dump(),
            source=told.source.model_dump() if told.source else None, unit=told.unit.model_dump(),
            decimals=told.decimals, subject=told.subject, sql=told.select, aggregate=told.aggregate, scale=told.scale,
            shown=ValueShown.of(one.shown), numerator=one.shown.numerator, denominator=one.shown.denominator,
            inputs=[InputShown(**each) for each in one.inputs], is_reproduced=one.is_reproduced,
            **{name: getattr(one, name) for name in (
                "key", "version", "dimension", "code", "recomputed", "columns", "rows", "total", "hidden", "next",
                "names")},
        )  # fmt: skip


class ComputeWanted(Given):
    keys: list[Annotated[str, Field(max_length=64)]] = Field(
        [], max_length=200, description="Empty: all", examples=[["urban.on_time_rate"]]
    )


class ComputeStarted(Schema):
    job: int = Field(description="The job that computes; see /jobs/runs")
