"""How soon a scene of the cockpit with 20 elements is answered, against the lightest answer of the same stack.

`python bench/cockpit.py [--rounds N]`, about three minutes on two cores. Makes the demo city with its fourteen days of
life (nobody lives on in it, so that what is measured stands still), with a pack that declares a scene of 20 elements
over urban, traffic and air numbers, computes its indicators, and asks for the scene over HTTP:

- cold: of a place that nobody has asked for since the process started, one place after another (counties and streets);
- first: the first scene of a process that has just been started, imports and the lake's first opening included;
- warm: the same scene again, as the wall asks for it every few seconds;
- past: as known at a minute that nobody has asked for (two weeks are gone through).

The limit is the list of scenes, asked for in turns with them: same process, session check and JSON, nearly no data.
Goals: cold 1.5 s, warm 0.3 s.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
sys.path[:0] = [str(ROOT), str(ROOT / "src"), str(HERE)]

from web import City  # noqa: E402

COLD_GOAL, WARM_GOAL = 1.5, 0.3
SCENE = "/api/v1/cockpit/scenes/bench.twenty"
LIST = "/api/v1/cockpit/scenes"
NUMBERS = (
    "urban.open_cases", "urban.overdue_cases", "urban.on_time_rate", "urban.new_cases", "urban.closed_cases",
    "urban.close_hours_median", "urban.return_rate", "urban.hotline_volume", "traffic.congestion_index",
    "environment.aqi_hour",
)  # fmt: skip
TRENDS = (
    ("urban.open_cases", "urban.overdue_cases"), ("urban.new_cases", "urban.closed_cases"), ("environment.aqi_hour",),
)  # fmt: skip
RANKED = (("urban.overdue_cases", "region"), ("urban.on_time_rate", "organisation"), ("urban.new_cases", "region"))
OTHERS: tuple[dict[str, Any], ...] = (
    {"kind": "share", "cases": "type"}, {"kind": "share", "cases": "source"},
    {"kind": "flow", "days": 7}, {"kind": "list", "of": "overdue", "count": 12},
)  # fmt: skip
QUALITIES = (
    "both-languages", "units", "sources", "history", "silence", "hysteresis", "responsibility", "hand-checked",
    "personal-data",
)  # fmt: skip
PACK = {
    "key": "bench", "title": {"zh": "驾驶舱测速", "en": "Cockpit benchmark"},
    "description": {"zh": "二十个元素的一个场景。", "en": "One scene of twenty elements."}, "version": "1.0.0",
    "owner": "CityBrain", "depends": ["urban", "traffic", "environment"],
    "quality": {key: {"exempt": "it shows the numbers of other packs, for a measurement"} for key in QUALITIES},
}  # fmt: skip


def scene() -> dict[str, Any]:
    """Twenty elements, each on a cell of its own."""
    parts: list[dict[str, Any]] = [{"kind": "number", "indicator": one, "points": 48} for one in NUMBERS]
    parts += [{"kind": "trend", "indicators": list(some), "points": 96} for some in TRENDS]
    parts += [{"kind": "ranking", "indicator": one, "by": by} for one, by in RANKED]
    parts += OTHERS
    for index, one in enumerate(parts):
        one |= {"key": f"e{index}", "at": {"column": index % 12 + 1, "row": index // 12 + 1, "width": 1, "height": 1}}
    if len(parts) != 20:
        raise SystemExit("not the scene that was to be measured")
    return {"scenes": {"bench.twenty": {"title": {"zh": "二十个元素", "en": "Twenty"}, "elements": parts}}}


def declare(data: Path) -> None:
    """The pack, in the folder where a city keeps packs of its own (JSON is YAML)."""
    folder = data / "packs" / "bench"
    folder.mkdir(parents=True)
    (folder / "pack.yaml").write_text(json.dumps(PACK), encoding="utf-8")
    (folder / "screen.yaml").write_text(json.dumps(scene()), encoding="utf-8")


def took(city: City, path: str) -> float:
    began = time.perf_counter()
    city.call("GET", path)
    return time.perf_counter() - began


def check(city: City) -> None:
    """The scene is there and full: each number has a value; stops the run else."""
    found = city.call("GET", SCENE)["elements"]
    values = [one for one in found if one["kind"] == "number" and one["value"] and one["value"]["value"] is not None]
    print(f"{len(found)} elements, {len(values)} of {len(NUMBERS)} numbers with a value", flush=True)
    if len(found) != 20 or len(values) < len(NUMBERS) - 1:
        raise SystemExit("not the scene that was to be measured")


def places(city: City, most: int) -> list[str]:
    """Codes of counties, then of streets."""
    top = city.call("GET", SCENE)["place"]["below"]
    below = [one["code"] for one in top]
    for code in list(below):
        below += [one["code"] for one in city.call("GET", f"{SCENE}?dimension=region&code={code}")["place"]["below"]]
    return below[-most:]


def measure(city: City, rounds: int) -> dict[str, list[float]]:
    times: dict[str, list[float]] = {name: [] for name in ("list", "first", "cold", "warm", "past")}
    wanted = places(city, rounds)
    city.platform.stop()
    city.up()
    times["first"].append(took(city, SCENE))
    now = datetime.now(UTC)
    for turn, code in enumerate(wanted):
        times["list"].append(took(city, LIST))
        here = f"{SCENE}?dimension=region&code={code}"
        times["cold"].append(took(city, here))
        times["warm"].append(min(took(city, here) for _ in range(3)))
        known = now - timedelta(hours=5 * (turn + 1), minutes=turn)
        times["past"].append(took(city, f"{SCENE}?known_at={quote(known.isoformat())}"))
    return times


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=30, help="places asked for (default 30)")
    options = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="citybrain-bench-", dir=os.environ.get("CITYBRAIN_BENCH_DIR")))
    city = City(folder)
    try:
        city.start()  # an empty folder: with a pack in it, it would be no demo city
        declare(city.data)
        city.command("packs", "load")
        city.command("lake", "project")
        city.command("indicators", "compute")
        check(city)
        times = measure(city, options.rounds)
    finally:
        if hasattr(city, "platform"):
            city.platform.stop()
        shutil.rmtree(folder, ignore_errors=True)
    limit = statistics.median(times["list"])
    print(f"\n{'':<8} {'median':>9} {'p95':>9} {'to the list':>12} {'goal':>7}")
    goals = {"cold": COLD_GOAL, "first": COLD_GOAL, "warm": WARM_GOAL, "past": COLD_GOAL}
    for name, rows in times.items():
        middle, late = statistics.median(rows), sorted(rows)[int(len(rows) * 0.95)] if len(rows) > 1 else rows[0]
        goal = f"{goals[name]:.1f} s" if name in goals else ""
        print(f"{name:<8} {middle * 1000:6.0f} ms {late * 1000:6.0f} ms {middle / limit:11.1f}x {goal:>7}")
    cold, warm = statistics.median(times["cold"]), statistics.median(times["warm"])
    print(json.dumps({
        "bench": "cockpit", "value": round(cold, 3), "unit": "s", "limit": round(limit, 4),
        "ratio": round(limit / cold, 3), "goal": round(limit / COLD_GOAL, 3), "warm_s": round(warm, 4),
        "first_s": round(times["first"][0], 3), "past_s": round(statistics.median(times["past"]), 3),
        "load": round(os.getloadavg()[0], 1),
        "how": f"median over {len(times['cold'])} places, scene of 20 elements over HTTP; goals 1.5 s cold, 0.3 s warm",
    }))  # fmt: skip
    return 0


if __name__ == "__main__":
    sys.exit(main())
