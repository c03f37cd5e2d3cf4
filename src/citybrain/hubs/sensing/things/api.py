"""HTTP door of things: register, list, look at, move, retire; and the models they follow."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from ninja import Body, Query, Router, Schema
from pydantic import Field

from citybrain.base.accounts.http import CityRequest, Given, PageOf, Paging
from citybrain.base.accounts.redaction import Said
from citybrain.base.packs import Key
from citybrain.hubs.sensing.things import actions, queries
from citybrain.hubs.sensing.things.manifest import ModelDefinition
from citybrain.hubs.sensing.things.types import MAX_BATCH, Attribute, ThingDraft

router = Router(tags=["things"])


class ModelSummary(Schema):
    key: str = Field(examples=["environment.air_station"])
    title: dict[str, str] = Field(examples=[{"zh": "空气质量监测站", "en": "Air quality station"}])
    pack: str = Field(examples=["environment"])
    properties: dict[str, Any]
    thing_count: int | None = Field(None, description="In the list: active things that you may see", examples=[6])


class ThingSummary(Schema):
    code: str = Field(examples=["air-001"])
    name: str = Field(examples=["东四"])
    model: str = Field(examples=["environment.air_station"])
    lon: float | None = Field(examples=[116.417])
    lat: float | None = Field(examples=[39.929])
    precision_m: float | None = Field(examples=[111.0])
    region_code: str = Field(description="Empty: no region contains it", examples=["110101"])
    region_path: str = Field(examples=["/110000/110101/"])
    organisation_path: str = Field(examples=["/gov/eco/"])
    address: str
    state: str = Field(examples=["active"])
    registered_at: datetime
    updated_at: datetime

    @staticmethod
    def resolve_model(thing: Any) -> str:
        return str(thing.model.key)


class ThingDetail(ThingSummary):
    given_crs: str = Field(description="The coordinate system its position was given in", examples=["GCJ-02"])
    attributes: dict[str, Attribute]
    properties: dict[str, Any] = Field(description="What it reports, as its model says")

    @staticmethod
    def resolve_properties(thing: Any) -> dict[str, Any]:
        return dict(thing.model.properties)


class LatestReading(Schema):
    property: str = Field(examples=["pm25"])
    at: datetime | None = Field(description="When it was measured; null: nothing came yet")
    value: float | bool | str | None = Field(examples=[35.0])
    unit: str = Field(examples=["µg/m³"])
    quality: int | None = Field(description="0 is good", examples=[0])
    recorded_at: datetime | None = None
    online: bool = Field(description="The last reading is not older than three periods (of an hour if unknown)")


class RejectedThing(Schema):
    index: int = Field(examples=[3])
    field: str = Field(examples=["model"])
    code: str = Field(examples=["things.unknown_model"])
    reason: str
    cure: str = Field(description="What to do", examples=["请使用已有模型,或先加载声明它的行业包。"])


class ThingReceipt(Schema):
    """What became of the rows of a batch."""

    accepted: int = Field(description="New things", examples=[998])
    updated: int = Field(description="Known things that changed", examples=[1])
    duplicates: int = Field(description="Known things that were just so already", examples=[0])
    rejected: list[RejectedThing]


class ThingFilter(Schema):
    model: queries.ModelKey = Field("", description="Key of a thing model", examples=["environment.air_station"])
    region: str = Field("", description="Code of a region: things in it and below", examples=["420606"])
    q: str = Field("", max_length=100, description="Part of code, name or address")
    unlocated: bool | None = Field(None, description="true: only what no region contains; false: only what lies in one")
    state: str = Field("", description="active or retired", pattern="^(active|retired|)$")


class ThingChange(Given):
    """What is to be another; what is left out stays."""

    name: str | None = Field(None, max_length=200)
    address: str | None = Field(None, max_length=300)
    organisation: str | None = Field(None, max_length=64, description="Code of the organisation", examples=["eco"])
    attributes: dict[str, Attribute] | None = None
    lon: float | None = None
    lat: float | None = None
    crs: str = Field("WGS-84", examples=["GCJ-02"])
    precision_m: float | None = None
    region: str | None = Field(None, max_length=64)


class Reason(Given):
    reason: Said = Field("", max_length=500, examples=["拆除"])


BATCH = {
    "requestBody": {
        "required": True,
        "content": {
            "application/json": {
                "schema": {
                    "oneOf": [
                        ThingDraft.model_json_schema(),
                        {"type": "array", "maxItems": MAX_BATCH, "items": ThingDraft.model_json_schema()},
                    ]
                },
                "example": [
                    {
                        "code": "air-001",
                        "model": "environment.air_station",
                        "name": "东四",
                        "lon": 116.417,
                        "lat": 39.929,
                    }
                ],
            }
        },
    }
}


A_MODEL = {
    "requestBody": {
        "content": {
            "application/json": {
                "example": {
                    "title": {"zh": "积水监测点", "en": "Flood gauge"},
                    "properties": {
                        "depth": {
                            "title": {"zh": "积水深度", "en": "Depth"},
                            "type": "number",
                            "unit": "cm",
                            "min": 0,
                            "max": 300,
                            "period_seconds": 60,
                        }
                    },
                }
            }
        }
    }
}


@router.get("/things/models", response=list[ModelSummary])
def list_models(request: CityRequest) -> Any:
    """The kinds of things there are, and what each reports."""
    return queries.list_models(request.viewer)


@router.put("/things/models/{key}", response=ModelSummary, openapi_extra=A_MODEL)
def put_model(request: CityRequest, key: Key, body: ModelDefinition) -> Any:
    """Make or change a thing model that no pack declares."""
    return actions.register_model(key, body, actor=request.viewer)


@router.get("/things", response=PageOf[ThingSummary])
def list_things(request: CityRequest, paging: Query[Paging], where: Query[ThingFilter]) -> Any:
    """Things in the order of their registration."""
    return queries.list_things(request.viewer, **where.dict(), **paging.dict())


@router.post("/things", response=ThingReceipt, openapi_extra=BATCH)
def register_things(request: CityRequest, rows: Body[list[Any] | dict[str, Any]]) -> Any:
    """Register things, or bring known ones up to date, by code: one object or an array; good rows are kept."""
    return actions.register_things(rows, actor=request.viewer).plain(request.language)


@router.get("/things/{code}", response=ThingDetail)
def get_thing(request: CityRequest, code: str) -> Any:
    """One thing and what it reports."""
    return queries.get_thing(request.viewer, code)


@router.patch("/things/{code}", response=ThingDetail)
def change_thing(request: CityRequest, code: str, change: ThingChange) -> Any:
    """Change or move a thing."""
    thing = queries.get_thing(request.viewer, code)
    return actions.change_thing(thing, actor=request.viewer, **change.dict(exclude_unset=True))


@router.post("/things/{code}/retire", response=ThingDetail)
def retire_thing(request: CityRequest, code: str, body: Reason) -> Any:
    """Take a thing out of service; its history stays."""
    return actions.retire_thing(queries.get_thing(request.viewer, code), actor=request.viewer, reason=body.reason)


@router.get("/things/{code}/latest", response=list[LatestReading])
def get_latest(request: CityRequest, code: str) -> Any:
    """The latest reading of each property, and whether the thing is online."""
    return queries.latest_of(request.viewer, code)
