"""The input stream is the same bytes for the same seed and city time, in any process and however time is cut."""

from __future__ import annotations

import hashlib
import json
import random
import subprocess
import sys
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime

import numpy as np
import pytest

from citybrain.lab.life.readings import Readings
from citybrain.lab.life.reports import Reports
from citybrain.lab.life.weather import DAY, ZONE, Weather

START = int(datetime(2026, 6, 20, 16, tzinfo=UTC).timestamp())
TWO_DAYS = 2 * DAY
STREAM = """
import hashlib, sys
from pathlib import Path
from citybrain.lab.life.readings import Readings
from citybrain.lab.life.reports import Reports
from citybrain.lab.life.world import read_world
world = read_world(Path(sys.argv[1]))
start, step = int(sys.argv[2]), int(sys.argv[3])
readings = Readings(world)
reports = Reports(world, readings.weather, streams=4)
digest = hashlib.sha256()
for after in range(start, start + 172_800, step):
    until = min(after + step, start + 172_800)
    for line in readings.between(after, until).all:
        digest.update(line.encode())
    for report in reports.between(after, until):
        digest.update(report.line().encode())
print(digest.hexdigest())
"""


def hashes(world_file, *steps: int) -> list[str]:
    """One fresh process for each step, side by side."""
    command = [sys.executable, "-c", STREAM, str(world_file), str(START)]
    running = [subprocess.Popen([*command, str(step)], stdout=subprocess.PIPE, text=True) for step in steps]
    return [process.communicate()[0].strip() for process in running]


def test_two_processes_say_the_same_bytes_for_two_days(world_file):
    first, second = hashes(world_file, DAY, DAY)

    assert len(first) == 64
    assert first == second


def test_another_seed_is_another_stream(world):
    same = Readings(world).between(START, START + 3_600).all
    other = Readings(replace(world, seed=world.seed + 1)).between(START, START + 3_600).all

    assert same != other


def test_readings_do_not_depend_on_how_time_is_cut(world):
    whole = Readings(world).between(START, START + TWO_DAYS).all
    dice, parts, now = random.Random(5), [], START
    piecemeal = Readings(world)
    while now < START + TWO_DAYS:
        until = min(now + dice.randint(1, 30_000), START + TWO_DAYS)
        parts += piecemeal.between(now, until).all
        now = until

    assert len(whole) > 20_000
    assert parts == whole


def test_reports_do_not_depend_on_how_time_is_cut(world):
    whole = [one.line() for one in Reports(world, Weather(world.seed), streams=4).between(START, START + TWO_DAYS)]
    piecemeal = Reports(world, Weather(world.seed), streams=4)
    parts = [
        one.line()
        for now in range(START, START + TWO_DAYS, 613)
        for one in piecemeal.between(now, min(now + 613, START + TWO_DAYS))
    ]

    assert parts == whole
    assert len({json.loads(line)["source_id"] for line in whole}) == len(whole)


def test_a_livelier_city_keeps_the_reports_of_a_quieter_one(world):
    """The fourteen days are lived with one stream, the days that follow with more: no number means two reports."""
    quiet = {one.row["source_id"]: one.at for one in Reports(world, Weather(world.seed)).day(20_700)}
    lively = {one.row["source_id"]: one.at for one in Reports(world, Weather(world.seed), streams=4).day(20_700)}

    assert quiet.items() <= lively.items()
    assert len(lively) > 2 * len(quiet)


def test_readings_stand_in_the_order_of_time_and_within_their_piece(world):
    lines = [json.loads(line) for line in Readings(world).between(START, START + 7_200).all]
    times = [line["at"] for line in lines]

    assert times == sorted(times)
    assert times[0] > "2026-06-20T16:00:00Z"
    assert times[-1] <= "2026-06-20T18:00:00Z"


@pytest.mark.parametrize("model", ["traffic.road_detector", "drainage.ponding_gauge"])
def test_each_device_reports_in_its_rhythm(world, model):
    codes = set(world.devices[model].codes)
    name = {"traffic.road_detector": "speed", "drainage.ponding_gauge": "depth"}[model]
    counts = Counter(
        line["thing"]
        for line in map(json.loads, Readings(world).between(START, START + DAY).all)
        if line["thing"] in codes and line["property"] == name
    )

    assert max(counts.values()) == DAY // 300
    assert sum(count == DAY // 300 for count in counts.values()) > 0.9 * len(codes)  # the others have a fault


def test_rain_raises_water_and_brings_reports_of_it(world):
    """On the wettest of forty days against the driest."""
    weather = Weather(world.seed)
    days = {day: float(weather.day(day).street.max()) for day in range(20_600, 20_640)}
    wet, dry = max(days, key=days.get), min(days, key=days.get)

    def deepest(day: int) -> float:
        lines = map(json.loads, Readings(world).between(day * DAY, (day + 1) * DAY).all)
        return max(line["value"] for line in lines if line["property"] == "depth" and "ponding" in line["thing"])

    def floods(day: int) -> int:
        reports = Reports(world, weather, streams=8).day(day)
        return sum("淹" in one.row["text"] or "积水" in one.row["text"] for one in reports)

    assert deepest(wet) > deepest(dry) + 3
    assert floods(wet) > floods(dry)


def test_heat_and_sun_raise_ozone(world):
    def ozone(month: int) -> float:
        start = int(datetime(2026, month, 10, 16, tzinfo=UTC).timestamp())
        lines = map(json.loads, Readings(world).between(start, start + 5 * DAY).all)
        return float(np.mean([line["value"] for line in lines if line["property"] == "o3"]))

    assert ozone(7) > 1.5 * ozone(1)


def test_devices_fail_silently_stand_still_and_drift(world):
    """Within forty days of a small city each kind of fault is there."""
    from citybrain.lab.life.faults import DRIFTING, SILENT, STUCK, faults_at

    devices = np.arange(len(world.codes))
    seen = Counter()
    for day in range(20_600, 20_640):
        kinds, _, _ = faults_at(world.seed, devices, np.full(len(devices), day * DAY + 40_000))
        seen.update(kinds.tolist())

    assert min(seen[SILENT], seen[STUCK], seen[DRIFTING]) > 0
    assert seen[0] > 0.95 * sum(seen.values())


def test_people_report_by_day_and_sleep_by_night(world):
    reports = Reports(world, Weather(world.seed), streams=8)
    hours = Counter((one.at + ZONE) % DAY // 3_600 for day in range(20_700, 20_720) for one in reports.day(day))

    assert sum(hours[hour] for hour in range(8, 20)) > 4 * sum(hours[hour] for hour in range(1, 6))


def test_the_hash_is_of_something(world_file):
    """An empty stream would be the same everywhere, too."""
    assert hashes(world_file, DAY)[0] != hashlib.sha256().hexdigest()
