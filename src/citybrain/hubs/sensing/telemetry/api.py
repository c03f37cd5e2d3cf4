"""HTTP door of telemetry: readings of one property of one thing, single or in stretches of time."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from django.http import HttpResponse
from ninja import Query, Router, Schema
from pydantic import ConfigDict, Field

from citybrain.base.accounts.http import CityRequest, Moment
from citybrain.hubs.sensing.telemetry import answers

router = Router(tags=["telemetry"])
Value = float | int | bool | str | None


class TelemetryQuestion(Schema):
    """What is asked for; without `every` and `agg` single readings are answered."""

    model_config = ConfigDict(populate_by_name=True)

    thing: str = Field(max_length=64, description="Code of a thing", examples=["air-001"])
    property: str = Field(max_length=64, description="Property of its model", examples=["pm25"])
    start: Moment | None = Field(None, alias="from", description="From this event time; a day before `to` if left out")
    end: Moment | None = Field(None, alias="to", description="Up to, not including; city time now if left out")
    every: str | None = Field(None, max_length=8, description="Stretches of 30s, 5m, 1h, 1d …", examples=["1h"])
    agg: Literal["mean", "min", "max", "sum", "count", "median", "first", "last"] | None = Field(
        None, description="Over the good readings of each stretch", examples=["mean"]
    )
    as_known_at: Moment | None = Field(
        None, description="As the city knew it then: what was recorded later is left out"
    )
    limit: int = Field(1000, ge=1, le=10_000)
    after: str | None = Field(None, max_length=40, description="The `next` of the page before")


class TelemetryRow(Schema):
    at: datetime = Field(description="Event time; of a stretch, its beginning")
    value: Value = Field(examples=[35.0])
    quality: int | None = Field(None, description="0 is good; of single readings only", examples=[0])
    sequence: int | None = Field(None, description="0, or the number of the correction; of single readings only")
    recorded_at: datetime | None = Field(None, description="When the city learned of it; of single readings only")
    id: str | None = Field(None, description="thing/property/at/sequence; of single readings only")
    count: int | None = Field(None, description="How many good readings the stretch has", examples=[60])
    lowest: float | None = Field(None, description="The smallest of them; not of words", examples=[31.0])
    highest: float | None = Field(None, description="The greatest of them; not of words", examples=[39.5])


class TelemetryPage(Schema):
    thing: str
    property: str
    unit: str = Field(examples=["µg/m³"])
    items: list[TelemetryRow]
    next: str | None = Field(None, description="Pass it as `after` for the next page; null on the last")


@router.get("/telemetry", response=TelemetryPage, summary="Readings of a property of a thing")
def list_telemetry(request: CityRequest, question: Query[TelemetryQuestion]) -> HttpResponse | answers.Page:
    """By event time, the newest correction of each. `Accept: text/csv` or `application/vnd.apache.arrow.stream` get the
    page as a file with the same columns."""
    return answers.answer(request.viewer, question, accept=request.headers.get("Accept", ""))
