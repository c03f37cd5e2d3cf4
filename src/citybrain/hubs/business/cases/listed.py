"""What goes in and out of the door of cases about the responsibility list."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from ninja import Field, Schema
from pydantic import ConfigDict

from citybrain.base.accounts.http import Given, Moment
from citybrain.base.accounts.redaction import Said
from citybrain.hubs.business.cases.schemas import Code, KindCode


class ResponsibilityShown(Schema):
    id: int
    case_type: str = Field(examples=["urban.lamp"])
    region: str = Field(description="Code of a region; * is everywhere", examples=["420606"])
    organisation: str = Field(examples=["urban"])
    organisation_name: str | None = Field(description="Null where this city has no such organisation")
    is_usable: bool = Field(description="False where its organisation is closed, or it or the region is not here")
    priority: int
    note: str
    pack: str = Field(description="The pack that declares it; empty when it was added here")
    is_edited: bool
    valid_from: datetime | None
    valid_to: datetime | None

    @staticmethod
    def resolve_case_type(line: Any) -> str:
        return str(line.case_type.code)

    @staticmethod
    def resolve_region(line: Any) -> str:
        return line.region_code or "*"

    @staticmethod
    def resolve_organisation(line: Any) -> str:
        return str(line.organisation_code)

    @staticmethod
    def resolve_organisation_name(line: Any) -> str | None:
        return line.organisation.name if line.organisation else None

    @staticmethod
    def resolve_is_usable(line: Any) -> bool:
        organisation = line.organisation
        there = line.region_code == "" or line.region is not None
        return bool(organisation and organisation.is_active and there)


class ResponsibilityQuery(Schema):
    case_type: KindCode = ""
    organisation: Code = ""
    region: Code = Field("", description="A region's own lines; * for those that hold everywhere")
    usable: bool | None = None
    in_force: bool | None = None
    below: bool = Field(False, description="Also lines for what lies below the kind, organisation or region")
    own: bool | None = Field(None, description="Added here; false: declared by a pack")


class ResponsibilityAdd(Schema):
    model_config = ConfigDict(extra="forbid")

    case_type: Code = Field(examples=["urban.lamp"])
    organisation: Code = Field(examples=["urban"])
    region: Code = Field("*", examples=["420606"])
    priority: int = Field(0, ge=-1000, le=1000)
    note: Said = Field("", max_length=300)
    valid_from: Moment | None = None
    valid_to: Moment | None = None


class ResponsibilityChange(Schema):
    model_config = ConfigDict(extra="forbid")

    priority: int | None = Field(None, ge=-1000, le=1000, examples=[10])
    note: Said | None = Field(None, max_length=300, examples=["试点"])
    valid_from: Moment | None = None
    valid_to: Moment | None = None

    def values(self) -> dict[str, Any]:
        """What was given; null empties a time and leaves the rest as it is."""
        given = {name: getattr(self, name) for name in self.model_fields_set}
        return {name: value for name, value in given.items() if value is not None or name.startswith("valid_")}


class WhatIfQuery(Schema):
    case_type: Code = Field(examples=["urban.lamp"])
    region: Code = Field("", examples=["420606001"])
    lon: float | None = Field(None, examples=[112.05])
    lat: float | None = Field(None, examples=[32.1])
    at: Moment | None = Field(None, description="Default: now")


class WhatIfShown(Schema):
    """Who would get it, and why; organisation null: a person has to dispatch it."""

    organisation: str | None = Field(examples=["urban"])
    organisation_name: str | None = Field(examples=["市城管执法委"])
    organisation_name_en: str = Field(description="Empty where it has none", examples=["City Management Bureau"])
    region_path: str
    why: dict[str, Any]
    others: list[dict[str, Any]] = Field(description="Lines that lost, best first")


class LineDraft(ResponsibilityAdd):
    """A line that is not saved."""


class Rehearsal(Given, WhatIfQuery):
    """A case to ask about, and what is tried on the list: a line more, a line less, or one in place of another."""

    draft: LineDraft | None = None
    without: int | None = Field(None, description="Number of a line that is left out", examples=[7])


class RehearsedShown(Schema):
    """The answer of the list as it stands, and with what was tried; nothing is saved."""

    now: WhatIfShown
    then: WhatIfShown


class GapShown(Schema):
    """A kind of case that nobody answers for somewhere."""

    case_type: str = Field(examples=["urban.lamp"])
    regions: list[str] = Field(description="Nobody at all in these", examples=[["420602"]])
    partly: list[str] = Field(description="Somebody in a part of these only", examples=[["420606"]])
    is_everywhere: bool = Field(description="Nobody in the whole city")


class TieShown(Schema):
    """Lines that say the same of different organisations; the older one wins without a word."""

    case_type: str = Field(examples=["urban.lamp"])
    region: str = Field(description="* is everywhere", examples=["420606"])
    lines: list[int] = Field(description="The older first", examples=[[3, 9]])
    organisations: list[str] = Field(description="Whom each of them names", examples=[["urban", "housing"]])


class ReviewShown(Schema):
    gaps: list[GapShown]
    ties: list[TieShown]
    unusable: int = Field(description="Lines in force that name what is not there or closed", examples=[2])
