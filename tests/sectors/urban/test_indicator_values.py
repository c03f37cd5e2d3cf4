"""The indicators of casework against numbers worked by hand over the seven cases and nine reports below.

The 2nd, 3rd and 4th of March 2026, and the clock stands at noon of the 4th. Medians and 90th percentiles lie between
the rows: of n sorted values the p-th is at (n - 1) · p, counted from 0.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from citybrain.hubs.data.facts.lake import Lake
from tests.sectors.stage import NORTH, ROOT, SOUTH, World, declared, numbers

NOW = "04 12:00"


def staged() -> World:
    world = World(NOW)
    world.case("old", "02-24 00:00").closed("02-24 12:00")  # learned seven days to the second before the 3rd began

    one = world.case("one", "02 08:30", happened="02 08:00", source="hotline", due="03 08:30")
    one.dispatched("02 08:40", "urban").accepted("02 09:00").finished("02 20:00")
    one("verified", "02 21:00", step="satisfied").closed("03 08:30")  # at its limit, to the second

    two = world.case("two", "02 10:00", source="app", due="03 10:00")
    two.dispatched("02 10:10", "urban").returned("02 11:00").dispatched("02 11:30", "eco").accepted("02 12:00")
    two("escalated", "03 10:00", clock_extent="case", level=100).finished("03 12:00")
    two("rejected", "03 13:00", step="dissatisfied").finished("03 15:00")
    two("verified", "03 15:30", step="satisfied").closed("03 16:00")

    midnight = world.case(
        "midnight", "03 00:00", happened="02 23:50", source="alarm", due="04 00:00", region_code="s-grid"
    )
    midnight.dispatched("03 00:02", "urban").accepted("03 00:05").finished("03 02:00").closed("04 00:00")

    again = world.case("again", "02 12:00", region_code="s-grid")  # without a limit
    again.dispatched("02 12:05", "eco").accepted("02 12:30").finished("02 14:00").closed("02 15:00")
    again.reopened("03 09:00").dispatched("03 09:00", "eco").accepted("03 09:30")
    again.finished("03 17:00").closed("03 20:00")

    longer = world.case("longer", "03 09:00", happened="03 08:30", source="hotline", due="03 11:00")
    longer.dispatched("03 09:30", "urban")("extended", "03 12:30", due_at=world.now.replace(hour=11))
    longer("supervised", "03 20:00", is_supervised=True)

    world.case("refused", "03 10:00", source="hotline", due="04 10:00", region_code="n-street").closed(
        "03 10:30", outcome="not_ours"
    )

    moved = world.case("moved", "03 14:00", happened="03 13:40")
    moved.dispatched("03 14:10", "urban").accepted("03 14:30")("noted", "04 09:00", region_code="s-grid")

    _reports(world)
    _ratings(world)
    return world


def _reports(world: World) -> None:
    world.signal(1, "received", "03 08:00", kind="hotline", source="12345")
    world.signal(1, "waiting", "03 08:00:30")
    world.signal(1, "opened", "03 08:01", case_number="one")
    world.signal(2, "received", "03 08:10", kind="app")
    world.signal(2, "merged", "03 08:10", case_number="one", rule="same_place")
    world.signal(3, "received", "03 09:00", kind="app", region="s-street")
    world.signal(3, "merged", "03 09:00", case_number="one", rule="same_place", region="s-street")
    world.signal(3, "undone", "03 10:00", from_case="one", case_number="longer", region="s-street")
    world.signal(4, "received", "02 23:59", kind="grid", region="s-street")
    world.signal(4, "opened", "03 00:00", case_number="midnight", region="s-street")
    world.signal(5, "received", "03 12:00", kind="hotline", region="s-street")
    world.signal(5, "ended", "03 12:30", reason="nothing to handle", region="s-street")
    world.signal(6, "received", "03 13:00", kind="alarm")
    world.signal(6, "merged", "03 13:00", case_number="midnight", rule="same_thing")
    world.signal(7, "received", "03 13:00", kind="source")
    world.signal(7, "merged", "03 13:00", case_number="midnight", rule="same_place")
    world.signal(8, "received", "04 08:00", kind="hotline", region="")


def _ratings(world: World) -> None:
    for case, appeal, round_, level, when in (
        ("one", 1, 1, 5, "03 09:00"), ("one", 1, 1, 2, "03 10:00"),  # changed: the last counts
        ("one", 2, 1, 4, "03 09:30"),  # another citizen, whose matter was the same case
        ("midnight", None, 1, 5, "04 09:00"), ("midnight", None, 1, 1, "04 10:00"),  # told before appeals were named
        ("again", 4, 1, 1, "02 16:00"), ("again", 4, 2, 3, "03 21:00"),
    ):  # fmt: skip
        region = "/4206/420606/n-street/n-grid/" if case == "one" else "/4206/420602/s-street/s-grid/"
        world.tell(
            "rating_events", "appeal.rated", when, when, case=case, appeal=appeal, round=round_, level=level,
            region_path=region,
        )  # fmt: skip


EXPECTED = {
    # closed on the 3rd with a limit and resolved: one (at its limit, so in time) and two (late); midnight is the 4th's
    "urban.on_time_rate": {
        (ROOT, "03"): 50, (NORTH, "03"): 50, ("urban", "03"): 100, ("eco", "03"): 0, ("gov", "03"): 50,
        (ROOT, "04"): 100,
    },
    # at the end of the 2nd: one, two; `again` was closed then, though it came back; midnight had not been told yet
    # 14 h: also again, closed as the hour ended; 3rd, 23 h: midnight (the same), longer, moved
    # 4th, 9 h: moved went south
    "urban.open_cases": {
        (ROOT, "02 14"): 3, (ROOT, "02 15"): 2, (ROOT, "02 23"): 2, (SOUTH, "02 23"): 0, (ROOT, "03 08"): 2,
        (ROOT, "03 09"): 4, (ROOT, "03 23"): 3, (NORTH, "03 23"): 2, (NORTH, "04 08"): 2, (NORTH, "04 09"): 1,
        (SOUTH, "04 09"): 1, ("urban", "02 10"): 2, ("urban", "02 11"): 1, ("eco", "02 11"): 1, ("gov", "04 11"): 2,
    },
    # 10 h: two, due at 10; longer is due as 11 strikes; 11 h: both; 12 h: longer got another day; then due on the 4th
    "urban.overdue_cases": {
        (ROOT, "03 09"): 0, (ROOT, "03 10"): 1, (ROOT, "03 11"): 2, (ROOT, "03 12"): 1, ("urban", "03 11"): 1,
        (ROOT, "03 16"): 0, (ROOT, "04 10"): 0, (ROOT, "04 11"): 1,
    },
    # 2nd: 15.5 h and 14 h -> 14.75 h; 3rd: midnight 24 h, longer 15 h, moved 10 h -> 15 h
    "urban.backlog_age_median": {(ROOT, "02"): 14.75 / 24, (ROOT, "03"): 15 / 24, (SOUTH, "03"): 1},
    # 2nd: 14 + 0.9 · 1.5; 3rd: at 1.8 of 10, 15, 24 -> 15 + 0.8 · 9
    "urban.backlog_age_p90": {(ROOT, "02"): 15.35 / 24, (ROOT, "03"): 22.2 / 24},
    # 2nd: one, two, again; 3rd: midnight, longer, refused, moved (which counts where it is now)
    "urban.new_cases": {(ROOT, "02"): 3, (ROOT, "03"): 4, (NORTH, "03"): 2, (SOUTH, "03"): 2, (ROOT, "04"): 0},
    # one, two, again (its last closing), refused
    "urban.closed_cases": {(ROOT, "02"): 0, (ROOT, "03"): 4, (SOUTH, "03"): 1, (ROOT, "04"): 1},
    # one 24 h, two 30 h, again 32 h (refused was not resolved)
    "urban.close_hours_median": {(ROOT, "03"): 30, (NORTH, "03"): 27, (ROOT, "04"): 24},
    # at 1.8 of 24, 30, 32 -> 30 + 0.8 · 2
    "urban.close_hours_p90": {(ROOT, "03"): 31.6, (NORTH, "03"): 29.4},
    # four tasks on the 2nd: one, two twice (the first handed back), again
    "urban.return_rate": {(ROOT, "02"): 25, ("urban", "02"): 50, ("eco", "02"): 0, (ROOT, "03"): 0},
    # two was sent back once and passed once
    "urban.reject_rate": {(ROOT, "02"): 0, (ROOT, "03"): 50, ("eco", "03"): 50},
    # again, of the four closed
    "urban.reopen_rate": {(ROOT, "03"): 25, (SOUTH, "03"): 100, (NORTH, "03"): 0, (ROOT, "04"): 0},
    # settled by people on the 3rd: 1 and 4 opened, 2 joined, 3 joined by mistake; 5 came to nothing
    "urban.repeat_rate": {(ROOT, "03"): 25, (NORTH, "03"): 50, (SOUTH, "03"): 0},
    # two, of the four closed
    "urban.escalation_rate": {(ROOT, "03"): 25, ("eco", "03"): 50, ("urban", "03"): 0},
    # midnight, of four
    "urban.found_by_devices": {(ROOT, "02"): 0, (ROOT, "03"): 25, (SOUTH, "03"): 50},
    # minutes: midnight 10, longer 30, refused 0, moved 20
    "urban.detect_minutes": {(ROOT, "02"): 0, (ROOT, "03"): 15},
    # 2nd: 30, 120, 30; 3rd: midnight 5, moved 30; that again was accepted once more does not count
    "urban.respond_minutes": {(ROOT, "02"): 30, (ROOT, "03"): 17.5},
    # 2nd: one 11 h, again 1.5 h; 3rd: two 24 h (its first finish), midnight 1 h 55 min
    "urban.dispose_hours": {(ROOT, "02"): 6.25, (ROOT, "03"): (24 + 115 / 60) / 2},
    # one 12.5 h, two 1 h (since its second finish), again 3 h; midnight 22 h
    "urban.feedback_hours": {(ROOT, "03"): 3, (ROOT, "04"): 22},
    # 2nd: 10, 10, 5 -> 10; 3rd: at 1.8 of 2, 10, 30 -> 10 + 0.8 · 20
    "urban.dispatch_minutes_p90": {(ROOT, "02"): 10, (ROOT, "03"): 26},
    # longer, from the evening of the 3rd on
    "urban.supervised_cases": {(ROOT, "02"): 0, (ROOT, "03"): 1, (ROOT, "04"): 1, ("urban", "03"): 1},
    # 1 and 5; 8, of which nobody knows where
    "urban.hotline_volume": {(ROOT, "02"): 0, (ROOT, "03"): 2, (NORTH, "03"): 1, (ROOT, "04"): 1, (NORTH, "04"): 0},
    # 2 and 3 of 1, 2, 3, 5
    "urban.online_share": {(ROOT, "03"): 50, (ROOT, "04"): 0},
    # one, at its limit; refused was not resolved
    "urban.hotline_on_time_rate": {(ROOT, "03"): 100},
    "urban.called_back_satisfied": {(ROOT, "02"): 100, (ROOT, "03"): 50},
    # 3rd: 1, 2, 3, 5 of 5,000 people; 1 and 2 of the 2,000 in the north, both of the 500 in its street
    # 4th: 8, nobody knows where; the south was not counted
    "urban.appeals_per_1000": {
        (ROOT, "02"): 0, (ROOT, "03"): 0.8, (NORTH, "03"): 1, ("n-street", "03"): 4, (SOUTH, "03"): None,
        (ROOT, "04"): 0.2, (NORTH, "04"): 0,
    },
    # one (2, after 5) yes, one by another citizen (4) no, again (3) no; the first round of again was the 2nd's
    # midnight (1, after 5): one rating
    "urban.satisfaction": {
        (ROOT, "02"): 100, (ROOT, "03"): 100 / 3, (NORTH, "03"): 50, ("eco", "03"): 0, (ROOT, "04"): 100,
    },
    # 1, of 1, 2, 3, 5
    "urban.unplaced_share": {(ROOT, "02"): 0, (ROOT, "03"): 25, (NORTH, "03"): 50},
    # north: old (just seven days ago), one, two on the 2nd; one, two, longer on the 3rd. south: midnight, again, moved
    "urban.hot_grids": {(ROOT, "02"): 1, (NORTH, "02"): 1, (SOUTH, "02"): 0, (ROOT, "03"): 2, (SOUTH, "03"): 1},
}  # fmt: skip
NOTHING = {
    "urban.on_time_rate": [(ROOT, "02"), (SOUTH, "03")],
    "urban.close_hours_median": [(ROOT, "02")],
    "urban.hotline_on_time_rate": [(ROOT, "04")],
    "urban.repeat_rate": [(ROOT, "02"), (ROOT, "04")],
}
"""Without a case there is no rate and no median: not 0, and no division by it."""
DECLARED = declared("urban")


@pytest.fixture(scope="module")
def opened() -> Iterator[Lake]:
    with staged().lake() as lake:
        yield lake


@pytest.mark.parametrize("key", EXPECTED)
def test_numbers_worked_by_hand(opened: Lake, key: str) -> None:
    found = numbers(opened, DECLARED[key], World(NOW).now, since="02 00:00")

    assert {place: found.get(place) for place in EXPECTED[key]} == pytest.approx(EXPECTED[key])


@pytest.mark.parametrize("key", NOTHING)
def test_where_nothing_was_counted_there_is_no_number(opened: Lake, key: str) -> None:
    found = numbers(opened, DECLARED[key], World(NOW).now, since="02 00:00")

    assert [found[place] for place in NOTHING[key] if place in found] == []


def test_every_indicator_of_the_pack_is_worked_by_hand() -> None:
    assert set(EXPECTED) == set(DECLARED)


def test_a_closing_told_late_corrects_the_hours_since() -> None:
    """The source closed its ticket at 10:30 and said so at 13:00: by then the case was not open at 10 and 11."""
    world = World(NOW)
    late = world.case("late", "03 09:00")
    late("noted", "03 12:30")
    late.closed("03 10:30", learned="03 13:00")
    with world.lake() as lake:
        found = numbers(lake, DECLARED["urban.open_cases"], world.now, since="03 08:00")

    assert [found[ROOT, f"03 {hour}"] for hour in ("08", "09", "10", "11", "12", "13")] == [0, 1, 0, 0, 0, 0]


def test_an_empty_city_has_zeroes_where_things_are_counted_and_nothing_else() -> None:
    world = World(NOW)
    world.rows.clear()
    with world.lake() as lake:
        for key, definition in DECLARED.items():
            found = numbers(lake, definition, world.now, since="04 00:00")
            counts = definition.aggregate == "count"
            assert set(found.values()) == ({0} if counts else set()), key
            assert {code for code, _ in found} == ({ROOT} if counts else set()), key
