"""Readings are refused before the disk is full, and taken again as soon as there is room; the parts are added up."""

from __future__ import annotations

import json
import shutil
from collections import namedtuple
from datetime import UTC, datetime
from pathlib import Path

import pytest

from citybrain.base.errors import Misconfigured, Unavailable
from citybrain.guarantees.maintenance import space
from citybrain.hubs.sensing.ingest import room
from citybrain.hubs.sensing.ingest.room import MEBIBYTE, Room, mebibytes_from
from tests.hubs.sensing.ingest.process import Sense
from tests.hubs.sensing.ingest.world import folders, write_snapshot

Usage = namedtuple("Usage", "total used free")


@pytest.mark.processes
def test_sense_refuses_readings_before_the_disk_is_full(tmp_path):
    """With more in reserve than any disk has: 503 with the reason, and /health says why."""
    write_snapshot(folders(tmp_path))
    reading = {"thing": "air-1", "property": "pm25", "at": datetime.now(UTC).isoformat(), "value": 10.0}
    with Sense(tmp_path, environment={"CITYBRAIN_DISK_RESERVE": str(10**12)}) as sense:
        answer = sense.send([reading])
        health = sense.http.get("/health")
    assert (answer.status_code, answer.json()["code"]) == (503, "observation.disk_reserve")
    assert answer.headers["retry-after"] == "30"
    assert health.status_code == 503
    assert "no readings are taken" in health.json()["trouble"]
    with Sense(tmp_path) as sense:
        assert sense.send([reading]).json()["accepted"] == 1


def test_room_is_looked_at_again_after_a_second(tmp_path, monkeypatch):
    free, moment = [100 * MEBIBYTE], [0.0]
    monkeypatch.setattr(shutil, "disk_usage", lambda _: Usage(0, 0, free[0]))
    monkeypatch.setattr(room.clock, "monotonic", lambda: moment[0])
    looked = Room(tmp_path, 512 * MEBIBYTE)
    with pytest.raises(Unavailable) as refusal:
        looked.check()
    assert refusal.value.data == {"free": 100, "reserve": 512}
    assert "100 MiB" in looked.trouble

    free[0], moment[0] = 600 * MEBIBYTE, 1.5
    looked.check()
    assert looked.trouble == ""


def test_a_reserve_is_a_number_of_mebibytes(monkeypatch):
    monkeypatch.setenv("CITYBRAIN_DISK_RESERVE", "much")
    with pytest.raises(Misconfigured, match="CITYBRAIN_DISK_RESERVE cannot be much"):
        mebibytes_from("CITYBRAIN_DISK_RESERVE", 512)


@pytest.mark.django_db
def test_the_parts_are_added_up(settings, tmp_path):
    settings.DATA_DIR, settings.BACKUPS_DIR = tmp_path / "data", tmp_path / "elsewhere"
    write(tmp_path / "data" / "lake" / "readings" / "one.parquet", 100_000)
    write(tmp_path / "data" / "logs" / "web.log", 20_000)
    write(tmp_path / "elsewhere" / "nightly-20260302T190000Z.tar", 300_000)
    (tmp_path / "data" / "run").mkdir()

    before = space.space()
    total = space.keep_measure()
    after = space.space()

    assert (before.used, before.measured_at) == ({}, "")
    assert 100_000 <= after.used["lake"] < 120_000
    assert 20_000 <= after.used["logs"] < 40_000
    assert 300_000 <= after.used["backups"] < 320_000
    assert total == sum(after.used.values())
    assert json.loads((tmp_path / "data" / "run" / "space.json").read_text())["used"] == dict(after.used)


def write(path: Path, size: int) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"x" * size)


@pytest.mark.django_db
def test_health_warns_below_the_agreed_space(cast, settings):
    settings.DISK_WARN = 10**18
    body = cast.anonymous().get("/health").json()
    assert body["status"] == "failing"
    assert body["parts"]["disk"]["well"] is False
    settings.DISK_WARN = 0
    assert cast.anonymous().get("/health").json()["parts"]["disk"]["well"] is True
