"""HTTP door of the health of things."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.http import StreamingHttpResponse
from ninja import Query, Router, Schema
from pydantic import Field

from citybrain.base.accounts.http import CityRequest, PageOf, Paging
from citybrain.hubs.sensing.health import queries
from citybrain.hubs.sensing.health.types import Contact, HealthFilter
from citybrain.hubs.sensing.things.api import ThingFilter, ThingSummary

router = Router(tags=["things"])


class HeadlineShown(Schema):
    property: str = Field(examples=["pm25"])
    title: dict[str, str] = Field(examples=[{"zh": "细颗粒物 PM2.5", "en": "Fine particles PM2.5"}])
    unit: str = Field(examples=["µg/m³"])
    at: datetime | None = Field(description="When it was measured; null: nothing came yet")
    value: float | bool | str | None = Field(examples=[35.0])


class ThingHealth(ThingSummary):
    """A thing with what is known of its health."""

    model_title: dict[str, str] = Field(examples=[{"zh": "空气质量监测站", "en": "Air quality station"}])
    region_name: str | None = Field(description="null: no region contains it", examples=["王寨街道"])
    contact: Contact = Field(description="online: a reading within three of its periods; silent: one long ago")
    last_at: datetime | None = Field(description="The newest reading of any property")
    firing: int = Field(description="Alarms that fire on it now", examples=[1])
    worst: int | None = Field(description="The worst severity of those, 1 to 4", examples=[2])
    headline: HeadlineShown | None = Field(description="The reading that says most about it")

    @staticmethod
    def resolve_model_title(thing: Any) -> dict[str, str]:
        return dict(thing.model.title)


class HealthWanted(ThingFilter):
    contact: Contact | None = Field(None, description="online, silent, or never heard from")
    firing: bool | None = Field(None, description="true: an alarm fires on it; false: none does")
    severity: int | None = Field(None, ge=1, le=4, description="An alarm this severe or worse fires on it")

    def wanted(self) -> HealthFilter:
        return HealthFilter(**self.model_dump())


class HealthCounted(Schema):
    count: int = Field(description="All of them, whatever their contact", examples=[214])
    online: int = Field(examples=[205])
    silent: int = Field(examples=[6])
    never: int = Field(examples=[3])
    firing: int = Field(description="Things on which an alarm fires", examples=[18])


def shown(one: Any) -> Any:
    """The thing's own columns and what is known of it, side by side for the schema."""
    for name in ("contact", "last_at", "firing", "worst", "headline"):
        setattr(one.thing, name, getattr(one, name))
    return one.thing


@router.get("/things/health", response=PageOf[ThingHealth])
def list_health(request: CityRequest, paging: Query[Paging], where: Query[HealthWanted]) -> Any:
    """Things with their newest reading, whether they are heard from, and the alarms that fire on them."""
    page = queries.list_health(request.viewer, where.wanted(), **paging.dict())
    return {"items": [shown(one) for one in page.items], "next": page.next}


@router.get("/things/health/count", response=HealthCounted)
def count_health(request: CityRequest, where: Query[HealthWanted]) -> Any:
    """How many things a list has: online, silent, never heard from, with alarms."""
    return queries.count_health(request.viewer, where.wanted())


@router.get("/things.csv", response={200: str})
def export_things(request: CityRequest, where: Query[HealthWanted]) -> Any:
    """The things of a list as CSV for a spreadsheet, streamed."""
    lines = queries.csv_lines(request.viewer, where.wanted(), language=request.language)
    response = StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="things.csv"'
    return response
