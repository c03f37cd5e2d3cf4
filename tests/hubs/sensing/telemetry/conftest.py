"""Two stations of the cast's city whose readings a real store holds."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from django.conf import settings

from citybrain.base.audit import SYSTEM
from citybrain.base.clock import to_micros
from citybrain.hubs.sensing.ingest.columns import Rows
from citybrain.hubs.sensing.ingest.store import Store
from citybrain.hubs.sensing.telemetry.moving import move_segments
from citybrain.hubs.sensing.telemetry.naming import describe
from citybrain.hubs.sensing.things.actions import declare_model
from citybrain.hubs.sensing.things.manifest import ModelDefinition
from citybrain.hubs.sensing.things.models import Stream
from tests.cast import Cast

STATION = {
    "title": {"zh": "监测站", "en": "Station"},
    "properties": {
        "pm25": {"title": {"zh": "PM2.5", "en": "PM2.5"}, "type": "number", "unit": "ug/m3", "min": 0, "max": 1000},
        "wind": {"title": {"zh": "风向", "en": "Wind"}, "type": "enum", "values": ["N", "E", "S", "W"]},
        "fault": {"title": {"zh": "故障", "en": "Fault"}, "type": "boolean"},
    },
}  # fmt: skip


@dataclass
class Station:
    """Readings in, through the store of `sense`; the door is asked over HTTP."""

    cast: Cast
    data: Path
    store: Store

    def reads(self, at: datetime, value: float, *, thing: str = "air-1", name: str = "pm25", quality: int = 0) -> None:
        stream = Stream.objects.get(thing__code=thing, property=name).pk
        rows = Rows(
            np.array([stream], np.int32),
            np.array([to_micros(at)], np.int64),
            np.array([value], np.float64),
            np.array([quality], np.int8),
        )
        prepared = self.store.decide(rows, np.array([7], np.int32), self.store.arrange(rows))
        if len(prepared.stored.rows):
            self.store.write(prepared.stored)
            self.store.apply(prepared.stored)

    def close_segment(self) -> None:
        self.store.rotate()
        self.store.save_checkpoint(self.store.take_checkpoint())

    def move(self) -> int:
        self.close_segment()
        return move_segments(self.data, describe)

    def ask(self, role: str = "administrator", **question: Any) -> Any:
        question = {"thing": "air-1", "property": "pm25", **question}
        plain = {key.strip("_"): v.isoformat() if isinstance(v, datetime) else v for key, v in question.items()}
        return self.cast.client(role).english().get("/api/v1/telemetry", plain)

    def values(self, **question: Any) -> list[Any]:
        answer = self.ask(**question)
        assert answer.status_code == 200, answer.content
        return [item["value"] for item in answer.json()["items"]]


@pytest.fixture
def station(cast: Cast, clock: object) -> Iterator[Station]:
    """air-1 stands in one county of the cast's city, air-2 in the other."""
    declare_model("test.station", ModelDefinition.model_validate(STATION), pack="", actor=SYSTEM)
    rows = [
        {"code": "air-1", "model": "test.station", "lon": 112.05, "lat": 32.1},
        {"code": "air-2", "model": "test.station", "lon": 112.3, "lat": 32.1},
    ]
    answer = cast.client("administrator").post("/api/v1/things", rows)
    assert answer.json()["accepted"] == 2, answer.content
    data = Path(settings.DATA_DIR)
    for name in ("hot", "journal", "run", "lake"):
        shutil.rmtree(data / name, ignore_errors=True)
        (data / name).mkdir(parents=True)
    it = Station(cast, data, Store(data))
    yield it
    it.store.close()  # which may be another by then: one that is closed twice closes somebody else's file


HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
