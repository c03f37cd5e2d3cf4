"""Open cases near a point: the index finds what going through all of them finds."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from citybrain.base.audit import SYSTEM
from citybrain.base.places.types import Point, distance_m
from citybrain.hubs.business.cases.actions import open_case, perform
from citybrain.hubs.business.cases.models import Case
from citybrain.hubs.business.cases.queries import open_cases_at, open_cases_near, open_cases_of_thing
from tests.hubs.business.cases.stage import LAMPS, declare

LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)


def opened(lon: float, lat: float, case_type: str = "city.lamp", **more: object) -> Case:
    return open_case(
        actor=SYSTEM, case_type=case_type, title="路灯", source="signal", point=Point(lon, lat), **more,  # type: ignore[arg-type]
    )  # fmt: skip


@pytest.fixture
def lamps(db: None, clock: object) -> None:
    declare(LAMPS)


def test_only_open_cases_of_the_kind_within_the_radius_and_the_time_are_found(lamps: None):
    here = opened(112.05, 32.1, occurred_at=datetime(2026, 3, 2, tzinfo=UTC))
    near = opened(112.0505, 32.1)
    opened(112.06, 32.1)
    opened(112.05, 32.1, "city.noise")
    ended = opened(112.05, 32.1)
    perform(ended, "end_no_action", actor=SYSTEM, reason="已修")
    open_case(actor=SYSTEM, case_type="city.lamp", title="路灯", source="signal")

    found = open_cases_near(["city.lamp"], 112.05, 32.1, 100, LONG_AGO)

    assert [one.number for one in found] == [here.number, near.number]
    assert found[1].distance_m == pytest.approx(47, abs=1)
    later = open_cases_near(["city.lamp"], 112.05, 32.1, 100, datetime(2026, 3, 2, 0, 30, tzinfo=UTC))
    assert [one.number for one in later] == [near.number]
    assert open_cases_near(["nothing"], 112.05, 32.1, 100, LONG_AGO) == []


def test_cases_are_found_by_address_and_by_thing(lamps: None):
    at_home = opened(112.05, 32.1, address="长虹路1号", address_key="长虹路1号")
    of_thing = opened(112.05, 32.1, thing="lamp-7")

    assert [one.number for one in open_cases_at(["city.lamp"], "长虹路1号", LONG_AGO)] == [at_home.number]
    assert open_cases_at(["city.lamp"], "", LONG_AGO) == []
    assert [one.number for one in open_cases_of_thing(["city.lamp"], "lamp-7")] == [of_thing.number]
    assert open_cases_of_thing(["city.lamp"], "") == []


@settings(max_examples=25, deadline=timedelta(seconds=5), suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    lat=st.sampled_from([-45.0, 0.01, 32.1, 60.2, 78.0]),
    points=st.lists(st.tuples(st.floats(-3500, 3500), st.floats(-3500, 3500)), min_size=1, max_size=6),
    radius=st.sampled_from([20.0, 180.0, 950.0, 2400.0, 3500.0]),
)
def test_the_cells_around_leave_nothing_out(lamps: None, lat: float, points: list[tuple[float, float]], radius: float):
    """Wherever on earth, for a small radius (cells) and a large one (a box)."""
    Case.objects.all().delete()
    centre = Point(112.05, lat)
    metres_east = float(distance_m(centre.lon, lat, centre.lon + 0.001, lat)) / 0.001
    for east, north in points:
        opened(centre.lon + east / metres_east, lat + north / 111_195)

    found = {one.number for one in open_cases_near(["city.lamp"], centre.lon, centre.lat, radius, LONG_AGO)}

    expected = {
        case.number for case in Case.objects.all()
        if float(distance_m(centre.lon, centre.lat, case.lon, case.lat)) <= radius
    }  # fmt: skip
    assert found == expected
