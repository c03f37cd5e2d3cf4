"""From a reading that breaks a rule to a dispatched case, on a running platform, as an open loop.

`python bench/dispatch_latency.py [--quick]`, or as the second half of `bench/spine.py`. Readings are sent by another
process at a fixed rate, whatever the platform answers; five a second break a rule, each on a thing of its own. The time
runs from the moment for which the reading was scheduled until another process reads the case as dispatched.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent), str(HERE.parent / "src")]
RATES = (1_000, 20_000)
THINGS = 2_000
BREACHES_A_SECOND = 5
GOAL_SECONDS = 1.0


def register(city: Any, count: int) -> None:
    side = 45
    rows = [
        {"code": f"air-{n:04d}", "model": "environment.air_station",
         "lon": 116.31 + 0.18 * (n % side) / side, "lat": 39.81 + 0.18 * (n // side) / side}
        for n in range(count)
    ]  # fmt: skip
    for begin in range(0, count, 500):
        told = city.call("POST", "/api/v1/things", rows[begin : begin + 500])
        assert not told["rejected"], told["rejected"][:3]


@dataclass
class Observer:
    """Reads the outbox as it grows and notes when it saw each event."""

    database: Path
    position: int = 0
    causes: dict[str, str] = field(default_factory=dict)
    things: dict[str, str] = field(default_factory=dict)
    dispatched: list[tuple[str, float]] = field(default_factory=list)

    def look(self, connection: sqlite3.Connection) -> None:
        rows = connection.execute(
            "SELECT position, id, type, cause, data FROM bus_event WHERE position > ? ORDER BY position",
            (self.position,),
        ).fetchall()
        now = time.time()
        for position, event, kind, cause, data in rows:
            self.position = position
            self.causes[event] = cause
            if kind == "alarm.fired":
                self.things[event] = json.loads(data)["thing"]
            elif kind == "case.dispatched":
                self.dispatched.append((event, now))

    def seen(self) -> dict[str, float]:
        """When the case of each thing was seen as dispatched."""
        found: dict[str, float] = {}
        for event, moment in self.dispatched:
            step: str | None = event
            while step and step not in self.things:
                step = self.causes.get(step)
            if step:
                found.setdefault(self.things[step], moment)
        return found


def measure(city: Any, observer: Observer, rate: int, seconds: int, first: int, file: Path) -> list[float]:
    """Latencies in seconds of the breaches of one run."""
    load = [sys.executable, str(HERE / "load_open.py"), str(city.port + 1), city.token, str(rate), str(seconds),
            str(THINGS), str(BREACHES_A_SECOND), str(first), str(file)]  # fmt: skip
    process = subprocess.Popen(load)
    connection = sqlite3.connect(f"file:{observer.database}?mode=ro", uri=True)
    scheduled: dict[str, float] = {}
    until = time.monotonic() + seconds + 30
    while time.monotonic() < until:
        observer.look(connection)
        if process.poll() is not None and not scheduled:
            scheduled = json.loads(file.read_text())
        if scheduled and scheduled.keys() <= observer.seen().keys():
            break
        time.sleep(0.005)
    connection.close()
    if process.wait(60):
        raise SystemExit("the load ended with an error")
    seen = observer.seen()
    missing = [thing for thing in scheduled if thing not in seen]
    if missing:
        raise SystemExit(f"{len(missing)} of {len(scheduled)} breaches became no dispatched case: {missing[:5]}")
    return [seen[thing] - moment for thing, moment in scheduled.items()]


def quantile(ordered: list[float], part: float) -> float:
    """The smallest value that this part of all values does not exceed."""
    return ordered[max(0, math.ceil(part * len(ordered)) - 1)]


def run(*, quick: bool) -> dict[str, Any]:
    """p50 and p99 by rate; the ratio is the goal over the worst p99."""
    from tests.processes.city_platform import CityPlatform

    folder = Path(tempfile.mkdtemp(prefix="citybrain-bench-", dir=os.environ.get("CITYBRAIN_BENCH_DIR")))
    city = CityPlatform(folder)
    found: dict[int, list[float]] = {}
    try:
        city.prepare()
        city.start()
        register(city, THINGS)
        time.sleep(3)  # the snapshot of things reaches `sense`
        observer = Observer(city.data / "city.sqlite3")
        seconds, first = (10 if quick else 60), 0
        print(f"{'readings/s':>10} {'breaches':>9} {'p50 ms':>8} {'p99 ms':>8} {'max ms':>8}")
        for rate in RATES:
            latencies = sorted(measure(city, observer, rate, seconds, first, folder / "scheduled.json"))
            first += seconds * BREACHES_A_SECOND
            found[rate] = latencies
            shown = " ".join(f"{1e3 * quantile(latencies, part):8.0f}" for part in (0.5, 0.99, 1))
            print(f"{rate:10,} {len(latencies):9,} {shown}", flush=True)
    finally:
        city.stop()
        shutil.rmtree(folder, ignore_errors=True)
    worst = max(quantile(latencies, 0.99) for latencies in found.values())
    told = (
        f"{rate:,}/s: p50 {quantile(one, 0.5):.3f} s, p99 {quantile(one, 0.99):.3f} s" for rate, one in found.items()
    )
    return {
        "bench": "spine.dispatch", "value": round(worst, 3), "unit": "s from reading to dispatched case, worst p99",
        "limit": GOAL_SECONDS, "ratio": round(GOAL_SECONDS / worst, 2), "goal": 1.0,
        "how": "; ".join(told),
    }  # fmt: skip


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="ten seconds at each rate instead of sixty")
    print(json.dumps(run(quick=parser.parse_args().quick)))
