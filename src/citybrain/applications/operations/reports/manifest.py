"""`reports.yaml`: the reports that a sector pack declares."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from citybrain.applications.operations.indicators.types import Dimension
from citybrain.base.packs import Declared, Key, Text

ReportPeriod = Literal["day", "week"]
Over = Literal["last", "total"]
Code = Annotated[str, StringConstraints(min_length=1, max_length=64)]


class Places(Declared):
    """For which places one is made when its period is over: down to a depth, or only these."""

    deepest: Annotated[int, Field(ge=0, le=4)] = 1
    """0 is the city (or the head of all organisations), 1 also what stands directly below."""
    only: tuple[Code, ...] = ()
    """Codes; left out: all of them."""


class Section(Declared):
    """What every section has."""

    title: Text
    of: Dimension | None = None
    """Only in reports of regions, or only in those of organisations."""


class FiguresSection(Section):
    """A table: value, change against the period before, level."""

    form: Literal["figures"]
    indicators: Annotated[tuple[Key, ...], Field(min_length=1, max_length=30)]
    over: Over = "last"
    """Of an indicator with shorter periods the `last` value, or what its values come to in `total`."""


class TrendSection(Section):
    """A chart of each of these indicators up to the end of the period."""

    form: Literal["trend"]
    indicators: Annotated[tuple[Key, ...], Field(min_length=1, max_length=6)]
    points: Annotated[int, Field(ge=2, le=120)] = 14


class RankingSection(Section):
    """The parts of the place by one indicator."""

    form: Literal["ranking"]
    indicator: Key
    over: Over = "last"
    first: Literal["best", "worst"] = "best"
    count: Annotated[int, Field(ge=3, le=60)] = 20


AnySection = Annotated[FiguresSection | TrendSection | RankingSection, Field(discriminator="form")]


class ReportDefinition(Declared):
    """One report: how often, for which places, and its sections."""

    title: Text
    about: Text | None = None
    period: ReportPeriod
    order: Annotated[int, Field(ge=0, le=10_000)] = 100
    regions: Places | None = None
    organisations: Places | None = None
    sections: Annotated[tuple[AnySection, ...], Field(min_length=1, max_length=20)]

    def places(self, dimension: Dimension) -> Places | None:
        return self.regions if dimension == "region" else self.organisations

    def sections_of(self, dimension: Dimension) -> list[AnySection]:
        return [one for one in self.sections if one.of in (None, dimension)]


class ReportsFile(Declared):
    """The whole file: reports by key."""

    reports: dict[Key, ReportDefinition] = {}


def indicators_of(section: AnySection) -> tuple[str, ...]:
    return (section.indicator,) if isinstance(section, RankingSection) else section.indicators
