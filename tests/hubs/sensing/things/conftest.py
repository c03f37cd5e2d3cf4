"""A thing model to register things of."""

from __future__ import annotations

import pytest

from citybrain.base.audit import SYSTEM
from citybrain.hubs.sensing.things.actions import declare_model
from citybrain.hubs.sensing.things.manifest import ModelDefinition
from citybrain.hubs.sensing.things.models import ThingModel

STATION = {
    "title": {"zh": "监测站", "en": "Station"},
    "properties": {
        "pm25": {
            "title": {"zh": "PM2.5", "en": "PM2.5"}, "type": "number", "unit": "ug/m3", "min": 0, "max": 1000,
            "period_seconds": 3600,
        },
        "wind": {"title": {"zh": "风向", "en": "Wind"}, "type": "enum", "values": ["N", "E", "S", "W"]},
        "fault": {"title": {"zh": "故障", "en": "Fault"}, "type": "boolean"},
    },
}  # fmt: skip


@pytest.fixture
def station(db: None) -> ThingModel:
    return declare_model("test.station", ModelDefinition.model_validate(STATION), pack="", actor=SYSTEM)
