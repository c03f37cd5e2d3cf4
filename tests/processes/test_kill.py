"""Processes die at random under load; what was acknowledged is there, exactly once, and no case is half-changed.

The oracle is the clients' own log of what was acknowledged to them. CITYBRAIN_KILLS sets how many kills (20; 100 in
`make soak`).
"""

from __future__ import annotations

import contextlib
import os
import random
import signal
import sys
import threading
import time
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.processes.city_platform import CityPlatform

pytestmark = [
    pytest.mark.processes,
    pytest.mark.timeout(1800),
    pytest.mark.skipif(sys.platform != "linux", reason="Linux"),
]
KILLS = int(os.environ.get("CITYBRAIN_KILLS", "20"))
THINGS = [f"air-{number:02d}" for number in range(8)]
PLACES = [(116.31 + 0.01 * number, 39.85) for number in range(10)]


class Load:
    """Clients that send readings and reports until told to stop, and remember what was acknowledged."""

    def __init__(self, city: CityPlatform, began: datetime):
        self.city, self.began = city, began
        self.stop = threading.Event()
        self.readings: dict[tuple[str, str], float] = {}
        self.reports: set[str] = set()
        self.failures: list[BaseException] = []
        self.threads = [
            threading.Thread(target=self._guard, args=(self._send_readings, THINGS[:4], 1)),
            threading.Thread(target=self._guard, args=(self._send_readings, THINGS[4:], 2)),
            threading.Thread(target=self._guard, args=(self._send_reports, [], 3)),
        ]

    def start(self) -> None:
        for thread in self.threads:
            thread.start()

    def end(self) -> None:
        self.stop.set()
        for thread in self.threads:
            thread.join(120)
        assert not any(thread.is_alive() for thread in self.threads)
        assert self.failures == []

    def _guard(self, send, things: list[str], seed: int) -> None:
        try:
            send(things, random.Random(seed))
        except BaseException as failure:
            self.failures.append(failure)

    def _send_readings(self, things: list[str], dice: random.Random) -> None:
        step = 0
        while not self.stop.is_set():
            batch = []
            for thing in things:
                for offset in range(5):
                    at = self.began + timedelta(seconds=step * 5 + offset)
                    value = 600.0 if (step // 20) % 2 else dice.choice([20.0, 30.0, 40.0])
                    batch.append({"thing": thing, "property": "so2", "at": f"{at:%Y-%m-%dT%H:%M:%SZ}", "value": value})
            answer = self.city.insist("POST", "/observations", batch, sense=True)
            assert answer["rejected"] == []
            self.readings |= {(row["thing"], row["at"]): row["value"] for row in batch}
            step += 1
            time.sleep(0.01)

    def _send_reports(self, _: list[str], dice: random.Random) -> None:
        number = 0
        while not self.stop.is_set():
            batch = []
            for _unused in range(3):
                lon, lat = dice.choice(PLACES)
                batch.append(
                    {
                        "kind": "hotline",
                        "source": "kill-test",
                        "source_id": f"r{number}",
                        "text": f"第{number}号路灯不亮",
                        "case_type": "urban.facilities.street_light",
                        "occurred_at": f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}",
                        "lon": lon,
                        "lat": lat,
                    }
                )
                number += 1
            answer = self.city.insist("POST", "/api/v1/signals", batch)
            assert answer["rejected"] == []
            self.reports |= {row["source_id"] for row in batch}
            time.sleep(0.05)


@pytest.fixture(scope="module")
def survivor(tmp_path_factory) -> tuple[CityPlatform, Load]:
    """A platform that went through KILLS kills under load, then was left alone until it had caught up."""
    city = CityPlatform(tmp_path_factory.mktemp("kill"))
    city.prepare()
    city.start()
    city.insist("POST", "/api/v1/things", [
        {"code": code, "model": "environment.air_station", "lon": 116.31 + 0.02 * number, "lat": 39.9}
        for number, code in enumerate(THINGS)
    ])  # fmt: skip
    time.sleep(1.5)
    load = Load(city, datetime.now(UTC).replace(microsecond=0) - timedelta(days=3))
    try:
        load.start()
        kill_at_random(city, random.Random(20260302))
        load.end()
        city.await_settled(120)
        yield city, load
    finally:
        load.stop.set()
        city.stop()


