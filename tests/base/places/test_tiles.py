"""Tiles and quads: every feature is found from every tile that it touches, and from no other that is far away."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from citybrain.base.places.tiles import QUAD_ZOOM, quad_of_tile, quads_around, quads_of_boxes, tile_box, to_world

lons = st.floats(-180, 180)
lats = st.floats(-85, 85)


@given(lons, lats, st.integers(0, 18))
def test_a_point_lies_in_the_box_of_its_tile(lon, lat, z):
    x, y = (int(float(part) * 2**z) for part in to_world(lon, lat))
    west, south, east, north = tile_box(z, x, y)
    assert west - 1e-9 <= lon <= east + 1e-9
    assert south - 1e-9 <= lat <= north + 1e-9


@pytest.mark.parametrize(("lon", "lat"), [(180, 0), (-180, 0), (0, 90), (0, -90), (180, -90)])
def test_the_edges_of_the_world_have_tiles(lon, lat):
    x, y = to_world(lon, lat)
    assert 0 <= x < 1
    assert 0 <= y < 1


def finds(z: int, x: int, y: int, quad: str) -> bool:
    exact, ranges = quads_around(z, x, y)
    return quad in exact or any(first <= quad < beyond for first, beyond in ranges)


@given(lons, lats, st.floats(0, 2), st.floats(0, 2), st.integers(0, QUAD_ZOOM))
def test_a_feature_is_found_from_each_tile_it_touches(lon, lat, width, height, z):
    east, north = min(180.0, lon + width), min(85.0, lat + height)
    (quad,) = quads_of_boxes(*(np.array([side]) for side in (lon, lat, east, north)))
    for corner in ((lon, lat), (east, north), (lon, north), ((lon + east) / 2, (lat + north) / 2)):
        x, y = (int(float(part) * 2**z) for part in to_world(*corner))
        assert finds(z, x, y, quad)


@given(st.integers(2, QUAD_ZOOM), st.data())
def test_what_is_two_tiles_away_is_not_read(z, data):
    x = data.draw(st.integers(0, 2**z - 1))
    y = data.draw(st.integers(0, 2**z - 1))
    far = quad_of_tile(z, (x + 2) % 2**z, y)
    assert not finds(z, x, y, far) or far in quads_around(z, x, y)[0]


def test_quads_are_the_usual_ones():
    assert quad_of_tile(3, 3, 5) == "213"  # the example of Microsoft's Bing Maps Tile System
