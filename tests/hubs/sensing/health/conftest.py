"""Four stations: one online with an alarm, one silent, one never heard from, one in another county."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from citybrain.base import clock as city_clock
from citybrain.base.clock import to_micros
from citybrain.hubs.sensing.alarms.models import Alarm, AlarmRule
from citybrain.hubs.sensing.ingest.latest import Latest, records_of
from citybrain.hubs.sensing.things.models import Stream, Thing, ThingModel
from tests.cast import Cast
from tests.hubs.sensing.things.conftest import station

__all__ = ["station"]
Hear = Callable[..., None]


@pytest.fixture
def hear(tmp_path: Path, settings: Any) -> Hear:
    """`hear("a-1", "pm25", 35, hours=1)`: a reading that came so long ago, as `sense` leaves it for others."""
    settings.DATA_DIR = tmp_path
    (tmp_path / "hot").mkdir()
    latest = Latest(tmp_path / "hot" / "latest.bin")
    latest.publish()

    def heard(code: str, name: str, value: float, *, hours: float) -> None:
        stream = Stream.objects.get(thing__code=code, property=name).pk
        latest.reserve(1 + stream)
        at = to_micros(city_clock.now() - timedelta(hours=hours))
        records = records_of(np.array([at], np.int64), np.array([value]), np.array([0]), np.array([0]), at)
        latest.update(np.array([stream], np.int32), records, (1, 0))

    return heard


def fires(code: str, key: str, severity: int) -> None:
    thing, now = Thing.objects.get(code=code), city_clock.now()
    rule = AlarmRule.objects.create(
        key=key, title={"zh": "PM2.5 高", "en": "PM2.5 high"}, model=thing.model, property="pm25", kind="threshold",
        op="gt", raise_at=150, clear_at=120, severity=severity, updated_at=now,
    )  # fmt: skip
    Alarm.objects.create(
        id=f"{key}-{code}", rule=rule, thing=thing, property="pm25", state="firing", severity=severity, value=160,
        start_at=now, fired_at=now, recorded_at=now, region_path=thing.region_path,
        organisation_path=thing.organisation_path,
    )  # fmt: skip


@pytest.fixture
def stations(cast: Cast, station: ThingModel, hear: Hear) -> None:
    names = {"a-1": "王寨站", "a-2": "=昭明站", "a-3": "新站", "b-1": "城东站"}
    places = {"a": {"lon": 112.05, "organisation": "urban"}, "b": {"lon": 112.3}}
    rows = [
        {"code": code, "name": name, "model": "test.station", "lat": 32.05, **places[code[0]]}
        for code, name in names.items()
    ]
    assert cast.token_client("integrator").post("/api/v1/things", rows).json()["accepted"] == 4
    hear("a-1", "wind", 2, hours=9)
    hear("a-1", "pm25", 160, hours=2.9)
    hear("a-2", "pm25", 20, hours=3.1)
    hear("b-1", "pm25", 21, hours=0)
    fires("a-1", "test.high", 3)
    fires("a-1", "test.severe", 2)
