"""Which system a coordinate is in, and how far two points are apart."""

from __future__ import annotations

import math

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from citybrain.base.errors import BadInput
from citybrain.base.places.coordinates import degree_lengths_m, equal_area
from citybrain.base.places.types import CRS, Point, convert, distance_m, h3_cell, to_wgs84

in_china = st.tuples(st.floats(73, 137), st.floats(1, 55))
anywhere = st.tuples(st.floats(-180, 180), st.floats(-89, 89))

REFERENCES = [  # published by independent implementations (eviltransform, coordtransform)
    ("WGS-84", "GCJ-02", (121.5272106, 31.1774276), (121.531541859215, 31.17530398364597)),
    ("WGS-84", "GCJ-02", (113.912316, 22.543847), (113.9171764808363, 22.540796131694766)),
    ("WGS-84", "GCJ-02", (116.377817, 39.911954), (116.38404722455657, 39.91334545536069)),
    ("WGS-84", "GCJ-02", (116.404, 39.915), (116.41024449916938, 39.91640428150164)),
    ("GCJ-02", "BD-09", (116.404, 39.915), (116.41036949371029, 39.92133699351021)),
]


@pytest.mark.parametrize(("source", "target", "given_", "expected"), REFERENCES)
def test_known_reference_values(source, target, given_, expected):
    assert np.allclose(convert(*given_, source, target), expected, rtol=0, atol=1e-12)


def test_the_usual_approximate_inverse_agrees_to_its_own_error():
    """coordtransform gives these for the way back, good to half a metre; ours is the exact inverse."""
    assert np.allclose(convert(116.404, 39.915, "BD-09", "GCJ-02"), (116.39762729119315, 39.90865673957631), atol=1e-6)
    assert np.allclose(to_wgs84(116.404, 39.915, "GCJ-02"), (116.39775550083061, 39.91359571849836), atol=5e-6)


@given(point=in_china, crs=st.sampled_from(CRS), other=st.sampled_from(CRS))
def test_there_and_back_is_the_same_place(point, crs, other):
    back = convert(*convert(*point, crs, other), other, crs)
    assert np.allclose(back, point, rtol=0, atol=1e-9)


@given(point=in_china)
def test_gcj_stays_within_a_kilometre_and_is_never_the_same_place(point):
    moved = distance_m(*point, *convert(*point, "WGS-84", "GCJ-02"))
    assert moved < 1500


def test_outside_china_gcj_is_wgs84_and_cgcs2000_is_everywhere():
    assert np.array_equal(convert(-87.63, 41.88, "GCJ-02", "WGS-84"), (-87.63, 41.88))
    assert np.array_equal(to_wgs84(112.14, 32.04, "CGCS2000"), (112.14, 32.04))


def test_many_points_at_once_are_the_same_as_one_by_one():
    rng = np.random.default_rng(5)
    lons, lats = rng.uniform(100, 120, 50), rng.uniform(20, 40, 50)
    together = to_wgs84(lons, lats, "BD-09")
    alone = [to_wgs84(lon, lat, "BD-09") for lon, lat in zip(lons, lats, strict=True)]
    assert np.allclose(np.array(alone).T, together, rtol=0, atol=1e-12)


@pytest.mark.parametrize(
    ("lon", "lat", "code", "words"),
    [
        (32.04, 112.14, "place.swapped", "look swapped"),
        (200.0, 40.0, "place.out_of_range", "not on earth"),
        (116.0, 190.0, "place.out_of_range", "not on earth"),
        (float("nan"), 40.0, "place.not_a_number", "finite"),
        (float("inf"), 40.0, "place.not_a_number", "finite"),
    ],
)
def test_what_is_no_place_on_earth_is_refused_in_a_sentence(lon, lat, code, words):
    with pytest.raises(BadInput) as refused:
        Point(lon, lat)
    assert refused.value.code == code
    assert words in str(refused.value)
    assert refused.value.title("zh") != code


def test_an_unknown_system_names_the_known_ones():
    with pytest.raises(BadInput, match="WGS-84, CGCS2000, GCJ-02, BD-09"):
        Point(112.1, 32.0, "EPSG:2436")


@pytest.mark.parametrize("precision", [-1.0, float("nan"), float("inf")])
def test_a_precision_is_metres(precision):
    with pytest.raises(BadInput):
        Point(112.1, 32.0, precision_m=precision)


def test_a_point_keeps_its_precision_on_the_way_to_wgs84():
    assert Point(116.404, 39.915, "GCJ-02", precision_m=30).wgs84().precision_m == 30


@given(a=anywhere, b=anywhere)
def test_distance_is_the_same_both_ways_and_never_more_than_half_the_earth(a, b):
    there, back = distance_m(*a, *b), distance_m(*b, *a)
    assert math.isclose(there, back, rel_tol=1e-9, abs_tol=1e-6)
    assert 0 <= there <= math.pi * 6_371_009


def test_distance_against_a_known_one():
    """Beijing to Shanghai along the great circle is 1,067 km."""
    assert distance_m(116.4074, 39.9042, 121.4737, 31.2304) == pytest.approx(1_067_300, rel=2e-3)
    assert distance_m(np.zeros(3), np.zeros(3), np.array([0.0, 1.0, 2.0]), np.zeros(3)) == pytest.approx(
        [0, 111_195, 222_390], rel=1e-4
    )


def test_areas_are_those_of_the_ellipsoid():
    """The surface of the WGS-84 ellipsoid is 510,065,622 km²."""
    whole = shapely.area(shapely.transform(shapely.box(-180, -90, 180, 90), equal_area)) / 1e6
    assert whole == pytest.approx(510_065_622, rel=1e-6)
    east, north = degree_lengths_m(40.0)
    small = shapely.area(shapely.transform(shapely.box(116, 39.995, 116.01, 40.005), equal_area))
    assert small == pytest.approx(east * north * 1e-4, rel=1e-5)


def test_h3_cells_are_those_of_the_standard_library():
    assert h3_cell(116.3975, 39.9087) == h3_cell(116.39751, 39.90871)
    assert h3_cell(116.3975, 39.9087, 7) != h3_cell(116.45, 39.9087, 7)
    assert len(h3_cell(-87.63, 41.88)) == 15
