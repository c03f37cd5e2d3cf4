"""The city on paper: it tiles, it is whole on every level, and the same seed makes the same one."""

from __future__ import annotations

import json
import re

import numpy as np
import pytest
import shapely
from hypothesis import example, given, settings
from hypothesis import strategies as st

from citybrain.lab.city.names import person_names, phone_numbers
from citybrain.lab.city.plan import plan_city
from citybrain.lab.city.regions import make_regions
from citybrain.lab.city.shape import GRIDS, Lattice, Part, divide, make_lattice, to_degrees
from citybrain.lab.city.writing import write_layers, write_world

MILLIMETRE2 = 1e-6


@pytest.fixture(scope="module")
def plan():
    return plan_city(7, 5_000)


def cells_of(lattice: Lattice):
    return shapely.polygons(np.stack(lattice.corners(*lattice.cells()), -1))


def regions_of(parts: list[Part]):
    for part in parts:
        yield part
        yield from regions_of(list(part.parts))


@settings(max_examples=12, deadline=None)
@given(st.integers(0, 2**32 - 1))
@example(42)  # rounding its edge folds a cell
def test_regions_tile_the_city_without_gap_or_overlap(seed):
    """On each of four levels: whole pieces, together the city, and no two share any ground."""
    lattice = make_lattice(np.random.default_rng(seed))
    grids = cells_of(lattice)
    counties = divide(lattice)

    assert len(grids) == GRIDS
    assert shapely.is_valid(grids).all()
    city = shapely.union_all(grids)
    assert city.geom_type == "Polygon"
    assert len(city.interiors) == 0
    assert abs(shapely.area(grids).sum() - city.area) < MILLIMETRE2 * GRIDS
    for region in regions_of(counties):
        assert shapely.union_all(grids[region.cells]).geom_type == "Polygon"
        if region.parts:
            below = np.concatenate([part.cells for part in region.parts])
            assert np.array_equal(np.sort(below), np.sort(region.cells))
    assert np.array_equal(np.sort(np.concatenate([county.cells for county in counties])), np.arange(GRIDS))


def test_the_grids_as_they_are_stored_still_share_their_edges():
    """Rounded to a centimetre, neighbours keep the very same corners: the sum of the areas is the area of the sum."""
    lattice = make_lattice(np.random.default_rng(3))
    shapes = shapely.polygons(np.stack(to_degrees(*lattice.corners(*lattice.cells())), -1))

    assert shapely.area(shapes).sum() == pytest.approx(shapely.union_all(shapes).area, rel=1e-12)


def test_every_region_has_its_place_in_the_tree():
    lattice = make_lattice(np.random.default_rng(1))
    regions = make_regions(divide(lattice), GRIDS, np.random.default_rng(1))

    assert [len(regions.counties), len(regions.streets), len(regions.communities), len(regions.grids)] == [
        4, 16, 128, GRIDS,
    ]  # fmt: skip
    known = {None}
    for row in regions.rows:
        assert row.parent in known
        known.add(row.code)
    assert len(known) == len(regions.rows) + 1
    names = [row.name for row in regions.communities]
    assert len(set(names)) == len(names)


def test_the_same_seed_makes_the_same_city_to_the_last_footprint(plan, tmp_path):
    again, another = plan_city(7, 5_000), plan_city(8, 5_000)
    texts = []
    for number, one in enumerate((plan, again, another)):
        folder = tmp_path / str(number)
        folder.mkdir()
        write_world(one, folder)
        texts.append([path.read_bytes() for path in [folder / "world.json", *write_layers(one, folder)]])

    assert texts[0] == texts[1]
    assert all(a != b for a, b in zip(texts[0], texts[2], strict=True))


def test_households_add_up_to_the_people(plan):
    assert plan.buildings.households.sum() * 2.62 == pytest.approx(5_000, abs=3)
    assert (plan.buildings.households[plan.buildings.use != "residential"] == 0).all()


def test_the_people_of_the_parts_add_up_to_those_of_the_city(plan):
    rows = plan.regions.division(plan.households(), plan.people).rows
    lives = {row.code: row.people.count for row in rows}
    for level in ("county", "street", "community", "grid"):
        assert sum(lives[row.code] for row in rows if row.level == level) == lives[rows[0].code] == 5_000
    assert {row.people.source for row in rows} == {"simulated"}
    assert min(lives.values()) == 0  # a grid in the river


def test_buildings_stand_in_no_river_and_no_road_runs_through_the_lake(plan):
    footprints = shapely.polygons(np.stack([plan.buildings.x, plan.buildings.y], -1))
    for area in plan.water:
        assert not shapely.intersects(area.shape, footprints).any()
    lake = next(area.shape for area in plan.water if area.area_class == "lake")
    lanes = [shapely.LineString(np.column_stack([r.x, r.y])) for r in plan.roads if r.road_class != "trunk"]
    assert not shapely.intersects(lake, lanes).any()


def test_devices_stand_in_the_city_and_belong_to_somebody(plan):
    city = shapely.union_all(cells_of(plan.lattice))
    there = {row.code for row in plan.organisations}
    inside = [city.buffer(60).contains(shapely.Point(one.x, one.y)) for one in plan.devices]

    assert all(inside)
    assert {one.organisation for one in plan.devices} <= there
    assert len({one.code for one in plan.devices}) == len(plan.devices)


def test_nobody_in_it_can_be_a_real_person_with_a_real_number():
    """Range 154 was given to no operator; names are of no list of people."""
    numbers = phone_numbers(np.random.default_rng(1), 500)

    assert len(set(numbers)) == 500
    assert all(re.fullmatch(r"154\d{8}", number) for number in numbers)
    names = person_names(np.random.default_rng(1), 300)
    assert len(set(names)) == 300


def test_every_file_says_that_it_is_simulated(plan, tmp_path):
    write_world(plan, tmp_path)
    for path in write_layers(plan, tmp_path):
        features = json.loads(path.read_text(encoding="utf-8"))["features"]
        assert features
        assert all(one["properties"]["simulated"] is True for one in features)
    assert json.loads((tmp_path / "world.json").read_text(encoding="utf-8"))["simulated"] is True
