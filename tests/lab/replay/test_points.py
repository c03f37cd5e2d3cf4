"""How exact a point is follows from how it is written; placeholders are no points."""

from __future__ import annotations

import pytest

from citybrain.lab.replay.mapping import PointOf
from citybrain.lab.replay.points import BadPoint, read_point


def how(**more: object) -> PointOf:
    return PointOf.model_validate({"lon": "x", "lat": "y", **more})


@pytest.mark.parametrize(
    ("lon", "lat", "metres"),
    [
        ("-76.652027", "39.255363", 1.0),
        ("-76.65", "39.255363", 1113.2),
        ("-76.6520", "39.2553", 11.13),
        ("-77.0", "39.0", 11132.0),
        ("-77", "39.1", 111320.0),
    ],
)
def test_a_rounded_point_is_as_exact_as_its_coarser_coordinate(lon: str, lat: str, metres: float) -> None:
    point = read_point(lon, lat, how())
    assert point is not None
    assert point.precision_m == pytest.approx(metres, rel=1e-3)


@pytest.mark.parametrize(("lon", "lat"), [("", ""), ("-76.6", ""), ("-77.0", "39.0"), ("-76.0", "39.0"), ("0", "0")])
def test_blanks_and_placeholders_are_no_points(lon: str, lat: str) -> None:
    assert read_point(lon, lat, how(known_from_decimals=2)) is None


def test_a_listed_placeholder_is_no_point_however_exact() -> None:
    listed = how(unknown=["-76.610353 39.291328"])
    assert read_point("-76.610353", "39.291328", listed) is None
    assert read_point("-76.610354", "39.291328", listed) is not None


def test_the_mapping_may_say_how_exact_points_are() -> None:
    point = read_point("-87.66976972", "41.80576343", how(precision=10))
    assert point is not None
    assert point.precision_m == 10


@pytest.mark.parametrize(("lon", "lat"), [("here", "there"), ("200.5", "39.1"), ("-76.1", "95.2"), ("nan", "1.5")])
def test_what_is_no_place_on_earth_is_refused(lon: str, lat: str) -> None:
    with pytest.raises(BadPoint):
        read_point(lon, lat, how())
