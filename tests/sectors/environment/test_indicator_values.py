"""The indicators of the air against numbers worked by hand, with the breakpoints of HJ 633—2012.

A station in the north and one in the south, from the 1st to noon of the 4th of March 2026, hour by hour.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import pytest

from citybrain.hubs.data.facts.lake import Lake
from tests.sectors.stage import NORTH, ROOT, SOUTH, World, declared, numbers

NOW = "04 12:00"


def staged() -> World:
    world = World(NOW)
    for name in ("n-air", "s-air"):
        world.thing(
            name, "environment.air_station", **dict.fromkeys(("pm25", "pm10", "so2", "no2", "co", "o3"), 3600.0)
        )

    def measures(station: str, day: str, hours: Iterable[int], **values: float) -> None:
        spelled = [f"{day} {hour:02}:00" for hour in hours]
        for name, value in values.items():
            world.reads(station, name, dict.fromkeys(spelled, value))

    measures("s-air", "01", range(24), pm25=200)
    measures("n-air", "02", range(24), pm25=35, pm10=40)
    measures("s-air", "02", range(19), pm25=400)  # an hour too few for a day
    measures("n-air", "03", range(24), pm25=60, pm10=100, so2=20, no2=30, co=1)
    measures("n-air", "03", range(12, 20), o3=150)
    measures("n-air", "03", [*range(12), *range(20, 24)], o3=40)
    measures("s-air", "03", range(20), pm25=120, pm10=200)
    measures("n-air", "04", range(12), pm25=80)
    world.reads("s-air", "pm25", {"03 20:00": 999}, quality=2)
    return world


EXPECTED = {
    # 1st: south alone, 200 + 100 · 50/100; 2nd: north alone, at the first breakpoint; the 4th has twelve hours yet
    # 3rd: north O3 8 h 150 -> 50 + 50 · 50/60 = 91.7, PM2.5 60 -> 81.3; south PM2.5 120 -> 150 + 50 · 5/35 = 157.1;
    # city: mean concentrations, PM2.5 90 -> 100 + 50 · 15/40 = 118.75 (and not the mean or the worst of 92 and 158)
    "environment.aqi": {
        (ROOT, "01"): 250, (ROOT, "02"): 50, (SOUTH, "02"): None, (NORTH, "03"): 92, (SOUTH, "03"): 158,
        ("n-street", "03"): 92, (ROOT, "03"): 119, (ROOT, "04"): None,
    },
    # 18 h: south has 19 hours in the day before; PM2.5 of north (5 · 35 + 19 · 60)/24 -> 74.7, O3 of eight hours
    # (40 + 7 · 150)/8 = 136.25 -> 80.2; 19 h: south has 20: (120 + (4 · 35 + 20 · 60)/24)/2 = 87.9 -> 116.1
    # 23 h: north alone, PM2.5 60 -> 81.25
    "environment.aqi_hour": {
        (ROOT, "03 18"): 81, (SOUTH, "03 18"): None, (ROOT, "03 19"): 117, (SOUTH, "03 19"): 158, (ROOT, "03 23"): 82,
        (SOUTH, "03 20"): None,
    },
    # of what was measured, however many hours; the doubtful reading does not count
    "environment.pm25_mean": {(ROOT, "02"): 217.5, (ROOT, "03"): 90, (SOUTH, "03"): 120, (ROOT, "04"): 80},
    "environment.pm10_mean": {(ROOT, "02"): 40, (ROOT, "03"): 150},
    # 12 to 20 o'clock
    "environment.ozone_8h": {(ROOT, "02"): None, (ROOT, "03"): 150, (NORTH, "03"): 150, (SOUTH, "03"): None},
    # the days of March: city 250, 50, 119; north 50, 92; south 250, 158
    "environment.good_days": {(ROOT, "01"): 100 / 3, (NORTH, "01"): 100, (SOUTH, "01"): 0},
    "environment.excellent_days": {(ROOT, "01"): 1, (NORTH, "01"): 1},
    "environment.polluted_days": {(ROOT, "01"): 2, (SOUTH, "01"): 2},
    "environment.heavy_days": {(ROOT, "01"): 1, (SOUTH, "01"): 1},
    # 3rd: north 24 hours, none above 100; south one hour with a valid mean, and that one above
    "environment.polluted_hours": {(ROOT, "03"): 4, (NORTH, "03"): 0, (SOUTH, "03"): 100},
}  # fmt: skip
DECLARED = declared("environment")


@pytest.fixture(scope="module")
def opened() -> Iterator[Lake]:
    with staged().lake() as lake:
        yield lake


def test_every_indicator_of_the_pack_is_worked_by_hand() -> None:
    assert set(EXPECTED) == set(DECLARED)


@pytest.mark.parametrize("key", EXPECTED)
def test_numbers_worked_by_hand(opened: Lake, key: str) -> None:
    found = numbers(opened, DECLARED[key], World(NOW).now, since="01 00:00")

    assert {place: found.get(place) for place in EXPECTED[key]} == pytest.approx(EXPECTED[key])


def test_the_day_ends_at_midnight_of_the_city() -> None:
    """The hour from 23:00 in Beijing is 15:00 UTC, and that from 0:00 is 16:00 UTC of the day before."""
    world = World(NOW)
    world.thing("n-air", "environment.air_station", pm25=3600)
    world.reads("n-air", "pm25", {"02 23:59:59": 10, "03 00:00": 30, "03 23:59:59": 50, "04 00:00": 70})
    with world.lake() as lake:
        found = numbers(lake, DECLARED["environment.pm25_mean"], world.now, since="02 00:00")

    assert [found[ROOT, day] for day in ("02", "03", "04")] == [10, 40, 70]