def kill_at_random(city: CityPlatform, dice: random.Random) -> None:
    """KILLS times: one process, or the supervisor with all of them, by SIGKILL."""
    for _ in range(KILLS):
        time.sleep(dice.uniform(0.1, 1.2))
        victim = dice.choice(["sense", "sense", "work", "work", "web", "live", "everything"])
        if victim == "everything":
            city.kill()
            city.start()
        else:
            with contextlib.suppress(FileNotFoundError, ProcessLookupError):
                os.kill(city.pid_of(victim), signal.SIGKILL)
    time.sleep(1.0)


def test_every_acknowledged_reading_is_there_exactly_once(survivor):
    city, load = survivor
    assert len(load.readings) > 200
    found: Counter[tuple[str, str, float]] = Counter()
    start, end = load.began - timedelta(days=1), load.began + timedelta(days=4)
    for thing in THINGS:
        rows = city.pages(
            f"/api/v1/telemetry?thing={thing}&property=so2&from={start:%Y-%m-%dT%H:%M:%SZ}&to={end:%Y-%m-%dT%H:%M:%SZ}"
        )
        for row in rows:
            at = datetime.fromisoformat(row["at"]).astimezone(UTC)
            found[thing, f"{at:%Y-%m-%dT%H:%M:%SZ}", row["value"]] += 1

    lost = Counter((thing, at, value) for (thing, at), value in load.readings.items()) - found
    doubled = [key for key, count in found.items() if count > 1]

    assert not lost
    assert doubled == []


def test_every_acknowledged_report_belongs_to_one_case(survivor):
    city, load = survivor
    signals = [row for row in city.pages("/api/v1/signals") if row["source"] == "kill-test"]
    assert load.reports
    assert Counter(row["source_id"] for row in signals) >= Counter(load.reports)
    assert max(Counter(row["source_id"] for row in signals).values()) == 1
    assert [row for row in signals if row["state"] not in ("opened", "merged")] == []

    numbers = {row["number"] for row in city.pages("/api/v1/cases")}
    assert {row["case_number"] for row in signals} <= numbers


def test_no_case_is_half_changed(survivor):
    """A case counts the signals that it holds, stands where its timeline says, and was opened once."""
    city, _ = survivor
    held = Counter(row["case_number"] for row in city.pages("/api/v1/signals") if row["case_number"])
    cases = city.pages("/api/v1/cases")
    assert cases
    for case in cases:
        assert case["signal_count"] == held[case["number"]], case
        told = Counter(entry["key"] for entry in city.call("GET", f"/api/v1/cases/{case['number']}/timeline"))
        assert told["case.opened"] == 1, (case, told)
        assert told["case.dispatched_by_list"] == 1, (case, told)
        assert told["case.signal_joined"] == case["signal_count"] - 1, (case, told)
        assert case["state"] == "dispatched"


def test_the_audit_chain_holds(survivor):
    city, _ = survivor
    assert "intact" in city.command("audit", "verify")


def test_the_data_folder_holds_everything_that_was_written(survivor):
    city, _ = survivor
    assert {path.name for path in Path(city.data).iterdir()} >= {"hot", "lake", "journal", "logs", "run", "secret.key"}


def test_the_lake_counts_what_the_database_counts(survivor):
    city, _ = survivor
    assert " 0 differ" in city.command("lake", "reconcile")
    doubled = city.command("lake", "sql", "SELECT count(*) - count(DISTINCT event) AS doubled FROM case_events")
    assert doubled.split() == ['"doubled"', "0"]
