"""What goes in and out at the door of reports."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from ninja import Schema
from pydantic import Field

from citybrain.applications.operations.indicators.types import Dimension
from citybrain.applications.operations.reports import queries
from citybrain.applications.operations.reports.manifest import ReportDefinition, ReportPeriod
from citybrain.applications.operations.reports.models import Report, ReportPlan
from citybrain.base.accounts.http import Given, Moment
from citybrain.base.accounts.words import Word

Code = Annotated[str, Field(max_length=64)]


class ReportWords(Schema):
    zh: str = Field(examples=["运行日报"])
    en: str = Field(examples=["Daily operation report"])


class ReportPlanShown(Schema):
    """A report that is made again and again."""

    key: str = Field(examples=["urban.daily"])
    pack: str
    title: ReportWords
    about: ReportWords | None
    period: ReportPeriod
    dimensions: list[Dimension] = Field(description="For which kinds of places it is made")

    @staticmethod
    def of(row: ReportPlan, definition: ReportDefinition) -> ReportPlanShown:
        kinds: tuple[Dimension, ...] = ("region", "organisation")
        plain = definition.model_dump(include={"title", "about", "period"})
        dimensions = [kind for kind in kinds if definition.places(kind) is not None]
        return ReportPlanShown(key=row.key, pack=row.pack, dimensions=dimensions, **plain)


class ReportsWanted(Schema):
    key: Annotated[str, Word("reports", queries.keys)] = ""
    dimension: Dimension | None = None
    code: Code = Field("", description="Of this region or organisation", examples=["420606"])
    period: ReportPeriod | None = None
    since: Moment | None = Field(None, description="Periods that begin at or after this moment")
    until: Moment | None = Field(None, description="Periods that begin before this moment")
    every_version: bool = Field(False, description="Also those that late data has replaced")


class ReportSummary(Schema):
    id: int
    key: str = Field(examples=["urban.daily"])
    title: ReportWords
    dimension: str
    code: str
    place: ReportWords
    period: str
    start: datetime
    end: datetime
    version: int = Field(description="Late data makes another one")
    known_at: datetime = Field(description="The numbers are those that were known then")
    made_at: datetime
    is_newest: bool
    is_simulated: bool = Field(description="The city is made up, and so are the numbers")

    @staticmethod
    def facts(row: Report) -> dict[str, Any]:
        own = ("key", "dimension", "code", "period", "start", "end", "version", "known_at", "made_at")
        head = row.head
        return {
            "id": row.pk, "title": head["title"], "place": head["place"]["name"],
            "is_newest": row.replaced_at is None, "is_simulated": head["is_simulated"],
            **{name: getattr(row, name) for name in own},
        }  # fmt: skip


class VersionShown(Schema):
    id: int
    version: int
    made_at: datetime


class ReportShown(ReportSummary):
    about: ReportWords | None
    sections: list[dict[str, Any]] = Field(
        description="As printed: each with `form`, `title` and its `rows` or `lines`; every figure has `value`,"
        " `level`, `recorded_at` and `values`, the ids of the values that it is"
    )
    versions: list[VersionShown] = Field(description="The newest first")

    @staticmethod
    def of(row: Report) -> dict[str, Any]:
        content = row.content
        return {**ReportSummary.facts(row), "about": content["about"], "sections": content["sections"],
                "versions": list(queries.versions_of(row).values("id", "version", "made_at"))}  # fmt: skip


class ReportWanted(Given):
    """Which report of which place and period; without a place of the widest that you may see."""

    key: Code = Field(examples=["urban.daily"])
    dimension: Dimension | None = None
    code: Code = ""
    at: Moment | None = Field(None, description="Any moment of the period; left out: the newest that is over")


class FileWanted(Schema):
    language: Literal["zh", "en"] | None = Field(None, description="Left out: as Accept-Language says")


class ReportSubscriptionWanted(Given):
    """Which report of which place; without a place of the widest that you may see."""

    key: Code = Field(examples=["urban.daily"])
    dimension: Dimension | None = None
    code: Code = ""


class ReportSubscriptionShown(Schema):
    """You are told when this report is made."""

    key: str = Field(examples=["urban.daily"])
    dimension: Dimension
    code: str = Field(examples=["420606"])
    title: ReportWords
    place: ReportWords
    created_at: datetime


class ReportSubscriptionEnded(Schema):
    key: Code
    dimension: Dimension
    code: Code
