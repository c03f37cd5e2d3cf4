"""Open cases near a point: the index finds what going through all of them finds."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from citybrain.base.audit import SYSTEM
from citybrain.base.places.types import Point, distance_m
from citybrain.hubs.business.cases.actions import open_case, perform
from citybrain.hubs.business.cases.models import Case
from citybrain.hubs.business.cases.queries import case_types
from citybrain.hubs.business.cases.queries.candidates import open_candidates
from citybrain.hubs.business.cases.types import CaseCandidate
from tests.hubs.business.cases.stage import LAMPS, declare

LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)


def opened(lon: float, lat: float, case_type: str = "city.lamp", **more: object) -> Case:
    return open_case(
        actor=SYSTEM, case_type=case_type, title="路灯", source="signal", point=Point(lon, lat), **more,  # type: ignore[arg-type]
    )  # fmt: skip


@pytest.fixture
def lamps(db: None, clock: object) -> None:
    declare(LAMPS)


def candidates(since: datetime = LONG_AGO, **asked: object) -> list[CaseCandidate]:
    return open_candidates(case_types()["city.lamp"], since, **asked)  # type: ignore[arg-type]


def test_only_open_cases_of_the_kind_in_the_time_are_found(lamps: None):
    here = opened(112.05, 32.1, occurred_at=datetime(2026, 3, 2, tzinfo=UTC))
    near = opened(112.0505, 32.1)
    opened(112.1, 32.1)
    opened(112.05, 32.1, "city.noise")
    ended = opened(112.05, 32.1)
    perform(ended, "end_no_action", actor=SYSTEM, reason="已修")
    open_case(actor=SYSTEM, case_type="city.lamp", title="路灯", source="signal")
    around = (112.05, 32.1, 100.0)

    assert {one.number for one in candidates(around=around)} == {here.number, near.number}
    later = candidates(datetime(2026, 3, 2, 0, 30, tzinfo=UTC), around=around)
    assert [one.number for one in later] == [near.number]


def test_cases_are_found_by_address_by_thing_and_by_region_each_once(lamps: None):
    at_home = opened(112.05, 32.1, address="长虹路1号", address_key="长虹路1号", region_path="/42/")
    of_thing = opened(112.05, 32.1, thing="lamp-7")

    assert [one.number for one in candidates(address_key="长虹路1号")] == [at_home.number]
    assert [one.number for one in candidates(thing="lamp-7")] == [of_thing.number]
    assert [one.number for one in candidates(region_path="/42/", address_key="长虹路1号")] == [at_home.number]
    assert candidates() == candidates(thing="lamp-8") == []


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
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

    found = {one.number for one in candidates(around=(centre.lon, centre.lat, radius))}

    within = {
        case.number for case in Case.objects.all()
        if float(distance_m(centre.lon, centre.lat, case.lon, case.lat)) <= radius
    }  # fmt: skip
    assert within <= found
