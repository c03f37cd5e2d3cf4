"""Our tiles read by somebody else's reader are what was written."""

from __future__ import annotations

import mapbox_vector_tile
import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from citybrain.applications.operations.map.mvt import Layer, add_shapes, encode

values = st.one_of(
    st.text(st.characters(exclude_categories=["Cs"]), max_size=20),
    st.integers(-(2**40), 2**40),
    st.booleans(),
    st.floats(allow_nan=False, width=64),
)
points = st.tuples(st.integers(-(2**20), 2**20), st.integers(-(2**20), 2**20))


def decode(data: bytes) -> dict:
    return mapbox_vector_tile.decode(data, default_options={"y_coord_down": True})


@given(st.lists(st.tuples(points, st.dictionaries(st.text("abc", min_size=1), values, max_size=4)), min_size=1))
def test_points_and_their_properties_come_back(features):
    layer = Layer("things")
    layer.add_points(np.array([xy for xy, _ in features]), [row for _, row in features])

    found = decode(encode([layer]))["things"]

    assert found["extent"] == 4096
    assert [tuple(one["geometry"]["coordinates"]) for one in found["features"]] == [xy for xy, _ in features]
    for one, (_, row) in zip(found["features"], features, strict=True):
        assert one["properties"] == row
        assert {name: type(value) for name, value in one["properties"].items()} == {n: type(v) for n, v in row.items()}


@given(st.lists(st.lists(points, min_size=2, max_size=9, unique=True), min_size=1, max_size=5))
def test_lines_come_back(lines):
    layer = Layer("roads")
    add_shapes(layer, np.array([shapely.LineString(line) for line in lines]), [{"n": n} for n in range(len(lines))])

    found = decode(encode([layer]))["roads"]["features"]

    assert [[tuple(point) for point in one["geometry"]["coordinates"]] for one in found] == lines
    assert [one["properties"]["n"] for one in found] == list(range(len(lines)))


def test_polygons_keep_their_holes_and_what_rounds_to_nothing_is_gone():
    ring = shapely.box(0, 0, 100, 100).difference(shapely.box(20, 20, 40, 40))
    two = shapely.MultiPolygon([shapely.box(0, 0, 0.3, 0.3), shapely.box(200, 200, 230, 230)])
    speck = shapely.box(5, 5, 5.2, 5.2)
    both = shapely.GeometryCollection([shapely.LineString([(0, 0), (9, 9)]), shapely.box(0, 0, 50, 50)])
    layer = Layer("water")

    add_shapes(layer, np.array([ring, two, speck, both, shapely.Polygon()]), [{"n": n} for n in range(5)])

    found = [
        (f["properties"]["n"], shapely.geometry.shape(f["geometry"]))
        for f in decode(encode([layer]))["water"]["features"]
    ]
    assert [(n, shape.geom_type, shape.area) for n, shape in found] == [
        (3, "LineString", 0.0), (0, "Polygon", 100 * 100 - 20 * 20), (1, "Polygon", 900.0), (3, "Polygon", 2500.0),
    ]  # fmt: skip
    assert len(found[1][1].interiors) == 1


@given(st.integers(0, 4096), st.integers(0, 4096), st.floats(2, 500), st.floats(0.2, 0.9))
def test_areas_come_back_within_half_a_unit_of_their_outline(x, y, radius, hole):
    shape = shapely.Point(x, y).buffer(radius).difference(shapely.Point(x, y).buffer(radius * hole))
    layer = Layer("green")
    add_shapes(layer, np.array([shape]), [{}])

    (found,) = decode(encode([layer]))["green"]["features"]

    assert shapely.geometry.shape(found["geometry"]).area == pytest.approx(shape.area, abs=shape.length * 0.75 + 2)


def test_a_tile_without_features_is_empty():
    assert encode([Layer("a"), Layer("b")]) == b""
