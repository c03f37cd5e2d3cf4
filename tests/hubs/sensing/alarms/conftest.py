"""A station with rules, and a journal as `sense` writes it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from citybrain.base.audit import SYSTEM
from citybrain.hubs.sensing.alarms.actions import declare_rule
from citybrain.hubs.sensing.alarms.manifest import SilenceRule, ThresholdRule
from citybrain.hubs.sensing.things.actions import declare_model
from citybrain.hubs.sensing.things.manifest import ModelDefinition
from citybrain.hubs.sensing.things.models import Thing
from tests.hubs.sensing.things.conftest import STATION

START = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
TITLE = {"zh": "PM2.5 高", "en": "PM2.5 high"}


class Journal:
    """Appends lines as `sense` does: contiguous numbers, a new file on request."""

    def __init__(self, folder: Path):
        self.folder = folder
        self.folder.mkdir(parents=True, exist_ok=True)
        self.number, self.seq = 1, 0

    @property
    def path(self) -> Path:
        return self.folder / f"alarms-{self.number:08d}.jsonl"

    def line(self, thing: Thing, state: str, minute: float, *, start: float | None = None, rule: str = "test.high",
             value: float | None = 160.0, **more: Any) -> dict[str, Any]:  # fmt: skip
        self.seq += 1
        began = START + timedelta(minutes=minute if start is None else start)
        at = START + timedelta(minutes=minute)
        name = hashlib.blake2b(f"{rule}|{thing.code}|pm25|{began}".encode(), digest_size=16).hexdigest()
        return {
            "seq": self.seq, "alarm": name, "rule": rule, "thing": thing.code, "thing_id": thing.pk, "stream": 1,
            "property": "pm25", "state": state, "start_at": spell(began), "at": spell(at), "value": value,
            "recorded_at": spell(at), "wall_at": spell(at), **more,
        }  # fmt: skip

    def append(self, *lines: dict[str, Any]) -> None:
        with self.path.open("ab") as file:
            for line in lines:
                file.write(json.dumps(line).encode() + b"\n")

    def tell(self, thing: Thing, state: str, minute: float, **more: Any) -> str:
        """Append one line; returns the alarm's id."""
        line = self.line(thing, state, minute, **more)
        self.append(line)
        return str(line["alarm"])

    def episode(self, thing: Thing, start: float, fired: float, resolved: float | None = None, **more: Any) -> str:
        self.tell(thing, "pending", start, start=start, **more)
        name = self.tell(thing, "firing", fired, start=start, **more)
        if resolved is not None:
            self.tell(thing, "resolved", resolved, start=start, **more)
        return name


def spell(at: datetime) -> str:
    return at.isoformat().replace("+00:00", "Z")


@pytest.fixture
def journal(tmp_path: Path) -> Journal:
    return Journal(tmp_path / "journal")


@pytest.fixture
def rules(db: None) -> None:
    declare_model("test.station", ModelDefinition.model_validate(STATION), pack="", actor=SYSTEM)
    common = {"title": TITLE, "model": "test.station", "property": "pm25"}
    high = {**common, "kind": "threshold", "op": "gt", "raise_at": 150, "clear_at": 115, "severity": 2,
            "case_type": "test.pollution", "fold_within_seconds": 1800}  # fmt: skip
    silent = {**common, "kind": "silence", "after_seconds": 3600, "severity": 4}
    declare_rule("test.high", ThresholdRule.model_validate(high), pack="", actor=SYSTEM)
    declare_rule("test.silent", SilenceRule.model_validate(silent), pack="", actor=SYSTEM)


Register = Callable[..., Thing]


@pytest.fixture
def thing(rules: None, cast: Any) -> Thing:
    return register(cast, "air-1", 112.05)


def register(cast: Any, code: str, lon: float) -> Thing:
    row = {"code": code, "model": "test.station", "lon": lon, "lat": 32.05, "organisation": "eco", "precision_m": 5}
    assert cast.token_client("integrator").post("/api/v1/things", row).json()["accepted"] == 1
    return Thing.objects.get(code=code)
