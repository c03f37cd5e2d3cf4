"""The door for what every page needs to know before anybody has signed in."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from django.conf import settings
from ninja import Field, Router, Schema

from citybrain.base import clock
from citybrain.base.accounts.http import CityRequest
from citybrain.base.places.queries import find_city

router = Router(tags=["platform"])


class CityFacts(Schema):
    code: str = Field(examples=["4206"])
    name: str = Field(examples=["襄阳市"])
    name_en: str = Field(examples=["Xiangyang"])
    time_zone: str = Field(examples=["Asia/Shanghai"])
    is_simulated: bool = Field(description="A made-up city: everything in it is simulated", examples=[False])


class PlatformFacts(Schema):
    """The city clock, so that pages count in city time, and the city, so that they say where they are."""

    version: str = Field(examples=["0.1.0"])
    city: CityFacts | None = Field(description="Null while no city has been made")
    now: datetime = Field(description="City time")
    clock: Literal["real", "scaled", "driven", "movable"] = Field(description="How city time runs", examples=["real"])
    speed: float = Field(description="Seconds of city time in a second; 0 where it stands still", examples=[1.0])


@router.get("/platform", response=PlatformFacts, auth=None)
def show_platform(request: CityRequest) -> Any:
    """The city, its time, and whether it is simulated; open to everybody."""
    running = clock.current()
    mode = str(getattr(running, "mode", "real"))
    return {
        "version": settings.VERSION,
        "city": find_city(),
        "now": running.now(),
        "clock": mode,
        "speed": {"real": 1.0, "scaled": float(getattr(running, "speed", 1.0))}.get(mode, 0.0),
    }
