"""Clients of a running city that send and remember what was acknowledged to them, and what must be true of it."""

from __future__ import annotations

import random
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime, timedelta

from tests.processes.city_platform import CityPlatform

Readings = Mapping[tuple[str, str], float]
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

    def _guard(self, send: Callable[..., None], things: list[str], seed: int) -> None:
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


def register_things(city: CityPlatform) -> None:
    city.insist("POST", "/api/v1/things", [
        {"code": code, "model": "environment.air_station", "lon": 116.31 + 0.02 * number, "lat": 39.9}
        for number, code in enumerate(THINGS)
    ])  # fmt: skip
    time.sleep(1.5)


def readings_of(city: CityPlatform, began: datetime) -> Counter[tuple[str, str, float]]:
    """How often each reading is in the city."""
    found: Counter[tuple[str, str, float]] = Counter()
    start, end = began - timedelta(days=1), began + timedelta(days=4)
    for thing in THINGS:
        rows = city.pages(
            f"/api/v1/telemetry?thing={thing}&property=so2&from={start:%Y-%m-%dT%H:%M:%SZ}&to={end:%Y-%m-%dT%H:%M:%SZ}"
        )
        for row in rows:
            at = datetime.fromisoformat(row["at"]).astimezone(UTC)
            found[thing, f"{at:%Y-%m-%dT%H:%M:%SZ}", row["value"]] += 1
    return found


def check_readings(city: CityPlatform, began: datetime, acknowledged: Readings) -> Counter[tuple[str, str, float]]:
    """Every reading that was acknowledged is there, and none twice."""
    found = readings_of(city, began)
    lost = Counter((thing, at, value) for (thing, at), value in acknowledged.items()) - found
    assert not lost
    assert [key for key, count in found.items() if count > 1] == []
    return found


def check_reports(city: CityPlatform, acknowledged: Iterable[str]) -> None:
    """Every report that was acknowledged is there once, and belongs to a case."""
    signals = [row for row in city.pages("/api/v1/signals") if row["source"] == "kill-test"]
    assert signals
    assert Counter(row["source_id"] for row in signals) >= Counter(acknowledged)
    assert max(Counter(row["source_id"] for row in signals).values()) == 1
    assert [row for row in signals if row["state"] not in ("opened", "merged")] == []
    numbers = {row["number"] for row in city.pages("/api/v1/cases")}
    assert {row["case_number"] for row in signals} <= numbers


def check_cases(city: CityPlatform) -> None:
    """A case counts the signals that it holds, stands where its timeline says, and was opened once."""
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
