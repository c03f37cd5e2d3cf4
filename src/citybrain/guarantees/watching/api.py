"""The door where people see how the platform stands."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from ninja import Field, Router, Schema

from citybrain.base.accounts.http import CityRequest
from citybrain.guarantees.watching import queries

router = Router(tags=["watching"])


class PartWords(Schema):
    zh: str = Field(examples=["消息积压"])
    en: str = Field(examples=["Messages behind"])


class PlatformPartShown(Schema):
    """A part of the platform, with what to do where it is not well."""

    name: str = Field(examples=["bus"])
    title: PartWords
    state: Literal["green", "amber", "red"] = Field(examples=["green"])
    since: datetime = Field(description="The world's time")
    found: PartWords
    cure: PartWords
    link: str = Field(examples=["/console/failures"])


@router.get("/platform/parts", response=list[PlatformPartShown])
def list_parts(request: CityRequest) -> Any:
    """Each process and part with how it stands now, the worst first."""
    return queries.parts(request.viewer)
