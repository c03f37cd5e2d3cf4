"""The indicators of devices (sensing, fire, lighting, drainage, crowds, roads) against numbers worked by hand.

Devices whose name begins with `n-` stand in the north and belong to `urban`, those with `s-` in the south and to `eco`.
The clock stands at noon of 4 March 2026.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from tests.sectors.stage import NORTH, ROOT, SOUTH, World, declared, numbers

NOW = "04 12:00"


def hourly(day: str, hours: range, value: float = 1) -> dict[str, float]:
    return {f"{day} {hour:02}:00": value for hour in hours}


def sensing(world: World) -> None:
    world.thing("n-a", "gauge", level=3600)
    world.thing("n-b", "gauge", since="03 12:00", level=3600)
    world.thing("s-c", "cover", open=21600, battery=86400)
    world.thing("n-mute", "cover")
    world.thing("s-gone", "cover", state="retired")

    world.reads("n-a", "level", {"02 20:45": 1})  # three hours and a quarter before midnight: just heard
    world.reads("n-a", "level", hourly("03", range(5)) | hourly("03", range(7, 24)), late=60)
    world.reads("n-a", "level", {"03 00:30": 1, "03 01:30": 1}, late=60)  # more than due: makes up for nothing
    world.reads("n-a", "level", hourly("04", range(10)) | {"04 11:50": 1})  # the last too late to count
    world.reads("n-b", "level", hourly("03", range(12, 24)), late=120)
    world.reads("s-c", "open", {"02 05:44:59": 1})  # eighteen hours and a quarter, and a second: silent
    world.reads("s-c", "open", {"03 00:00": 1, "03 06:00": 0}, late=600)
    world.reads("s-c", "open", {"03 18:00": 0}, late=600, quality=2)  # doubtful, but it arrived
    world.reads("s-c", "battery", {"03 12:00": 80})
    world.reads("s-c", "open", {"04 00:00": 0})

    world.alarm("1", "rule", "n-a", fired="03 09:00", resolved="03 10:00")
    world.alarm("2", "rule", "n-b", fired="03 23:59:30", learned="04 00:00:10", withdrawn="04 00:01")
    world.alarm("3", "rule", "s-c", fired="04 00:00")
    world.alarm("4", "rule", "s-gone", fired="03 08:00")


SENSING = {
    "sensing.devices": {(ROOT, "02"): 3, (ROOT, "03"): 4, (NORTH, "03"): 3, ("eco", "03"): 1},
    # 2nd: n-a of n-a, s-c, n-mute; 3rd: all but n-mute; now: n-b was heard thirteen hours ago
    "sensing.online_rate": {
        (ROOT, "02"): 100 / 3, (ROOT, "03"): 75, (SOUTH, "02"): 0, (SOUTH, "03"): 100, (ROOT, "04"): 50,
    },
    "sensing.silent_devices": {(ROOT, "02"): 2, (ROOT, "03"): 1, (SOUTH, "03"): 0, (ROOT, "04"): 2, ("urban", "04"): 2},
    # 3rd: n-a 22 of 24, n-b 12 of 12, s-c 3 of 4 and 1 of 1
    # 4th, until 11:45: n-a 10 of 11, n-b 0 of 11, s-c 1 of 1, whose battery is not due yet; 2nd: 1 of 24, 1 of 5
    "sensing.completeness": {
        (ROOT, "02"): 100 * 2 / 29, (ROOT, "03"): 100 * 38 / 41, (NORTH, "03"): 100 * 34 / 36, (SOUTH, "03"): 80,
        (ROOT, "04"): 100 * 11 / 23,
    },
    # minutes: n-a 1, n-b 2, s-c (10 + 10 + 10 + 0) / 4 = 7.5; at 1.8 -> 2 + 0.8 · 5.5
    "sensing.data_delay_p90": {(ROOT, "03"): 6.4, (SOUTH, "03"): 7.5, (ROOT, "04"): 0},
    # 3rd: the first of four devices; the second was withdrawn, the fourth is of a device that is no longer there
    "sensing.alarms_per_1000": {(ROOT, "02"): 0, (ROOT, "03"): 250, (SOUTH, "03"): 0, (SOUTH, "04"): 1000},
    # of 1, 2, 4, fired on the 3rd (of the second the city learned on the 4th)
    "sensing.withdrawn_rate": {(ROOT, "03"): 100 / 3, (NORTH, "03"): 50, (ROOT, "04"): 0},
    # 8 h: 4; 9 h: 1 (over as the hour ended) and 4; 0 h: 4 and 3
    "sensing.open_alarms": {
        (ROOT, "03 07"): 0, (ROOT, "03 08"): 1, (ROOT, "03 09"): 2, (ROOT, "03 10"): 1, (ROOT, "03 23"): 1,
        (ROOT, "04 00"): 2, (NORTH, "04 00"): 0,
    },
}  # fmt: skip


def fire(world: World) -> None:
    for name in ("n-1", "n-2", "s-3"):
        world.thing(name, "fire.smoke_detector", smoke=14400, battery=14400)
    world.alarm("smoke", "fire.smoke", "n-1", fired="03 09:00", resolved="03 10:00")
    world.alarm("steam", "fire.smoke", "n-2", fired="03 11:00", withdrawn="03 12:00")
    world.alarm("midnight", "fire.smoke", "n-1", fired="04 00:00")
    world.alarm("low", "fire.battery_low", "n-1", fired="02 10:00", resolved="04 00:00")
    world.alarm("low-too", "fire.battery_low", "s-3", fired="03 09:00")
    world.alarm("again", "fire.battery_low", "s-3", fired="03 15:00")
    world.case("one", "03 09:00", case_type="fire.smoke").dispatched("03 09:00", "eco").accepted("03 09:01")
    world.case("two", "03 11:00", case_type="fire.smoke").dispatched("03 11:00", "eco").accepted("03 11:04")
    world.case("lamp", "03 08:00").dispatched("03 08:00", "eco").accepted("03 18:00")


FIRE = {
    "fire.smoke_alarms": {(ROOT, "02"): 0, (ROOT, "03"): 1, (ROOT, "04"): 1, (SOUTH, "03"): None},
    "fire.respond_minutes": {(ROOT, "03"): 2.5, ("eco", "03"): 2.5, (ROOT, "04"): None},
    # n-1 until the midnight that ends the 3rd, s-3 with two alarms once
    "fire.battery_low_rate": {(ROOT, "02"): 100 / 3, (ROOT, "03"): 200 / 3, (SOUTH, "03"): 100, (ROOT, "04"): 100 / 3},
}


def lighting(world: World) -> None:
    for name in ("n-1", "n-2", "s-3", "s-4"):
        world.thing(name, "lighting.lamp_controller", power=3600)
    world.thing("n-new", "lighting.lamp_controller", since="04 00:00", power=3600)
    world.alarm("1", "lighting.lamp_dark", "n-1", fired="02 20:00", resolved="03 18:00")
    world.alarm("2", "lighting.lamp_dark", "n-2", fired="03 20:00", withdrawn="03 20:30")
    world.alarm("3", "lighting.lamp_dark", "s-4", start="03 18:30", fired="03 19:00", resolved="03 20:00")
    world.alarm("4", "lighting.lamp_dark", "s-4", fired="03 22:00", resolved="04 02:00")
    world.reads("n-1", "power", {"03 19:00": 100, "03 20:00": 100})
    world.reads("s-3", "power", {"03 23:00": 250, "04 00:00": 250})
    world.reads("s-3", "power", {"03 22:00": 900}, quality=2)


LIGHTING = {
    # dark: n-1 on the 2nd and 3rd; s-4 on the 3rd (twice, counted once) and the 4th, of five then
    "lighting.lit_rate": {(ROOT, "02"): 75, (ROOT, "03"): 50, (NORTH, "03"): 50, (ROOT, "04"): 80},
    # since they went dark, not since the alarm: 22 h and 1.5 h
    "lighting.repair_hours": {(ROOT, "02"): None, (ROOT, "03"): 11.75, (ROOT, "04"): 4},
    # 2 · 100 W and 250 W, an hour each
    "lighting.energy": {(ROOT, "03"): 0.45, (NORTH, "03"): 0.2, (ROOT, "04"): 0.25},
}


def drainage(world: World) -> None:
    world.thing("n-pond", "drainage.ponding_gauge", depth=300)
    world.thing("s-pond", "drainage.ponding_gauge", depth=300)
    world.reads("n-pond", "depth", {"03 08:00": 5, "03 08:55": 12, "03 09:00": 30})
    world.reads("n-pond", "depth", {"03 08:30": 99}, quality=2)
    world.reads("s-pond", "depth", {"03 08:00": 9})
    for name, values in (("n-1", [40, 50]), ("n-2", [70, 20]), ("s-3", [100, 100])):
        world.thing(name, "drainage.pipe_gauge", depth=900, fill=900)
        world.reads(name, "fill", dict(zip(("03 08:00", "03 08:15"), values, strict=True)))
        world.reads(name, "depth", {"03 08:00": 3})
    world.thing("n-river", "drainage.river_gauge", level=300)
    world.reads("n-river", "level", {"03 08:00": 46.5, "03 08:05": 47.25, "03 08:10": 47})
    world.thing("n-rain", "drainage.rain_gauge", rain=300)
    world.thing("s-rain", "drainage.rain_gauge", rain=300)
    world.reads("n-rain", "rain", {"03 08:00": 1, "03 23:55": 2.5, "04 00:00": 4})
    world.reads("s-rain", "rain", {"03 00:00": 0.5})
    world.alarm("open", "drainage.cover_open", "n-cover", fired="03 08:30")
    world.alarm("tilted", "drainage.cover_tilted", "n-cover", fired="03 08:40", resolved="03 09:30")
    world.alarm("back", "drainage.cover_tilted", "s-cover", fired="03 08:50", resolved="03 09:00")
    world.alarm("not", "drainage.cover_open", "s-other", fired="03 08:50", withdrawn="03 08:55")
    world.alarm("flat", "drainage.cover_battery", "s-flat", fired="03 08:50")


DRAINAGE = {
    "drainage.ponding_depth": {(ROOT, "03 08"): 12, (SOUTH, "03 08"): 9, (ROOT, "03 09"): 30, (ROOT, "03 10"): None},
    "drainage.pipe_fill": {(ROOT, "03 08"): 94, (NORTH, "03 08"): 68},  # of 50, 70, 100: at 1.8; of 50, 70: at 0.9
    "drainage.river_level": {(ROOT, "03 08"): 47.25},
    # 3rd: (3.5 + 0.5) / 2; what fell at midnight is the 4th's, and the silent gauge does not count as dry
    "drainage.rain": {(ROOT, "03"): 2, (NORTH, "03"): 3.5, (ROOT, "04"): 4},
    # 8 h: n-cover with two alarms, and s-cover, which was put back as the hour ended
    "drainage.open_covers": {(ROOT, "03 07"): 0, (ROOT, "03 08"): 2, (NORTH, "03 08"): 1, (ROOT, "03 09"): 1},
}


def crowd(world: World) -> None:
    for name, people, density in (("n-gate", [100, 200], [1.2, 2.4]), ("s-gate", [50, 50], [0.8, 0.1])):
        world.thing(name, "crowd.counter", people=300, density=300)
        world.reads(name, "people", dict(zip(("03 18:00", "03 18:55"), people, strict=True)))
        world.reads(name, "density", dict(zip(("03 18:00", "03 18:55"), density, strict=True)))


CROWD = {
    "crowd.density": {(ROOT, "03 18"): 2.4, (SOUTH, "03 18"): 0.8, (ROOT, "03 19"): None},
    "crowd.people": {(ROOT, "03 18"): 200, (NORTH, "03 18"): 150},
}


def traffic(world: World) -> None:
    for name in ("n-road", "n-few", "s-road"):
        world.thing(name, "traffic.road_detector", speed=300, flow=300)
    for name, day, count, speed in (
        ("n-road", "01", 100, 40), ("n-road", "02", 100, 60), ("s-road", "02", 100, 100), ("n-few", "02", 99, 50),
    ):  # fmt: skip
        moments = [f"{day} {minute // 60:02}:{minute % 60:02}" for minute in range(0, 5 * count, 5)]
        world.reads(name, "speed", dict.fromkeys(moments, speed))
    for name, when, speed, flow in (
        ("n-road", "03 06:55", 10, 1000), ("n-road", "03 08:00", 25, 600), ("n-road", "03 08:05", 50, 200),
        ("n-road", "03 09:00", 0, 0), ("n-road", "03 18:55", 10, 100), ("n-road", "03 19:00", 10, 1000),
        ("s-road", "03 08:00", 120, 200), ("n-few", "03 08:00", 5, 1000),
    ):  # fmt: skip
        world.reads(name, "speed", {when: speed})
        world.reads(name, "flow", {when: flow})
    world.alarm("1", "traffic.congestion", "n-road", start="03 07:30", fired="03 07:35", resolved="03 09:00")
    world.alarm("2", "traffic.standstill", "n-road", fired="03 23:00", resolved="04 00:00")
    world.alarm("3", "traffic.wrong_way", "n-road", fired="03 10:00", resolved="03 10:01")


TRAFFIC = {
    # free flow: n-road the median of 40 and 60, s-road 100, n-few has a reading too few
    # 8 h: (600 · 50/25 + 200 · 50/50 + 200 · 1) / 1000, for whoever is faster than free flow saves no time
    "traffic.congestion_index": {
        (ROOT, "03 08"): 1.6, (NORTH, "03 08"): 1.75, (SOUTH, "03 08"): 1, (ROOT, "03 09"): None,
    },
    # also 100 · 50/10 at 18:55; neither 6:55 nor 19:00
    "traffic.peak_index": {(ROOT, "03"): 2100 / 1100, (SOUTH, "03"): 1},
    # one of three, at exactly half; standing still, all of the time
    "traffic.congested_share": {(ROOT, "03 08"): 100 / 3, (NORTH, "03 08"): 50, (ROOT, "03 09"): 100},
    "traffic.speed": {(ROOT, "03 08"): (37.5 + 120 + 5) / 3, (NORTH, "03 08"): 21.25},
    # (1000 + 600 + 200 + 0 + 100 + 1000 + 200 + 1000) vehicles an hour, five minutes each
    "traffic.vehicles": {(ROOT, "03"): 4100 / 12, (SOUTH, "03"): 200 / 12},
    "traffic.congestion_minutes": {(ROOT, "03"): 90, (ROOT, "04"): 60},
}  # fmt: skip
PACKS: dict[str, tuple[Callable[[World], None], dict[str, dict[tuple[str, str], float | None]]]] = {
    "sensing": (sensing, SENSING), "fire": (fire, FIRE), "lighting": (lighting, LIGHTING),
    "drainage": (drainage, DRAINAGE), "crowd": (crowd, CROWD), "traffic": (traffic, TRAFFIC),
}  # fmt: skip


@pytest.mark.parametrize("pack", PACKS)
def test_numbers_worked_by_hand(pack: str) -> None:
    play, expected = PACKS[pack]
    world = World(NOW)
    play(world)
    definitions = declared(pack)
    assert set(expected) == set(definitions), "every indicator of the pack is worked by hand"
    with world.lake() as lake:
        for key, values in expected.items():
            found = numbers(lake, definitions[key], world.now, since="02 00:00")
            assert {place: found.get(place) for place in values} == pytest.approx(values), key


def test_devices_count_where_they_were_and_while_they_were_there() -> None:
    """n-a moves south at noon of the 3rd, and is retired as the 4th begins; its alarm of the 2nd stays in the north."""
    world = World(NOW)
    world.thing("n-a", "gauge", level=3600)
    world.alarm("1", "rule", "n-a", fired="02 09:00")
    world.alarm("2", "rule", "n-a", fired="03 09:00")
    world.changes("n-a", "03 12:00", region_path="/4206/420602/s-street/")
    world.changes("n-a", "04 00:00", state="retired")
    definitions = declared("sensing")
    with world.lake() as lake:
        there = numbers(lake, definitions["sensing.devices"], world.now, since="02 00:00")
        alarms = numbers(lake, definitions["sensing.alarms_per_1000"], world.now, since="02 00:00")

    assert [there[ROOT, day] for day in ("02", "03", "04")] == [1, 1, 0]
    assert [there[NORTH, day] for day in ("02", "03", "04")] == [1, 0, 0]
    assert [there[SOUTH, day] for day in ("02", "03", "04")] == [0, 1, 0]
    assert {place: rate for place, rate in alarms.items() if place[0] in (NORTH, SOUTH)} == {
        (NORTH, "02"): 1000, (SOUTH, "03"): 1000,
    }  # fmt: skip


@pytest.mark.parametrize("minute", [0, 15, 30, 45])
def test_a_device_that_is_a_second_early_or_late_is_complete(minute: int) -> None:
    world = World(NOW)
    world.thing("n-a", "gauge", level=3600)
    moments = [f"03 {hour:02}:{minute:02}" for hour in range(24)]
    world.reads("n-a", "level", dict.fromkeys(moments, 1))
    for number, row in enumerate(world.rows["readings"][1:]):
        row["occurred_at"] += timedelta(seconds=(-1) ** number)
    with world.lake() as lake:
        found = numbers(lake, declared("sensing")["sensing.completeness"], world.now, since="03 00:00")

    assert found[ROOT, "03"] == 100


def test_a_burst_fills_its_own_hour_and_no_other() -> None:
    """Every five minutes; from eight on a reading each minute for an hour, then nothing for four."""
    world = World(NOW)
    world.thing("n-a", "gauge", level=300)
    calm = [f"03 {hour:02}:{minute:02}" for hour in (*range(8), *range(13, 24)) for minute in range(0, 60, 5)]
    world.reads("n-a", "level", dict.fromkeys(calm + [f"03 08:{minute:02}" for minute in range(60)], 1))
    with world.lake() as lake:
        found = numbers(lake, declared("sensing")["sensing.completeness"], world.now, since="03 00:00")

    # twenty hours of twelve; the last two minutes of the burst lie in the next stretch: each begins half a period early
    assert found[ROOT, "03"] == pytest.approx(100 * (20 * 12 + 2) / 288)


def test_a_lamp_taken_down_was_dark_while_it_stood() -> None:
    world = World(NOW)
    for name in ("n-1", "n-2"):
        world.thing(name, "lighting.lamp_controller", power=3600)
    world.alarm("1", "lighting.lamp_dark", "n-1", fired="02 20:00")
    world.changes("n-1", "03 09:00", state="retired")
    with world.lake() as lake:
        found = numbers(lake, declared("lighting")["lighting.lit_rate"], world.now, since="02 00:00")

    assert [found[ROOT, day] for day in ("02", "03")] == [50, 100]
