"""HTTP door of capabilities."""

from __future__ import annotations

from typing import Any

from ninja import Body, Router, Schema
from pydantic import Field

from citybrain.base.accounts.http import CityRequest
from citybrain.hubs.intelligence.capabilities import queries

router = Router(tags=["capabilities"])


class CapabilityShown(Schema):
    name: str = Field(examples=["environment.aqi"])
    version: str = Field(examples=["1.0.0"])
    title: dict[str, str] = Field(examples=[{"zh": "空气质量指数", "en": "Air quality index"}])
    source: str = Field(description="Standard or paper", examples=["HJ 633—2012"])
    input: dict[str, Any] = Field(description="JSON Schema of what goes in")
    output: dict[str, Any] = Field(description="JSON Schema of what comes out")


class CapabilityAnswer(Schema):
    name: str = Field(examples=["environment.aqi"])
    version: str = Field(examples=["1.0.0"])
    output: dict[str, Any]


@router.get("/capabilities", response=list[CapabilityShown])
def list_capabilities(request: CityRequest) -> Any:
    """What the city can work out."""
    return queries.list_capabilities(request.viewer)


@router.get("/capabilities/{name}", response=CapabilityShown)
def get_capability(request: CityRequest, name: str) -> Any:
    """One capability with its types."""
    return queries.get_capability(request.viewer, name)


INPUT = {
    "requestBody": {
        "content": {"application/json": {"example": {"period": "day", "pm25": 120, "pm10": 151, "co": 1.0}}}
    }
}


@router.post("/capabilities/{name}", response=CapabilityAnswer, openapi_extra=INPUT)
def call_capability(request: CityRequest, name: str, body: Body[dict[str, Any]]) -> Any:
    """Run a capability on what its `input` schema describes."""
    return queries.call_capability(request.viewer, name, body)
