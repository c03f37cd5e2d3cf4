"""What the door of trace answers."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from ninja import Field, Schema


class ToldOut(Schema):
    """A message on the bus about the fact."""

    id: str = Field(examples=["0195548d0f2b7c3e9d1a2b3c4d5e6f70"])
    type: str = Field(examples=["case.opened"])
    at: datetime
    recorded_at: datetime
    cause: str | None = Field(description="The message it follows from, where you may see that one")


class FactOut(Schema):
    ref: str = Field(description="Names the fact inside this answer", examples=["f1"])
    kind: str = Field(examples=["case"])
    id: str | None = Field(description="null where it is withheld", examples=["AJ2026030200001"])
    title: dict[str, str] = Field(examples=[{"zh": "路灯不亮", "en": "路灯不亮"}])
    at: datetime | None = Field(description="When it happened in the city")
    state: str = Field(examples=["dispatched"])
    region_path: str = Field(examples=["/4206/420606/"])
    data: dict[str, Any] = Field(description="What this kind of fact says of itself")
    told: list[ToldOut]
    withheld: bool = Field(description="There is one, but it lies outside your duties")


class LinkOut(Schema):
    """One fact led to another."""

    cause: str = Field(examples=["f2"])
    effect: str = Field(examples=["f1"])
    relation: str = Field(description="raised, reported, opened, merged, left, dispatched …", examples=["opened"])
    event: str | None = Field(description="The message of the effect that names one of the cause")


class ChainOut(Schema):
    root: str = Field(description="The fact that was asked for", examples=["f1"])
    facts: list[FactOut]
    links: list[LinkOut]
    is_cut: bool = Field(description="There is more than is shown", examples=[False])


class CaseOfThing(Schema):
    """A case that an alarm of the thing opened or joined."""

    number: str = Field(examples=["AJ2026030200001"])
    title: str = Field(examples=["东四 PM2.5 重度污染"])
    title_en: str = Field(description="Empty where nobody gave one", examples=["PM2.5 very high at Dongsi"])
    case_type_title: dict[str, str] = Field(examples=[{"zh": "大气污染", "en": "Air pollution"}])
    state: str = Field(examples=["handling"])
    state_title: dict[str, str] = Field(examples=[{"zh": "处置中", "en": "Handling"}])
    severity: int = Field(examples=[3])
    occurred_at: datetime
    due_at: datetime | None
    closed_at: datetime | None
    organisation_name: str | None = Field(examples=["市生态环境局"])
    organisation_name_en: str = Field(description="Empty where it has none", examples=["Ecology Bureau"])
