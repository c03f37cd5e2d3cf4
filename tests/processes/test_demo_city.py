"""The demo city, started for real: made, its past lived, killed in the middle, gone on, alive and restarted."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import time
import urllib.request
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest

from citybrain.applications.governance.appeals.codes import hash_of
from citybrain.lab.life.citizens import request_key
from citybrain.lab.life.readings import Readings
from citybrain.lab.life.reports import Report, Reports
from citybrain.lab.life.world import read_world
from tests.processes.city_platform import CityPlatform
from tests.processes.ground import CITYBRAIN, Platform, alive, descendants, until

pytestmark = [pytest.mark.processes, pytest.mark.one_database, pytest.mark.timeout(900)]
PEOPLE = "12000"


class DemoCity(CityPlatform):
    """A small demo city, whose platform is started as a person starts it."""

    def up(self, *more: str) -> Platform:
        command = [*CITYBRAIN, "up", "--port", str(self.port), "--workers", "1", *more, "--data", str(self.data)]
        self.platform = Platform(command, self.folder, PYTHONUNBUFFERED="1", **self.environment)
        return self.platform

    def state(self) -> str:
        return str(json.loads((self.data / "city" / "state.json").read_text())["stage"])

    def done(self) -> int:
        try:
            return int(json.loads((self.data / "city" / "life.json").read_text())["done"])
        except FileNotFoundError:
            return 0

    def reported(self) -> Counter[str]:
        """How often each report stands in the tables: by its source's number, or by the hash of its request key."""
        sent = "SELECT COALESCE(NULLIF(a.request_hash, ''), s.source_id) FROM signals_signal s"
        with sqlite3.connect(f"file:{self.data / 'city.sqlite3'}?mode=ro", uri=True) as tables:
            rows = tables.execute(f"{sent} LEFT JOIN appeals_appeal a ON a.signal_id = s.id WHERE s.kind != 'alarm'")
            return Counter(row[0] for row in rows)

    def visit(self, path: str) -> Any:
        """What somebody who is not signed in gets."""
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=30) as answer:
            return json.load(answer)

    def live_at_once(self) -> None:
        """As if the past had been lived: the clock real, the state said."""
        state = self.data / "city" / "state.json"
        state.write_text(json.dumps({**json.loads(state.read_text()), "stage": "living"}))
        (self.data / "clock.json").write_text('{"mode": "real"}')


def kill_hard(process: Platform) -> None:
    below = descendants(process.process.pid)
    process.process.kill()
    process.process.wait(10)
    until("nothing of it is left", lambda: not any(alive(pid) for pid in below), within=30)


@pytest.fixture
def city(tmp_path: Path):
    city = DemoCity(tmp_path)
    city.command("city", "new", "--seed", "3", "--people", PEOPLE)
    yield city
    if city.platform is not None and city.platform.process.poll() is None:
        city.platform.stop()


def test_killed_in_the_middle_of_its_past_it_goes_on_and_lives(city):
    """No half city: every report once, every hour of every device, the clock real, one-click sign-in, a life."""
    began = json.loads((city.data / "clock.json").read_text())
    assert began["mode"] == "driven"
    first = city.up()
    until("some days are lived", lambda: city.done() > 0 and share(city, began) > 0.25, within=400)
    kill_hard(first)
    assert city.state() == "history"
    assert json.loads((city.data / "clock.json").read_text())["mode"] == "driven"

    second = city.up()
    second.await_ready(within=400)

    assert city.state() == "living"
    assert json.loads((city.data / "clock.json").read_text())["mode"] == "real"
    assert city.visit("/api/v1/demo")["city"] == "汉江市"
    until("life goes on", lambda: time.time() - city.done() < 10, within=30)
    world = read_world(city.data / "city" / "world.json")
    readings = Readings(world)
    start = int(datetime.fromisoformat(began["start"]).timestamp()) + 120
    quiet = Reports(world, readings.weather, streams=1).between(start, city.done())
    lively = Reports(world, readings.weather, streams=4).between(start - 86_400, city.done() + 60)
    there = city.reported()
    assert set(there.values()) == {1}
    assert [one.row for one in quiet if not names(one, world.seed) & set(there)] == []
    assert set(there) <= {name for one in lively for name in names(one, world.seed)}
    assert missing_hours(city, world, start) == []
    said = city.command("indicators", "verify", "--days", "20")
    assert "all come out as they were shown" in said
    assert int(said.split()[0].replace(",", "")) > 10_000, "the numbers were counted before the city was ready"
    assert second.stop() == 0


def names(report: Report, seed: int) -> set[str]:
    """What a report is known by, brought by an app or sent at the portal."""
    number = report.row["source_id"]
    return {number, hash_of(request_key(seed, int(number.removeprefix("HJ"))))}


def stamp(moment: int) -> str:
    return datetime.fromtimestamp(moment, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def share(city: DemoCity, began: dict[str, str]) -> float:
    start = datetime.fromisoformat(began["start"]).timestamp()
    return (city.done() - start) / (time.time() - start)


def missing_hours(city: DemoCity, world, start: int) -> list[str]:
    """Hours of an air station's temperature that were measured and are not in the telemetry."""
    station = world.devices["environment.air_station"].codes[0]
    city.token = city.command("token", "create", "--name", "reader", "--role", "integrator").strip().splitlines()[-1]
    known = {
        line["at"]
        for line in map(json.loads, Readings(world).between(start, city.done() - 3_600).numbers)
        if (line["thing"], line["property"]) == (station, "temperature")
    }
    span = {"from": stamp(start), "to": stamp(city.done())}
    rows = city.pages(f"/api/v1/telemetry?{urlencode({'thing': station, 'property': 'temperature', **span})}")
    stored = {stamp(int(datetime.fromisoformat(row["at"]).timestamp())) for row in rows}
    assert len(known) > 300
    return sorted(known - stored)


def test_its_life_is_killed_and_goes_on_without_gap_or_double_and_can_be_switched_off(city):
    """A city whose past was lived: life dies hard and comes back; without it the pages answer as before."""
    city.live_at_once()
    platform = city.up("--speed", "300")
    platform.await_ready(within=120)
    until("life has begun", lambda: city.done() > 0, within=60)
    reached = city.done()
    os.kill(city.pid_of("life"), signal.SIGKILL)
    until("life is back", lambda: city.done() > reached + 1_800, within=60)
    assert platform.stop() == 0
    world = read_world(city.data / "city" / "world.json")
    expected = Reports(world, Readings(world).weather, streams=4).between(reached, city.done())
    there = city.reported()
    assert set(there.values()) <= {1}
    assert [one.row for one in expected if not names(one, world.seed) & set(there)] == []

    platform = city.up("--no-life")
    platform.await_ready(within=120)
    assert not (city.data / "run" / "life.pid").exists()
    before = city.done()
    assert city.visit("/api/v1/demo")["is_demo"] is True
    time.sleep(3)
    assert city.done() == before
    assert platform.stop() == 0
