"""`indicators.yaml`: the numbers that a sector pack declares."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, StringConstraints, model_validator
from pydantic_core import PydanticCustomError

from citybrain.base.packs import Declared, Key, Number, Text

Period = Literal["hour", "day", "week", "month"]
Aggregate = Literal["ratio", "sum", "count", "mean", "median", "p90", "max", "min"]
Direction = Literal["up", "down", "none"]
Theme = Literal["overall", "urban", "traffic", "environment", "safety", "livelihood", "sensing"]
Subject = Literal["case", "signal", "alarm", "thing", "region"]


class Thresholds(Declared):
    """Where a number is worth a warning, and where it is an alarm; in the order that the direction asks for."""

    warn: Number | None = None
    alarm: Number | None = None


class IndicatorDefinition(Declared):
    """One number: the rows it stands for, and how they add up."""

    title: Text
    about: Text
    """What is counted and what is not, in a sentence for a leader."""
    theme: Theme
    unit: Text
    period: Period
    aggregate: Aggregate
    """How rows become a number: `ratio` is scale × Σ numerator ÷ Σ denominator."""
    scale: Number = 1
    decimals: Annotated[int, Field(ge=0, le=6)] = 1
    direction: Direction = "none"
    """Whether more is better (`up`), less is better (`down`), or neither."""
    thresholds: Thresholds | None = None
    target: Number | None = None
    depth: Annotated[int, Field(ge=0, le=8)] = 2
    """How many levels of regions below the city it is rolled up for."""
    by_organisation: bool = False
    """Also by organisation; the rows then have `organisation_path`."""
    subject: Subject
    """What a row is about: who may see these may see the rows."""
    owner: Text
    source: Text | None = None
    """The plan, standard or paper that asks for it or defines it."""
    case_type: Key | None = None
    """The kind of case that crossing a threshold asks for; without one it is only shown."""
    enabled: bool = True
    sql: Annotated[str, StringConstraints(strip_whitespace=True, min_length=10)]
    """A SELECT over the lake: `period`, `subject`, `region_path`, and `value` or `numerator` and `denominator`."""

    @model_validator(mode="after")
    def check_thresholds(self) -> Self:
        limits = self.thresholds
        if limits is None:
            return self
        if self.direction == "none":
            raise PydanticCustomError("indicators.threshold_without_direction", "thresholds need a direction")
        warn, alarm = limits.warn, limits.alarm
        if warn is not None and alarm is not None and (warn == alarm or (alarm > warn) == (self.direction == "up")):
            data = {"warn": warn, "alarm": alarm, "direction": self.direction}
            raise PydanticCustomError(
                "indicators.threshold_order", "alarm ({alarm}) must lie beyond warn ({warn})", data
            )
        return self


class IndicatorsFile(Declared):
    """The whole file: indicators by key."""

    indicators: dict[Key, IndicatorDefinition] = {}
