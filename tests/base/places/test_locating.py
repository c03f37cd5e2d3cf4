"""Which region a point is in, without a database: the deepest, and always the same one."""

from __future__ import annotations

import math

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from citybrain.base.places.grids import lay
from citybrain.base.places.locating import Bounded, LocateIndex
from citybrain.base.places.types import OUTSIDE, Located


def region(path: str, shape: shapely.Geometry, level: str = "area") -> Bounded:
    return Bounded(Located(path.strip("/").split("/")[-1], path, level), shapely.to_wkb(shape))


def codes(index: LocateIndex, lons, lats) -> list[str | None]:
    return [one.region_code for one in index.locate(lons, lats)]


CITY = [
    region("/c/", shapely.box(0, 0, 4, 2)),
    region("/c/east/", shapely.box(2, 0, 4, 2)),
    region("/c/west/", shapely.box(0, 0, 2, 2)),
    region("/c/west/inner/", shapely.box(0.5, 0.5, 1, 1)),
]


def test_the_deepest_region_with_a_boundary_answers():
    index = LocateIndex(CITY)
    assert codes(index, [0.7, 1.5, 3.0], [0.7, 1.5, 1.0]) == ["inner", "west", "east"]


def test_a_point_outside_every_region_is_outside_and_so_is_nothing():
    index = LocateIndex(CITY)
    assert index.locate([9.0, math.nan, 1.0], [1.0, 1.0, math.nan]) == [OUTSIDE] * 3
    assert LocateIndex([]).locate([1.0], [1.0]) == [OUTSIDE]


def test_a_shared_border_belongs_to_the_region_whose_path_sorts_first():
    for order in (CITY, CITY[::-1]):
        index = LocateIndex(order)
        assert codes(index, [2.0, 2.0, 2.0], [0.0, 1.0, 2.0]) == ["east"] * 3
        assert codes(index, [0.0, 4.0], [0.0, 2.0]) == ["west", "east"]


def test_a_hole_is_outside():
    ring = shapely.box(0, 0, 3, 3) - shapely.box(1, 1, 2, 2)
    assert codes(LocateIndex([region("/r/", ring)]), [0.5, 1.5], [0.5, 1.5]) == ["r", None]


@pytest.fixture(scope="module")
def patchwork() -> list[Bounded]:
    """Sixty crooked districts that share their borders, some of them in two parts, in a city around them."""
    rng = np.random.default_rng(11)
    cells = shapely.get_parts(shapely.voronoi_polygons(shapely.MultiPoint(rng.uniform(0, 10, (66, 2)))))
    city = shapely.box(0, 0, 10, 10)
    cut = [shapely.intersection(cell, city) for cell in cells]
    districts = [shapely.union_all(cut[:7:6]), *cut[1:6], *cut[7:]]
    return [region("/c/", city), *(region(f"/c/d{i:02}/", shape) for i, shape in enumerate(districts))]


def test_it_agrees_with_asking_every_region_in_turn(patchwork):
    index = LocateIndex(patchwork)
    rng = np.random.default_rng(12)
    corners = shapely.get_coordinates(shapely.from_wkb([one.wkb for one in patchwork]))
    points = np.vstack((rng.uniform(-1, 11, (3000, 2)), corners))
    shapes = [(one.located, shapely.from_wkb(one.wkb)) for one in patchwork]

    def obvious(x: float, y: float) -> Located:
        around = [located for located, shape in shapes if shapely.intersects_xy(shape, x, y)]
        return min(around, key=lambda one: (-one.region_path.count("/"), one.region_path), default=OUTSIDE)

    assert index.locate(points[:, 0], points[:, 1]) == [obvious(x, y) for x, y in points]


def test_one_by_one_is_the_same_as_all_at_once(patchwork):
    index = LocateIndex(patchwork)
    points = np.random.default_rng(13).uniform(-1, 11, (200, 2))
    alone = [index.locate(x, y)[0] for x, y in points]
    assert index.locate(points[:, 0], points[:, 1]) == alone


BOX = (-87.95, 41.64, -87.52, 42.03)
GRID = lay(BOX, 1000.0)
GRIDS = LocateIndex(
    [
        Bounded(Located(code, f"/chi/{code}/", "grid"), outline.wkb)
        for code, outline in zip(GRID.codes(), GRID.outlines(), strict=True)
    ]
)


def by_arithmetic(lon: float, lat: float) -> str:
    """Row and column by division; an edge belongs to the southern and western grid."""
    column = max(int(np.searchsorted(GRID.longitudes, lon, side="left")) - 1, 0)
    row = max(int(np.searchsorted(GRID.latitudes, lat, side="left")) - 1, 0)
    return f"g-{row:03}-{column:03}"


edges = st.sampled_from(GRID.longitudes.tolist()), st.sampled_from(GRID.latitudes.tolist())


@settings(max_examples=300)
@given(
    lon=st.floats(BOX[0], BOX[2]) | edges[0],
    lat=st.floats(BOX[1], BOX[3]) | edges[1],
)
def test_a_grid_city_locates_like_arithmetic(lon, lat):
    assert codes(GRIDS, [lon], [lat]) == [by_arithmetic(lon, lat)]


def test_a_grid_city_locates_like_arithmetic_for_many():
    rng = np.random.default_rng(3)
    lons, lats = rng.uniform(BOX[0], BOX[2], 20_000), rng.uniform(BOX[1], BOX[3], 20_000)
    assert codes(GRIDS, lons, lats) == [by_arithmetic(lon, lat) for lon, lat in zip(lons, lats, strict=True)]
