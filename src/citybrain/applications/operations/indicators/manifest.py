"""`indicators.yaml`: the numbers that a sector pack declares."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Annotated, Any, Literal, Self

from pydantic import Field, StringConstraints, model_validator
from pydantic_core import PydanticCustomError

from citybrain.base.packs import Declared, Flag, Key, Number, Text

Period = Literal["hour", "day", "week", "month"]
Aggregate = Literal["ratio", "sum", "count", "mean", "median", "p90", "max", "min"]
Direction = Literal["up", "down", "none"]
Theme = Literal["overall", "urban", "traffic", "environment", "safety", "livelihood", "sensing"]
Subject = Literal["case", "signal", "alarm", "thing", "region"]
ViewName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$", max_length=64)]
Signature = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*\([a-z][a-z0-9_, ]*\)$", max_length=120)]
Sql = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]


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
    """How many are shown; a count has none unless it says so."""
    direction: Direction = "none"
    """Whether more is better (`up`), less is better (`down`), or neither."""
    thresholds: Thresholds | None = None
    target: Number | None = None
    depth: Annotated[int, Field(ge=0, le=8)] = 2
    """How many levels of regions below the city it is rolled up for."""
    by_organisation: Flag = False
    """Also by organisation; the rows then have `organisation_path`."""
    rolls_up: Flag = True
    """Whether a row counts for every region above its own too; without it the SELECT itself says them all."""
    subject: Subject
    """What a row is about: who may see these may see the rows."""
    owner: Text
    source: Text | None = None
    """The plan, standard or paper that asks for it or defines it."""
    case_type: Key | None = None
    """The kind of case that crossing a threshold asks for; without one it is only shown."""
    enabled: Flag = True
    sql: Annotated[str, StringConstraints(strip_whitespace=True, min_length=10)]
    """A SELECT over the lake: `period`, `subject`, `region_path`, and `value` or `numerator` and `denominator`."""

    macros: dict[Signature, Sql] = {}
    """Words that the SELECT uses, in order; those that the file declares for all its indicators are added."""
    views: dict[ViewName, Sql] = {}
    """SELECTs that the SELECT reads from by name, likewise."""

    def facts(self) -> dict[str, Any]:
        """What stands beside its numbers: texts, unit, limits, how it is counted."""
        texts = {name: getattr(self, name).model_dump() for name in ("title", "about", "unit", "owner")}
        plain = {name: getattr(self, name) for name in ("decimals", "direction", "target", "period", "aggregate")}
        warn, alarm = (self.thresholds.warn, self.thresholds.alarm) if self.thresholds else (None, None)
        return {**texts, **plain, "warn": warn, "alarm": alarm}

    @property
    def select(self) -> str:
        """The SELECT after the views that it reads from."""
        own = self.sql.rstrip(";")
        views = ", ".join(f"{name} AS ({sql})" for name, sql in self.views.items())
        return f"WITH {views} SELECT * FROM ({own})" if views else own  # noqa: S608 - a pack's SQL, tried by its judge

    @model_validator(mode="before")
    @classmethod
    def write_counts_whole(cls, given: Any) -> Any:
        is_plain = isinstance(given, dict) and given.get("aggregate") == "count" and "decimals" not in given
        return {**given, "decimals": 0} if is_plain else given

    @model_validator(mode="after")
    def check_rolling(self) -> Self:
        if self.by_organisation and not self.rolls_up:
            raise PydanticCustomError("indicators.organisations_roll_up", "rows by organisation always roll up")
        return self

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
    """The whole file: indicators by key, and the SQL that several of them share."""

    macros: dict[Signature, Sql] = {}
    views: dict[ViewName, Sql] = {}
    indicators: dict[Key, IndicatorDefinition] = {}

    @model_validator(mode="after")
    def give_shared(self) -> Self:
        """Each indicator carries the shared SQL that it names, so that one version of it is whole."""
        for key, one in self.indicators.items():
            views = _named(self.views, [one.sql, *one.views.values()]) | one.views
            macros = _named(self.macros, [one.sql, *views.values(), *one.macros.values()]) | one.macros
            self.indicators[key] = one.model_copy(update={"views": views, "macros": macros})
        return self

    def unused(self) -> list[tuple[str, str]]:
        """Where shared SQL stands that no indicator names."""
        shared = [("macros", name) for name in self.macros] + [("views", name) for name in self.views]
        used = {("macros", name) for one in self.indicators.values() for name in one.macros}
        used |= {("views", name) for one in self.indicators.values() for name in one.views}
        return [place for place in shared if place not in used]


def _named(declared: dict[str, str], texts: Iterable[str]) -> dict[str, str]:
    """Those declared whose name stands in one of the texts or in a later one that is named, in their order."""
    read: list[str] = list(texts)
    found: list[str] = []
    for name in reversed(declared):
        word = re.compile(rf"\b{name.partition('(')[0]}\b")
        if any(word.search(text) for text in read):
            found.append(name)
            read.append(declared[name])
    return {name: declared[name] for name in reversed(found)}
