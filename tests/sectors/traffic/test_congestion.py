"""How roads run: free-flow speed, grades and the congestion index, against values worked by hand."""

from __future__ import annotations

import pytest

from citybrain.base.errors import BadInput
from citybrain.hubs.intelligence.capabilities import find_capability
from citybrain.sectors.traffic.congestion import free_flow_speed, grade_of, grades, travel_time_index


def index(*sections):
    return find_capability("traffic.congestion_index").call({"sections": list(sections)})


def section(speed, free_flow=100.0, **more):
    return {"speed": speed, "free_flow": free_flow, **more}


# GB/T 33171—2016: a grade begins above its ratio of speed to free-flow speed
@pytest.mark.parametrize(
    ("speed", "grade"),
    [(120, 1), (70.1, 1), (70, 2), (50.1, 2), (50, 3), (40.1, 3), (40, 4), (30.1, 4), (30, 5), (5, 5), (0, 5)],
)
def test_grades_begin_above_their_ratio(speed, grade):
    assert grade_of(speed, 100)["grade"] == grade


def test_grades_have_both_languages_and_fall():
    assert [grade["above"] for grade in grades()] == sorted((grade["above"] for grade in grades()), reverse=True)
    assert all(grade["title"]["zh"] and grade["title"]["en"] for grade in grades())


@pytest.mark.parametrize(("speed", "value"), [(100, 1.0), (130, 1.0), (50, 2.0), (25, 4.0), (0, 100.0)])
def test_travel_time_index(speed, value):
    assert travel_time_index(speed, 100) == value


def test_free_flow_speed_is_the_85th_percentile():
    """Of 0, 1 … 100 it is 85; of 10, 20, 30, 40 it lies 0.55 of the way from 30 to 40 (3 × 0.85 = 2.55)."""
    assert free_flow_speed(list(range(101))) == 85
    assert free_flow_speed([40, 10, 30, 20]) == pytest.approx(35.5)
    assert free_flow_speed([60]) == 60
    found = find_capability("traffic.free_flow_speed").call({"speeds": [90.0] * 8 + [20.0] * 4})
    assert (found.free_flow, found.readings) == (90.0, 12)


def test_the_index_weighs_by_length_and_by_flow_where_all_flows_are_known():
    """Two kilometres at 2.0 and one at 1.0: 5/3. With flows of 1,000 and 4,000 the weights are 2,000 and 4,000: 4/3."""
    assert index(section(50, length_km=2), section(100, length_km=1)).index == pytest.approx(5 / 3, abs=1e-4)
    flows = index(section(50, length_km=2, flow=1000), section(100, length_km=1, flow=4000))
    assert flows.index == pytest.approx(4 / 3, abs=1e-4)
    partly = index(section(50, length_km=2, flow=1000), section(100, length_km=1))
    assert partly.index == pytest.approx(5 / 3, abs=1e-4)


def test_shares_are_of_length_and_add_up():
    found = index(section(20, length_km=1), section(45, length_km=1), section(95, length_km=2))
    assert found.shares == {"1": 0.5, "2": 0.0, "3": 0.25, "4": 0.0, "5": 0.25}
    assert found.congested_share == 0.5
    assert [one.grade for one in found.sections] == [5, 3, 1]


@pytest.mark.parametrize(
    "wrong", [{"speed": -1}, {"speed": float("nan")}, {"free_flow": 0}, {"length_km": 0}, {"lanes": 2}]
)
def test_what_is_wrong_is_refused(wrong):
    with pytest.raises(BadInput):
        index({**section(50), **wrong})


def test_nothing_at_all_is_refused():
    with pytest.raises(BadInput):
        index()
