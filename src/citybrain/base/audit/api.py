"""The HTTP door of the audit trail: its records and the head of its chain."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Annotated, Any

from ninja import Field, Query, Router, Schema

from citybrain.base.accounts.http import CityRequest, Moment, PageOf, Paging
from citybrain.base.accounts.queries import actor_keys
from citybrain.base.audit import queries
from citybrain.base.audit.queries import RecordFilter

router = Router(tags=["audit"])
Word = Annotated[str | None, Field(max_length=200)]


class RecordShown(Schema):
    """One thing that somebody did."""

    id: int = Field(examples=[1024])
    at: datetime = Field(description="City time")
    wall_at: datetime = Field(description="Time of the machine")
    actor: str = Field(alias="actor_key", examples=["user:12"])
    actor_label: str = Field(examples=["dispatcher"])
    action: str = Field(examples=["case.returned"])
    kind: str = Field(alias="object_kind", examples=["case"])
    key: str = Field(alias="object_key", examples=["HX20260302000001"])
    data: dict[str, Any] = Field(description="What changed; no personal data", examples=[{"reason": "属供电公司管养"}])

    @staticmethod
    def resolve_data(record: Any) -> Any:
        return json.loads(record.data)


class RecordAsked(Schema):
    """All that are given must hold."""

    action: Word = Field(None, examples=["case.returned"])
    actor: Word = Field(None, description="A key, or part of the name of people", examples=["user:12", "王伟"])
    kind: Word = Field(None, examples=["case"])
    key: Word = Field(None, examples=["HX20260302000001"])
    since: Moment | None = Field(None, description="City time, included")
    until: Moment | None = Field(None, description="City time, not included")

    def wanted(self) -> RecordFilter:
        plain = self.model_dump(exclude={"actor"})
        return RecordFilter(**plain, actors=None if self.actor is None else actor_keys(self.actor))


class HeadShown(Schema):
    """The newest block: write it down elsewhere, and `citybrain audit verify --head` proves that nothing was cut."""

    number: int = Field(examples=[4711])
    count: int = Field(description="Records in this block", examples=[17])
    records: int = Field(alias="total", description="Sealed so far", examples=[123456])
    head: str = Field(examples=["66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"])
    previous: str = Field(
        description="The head of the block before it; this one continues from there",
        examples=["3f0d2c4f6b6f0a9a5a7d1b8c2e9f0d1a3b5c7e9f1a2b4c6d8e0f1a3b5c7d9e0f"],
    )
    sealed_at: datetime = Field(description="Time of the machine")
    key: str = Field(alias="key_id", examples=["e7b603f938cc223c"])
    public_key: str = Field(alias="key.public", description="SM2, 04 ‖ x ‖ y in hexadecimal")


class SealShown(Schema):
    """Where a record stands in the sealed chain."""

    block: HeadShown | None = Field(description="Null while it waits for the sealer, a second or so")
    is_intact: bool | None = Field(
        description="Its text, hashed again now, is what was sealed; null while it is not sealed", examples=[True]
    )


@router.get("/audit/records", response=PageOf[RecordShown])
def list_records(request: CityRequest, asked: Query[RecordAsked], paging: Query[Paging]) -> Any:
    """Who did what, the newest first."""
    return queries.records(request.viewer, asked.wanted(), after=paging.after, limit=paging.limit)


@router.get("/audit/records/{int:number}/seal", response=SealShown)
def get_seal(request: CityRequest, number: int) -> Any:
    """The block that a record is sealed in, and whether the record still reads as it was sealed."""
    return queries.get_seal(request.viewer, number)


@router.get("/audit/head", response=HeadShown)
def read_head(request: CityRequest) -> Any:
    """The head of the sealed chain."""
    return queries.get_newest_block(request.viewer)


@router.get("/audit/blocks/{int:number}", response=HeadShown)
def get_block(request: CityRequest, number: int) -> Any:
    """One sealed block: whether its head is still the one that was written down elsewhere."""
    return queries.get_block(request.viewer, number)
