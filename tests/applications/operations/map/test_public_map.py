"""The base of the map for everybody: regions and loaded layers, never grids, kept by browsers as long as it is true."""

from __future__ import annotations

import pytest
import shapely

from citybrain.base.audit import system_actor
from citybrain.base.places.actions import lay_grid, rename_region
from citybrain.base.places.layering import load_layers
from citybrain.base.places.sheet_files import ReadFeature, ReadLayer
from tests.applications.operations.map.tiles import STREET, get, tile_at

ACTOR = system_actor("test")


def load_road(name: str = "长虹路") -> None:
    line = shapely.LineString([(112.04, 32.1), (112.05, 32.1), (112.06, 32.1)])
    shapes = shapely.from_wkb(shapely.to_wkb([line]))
    load_layers([ReadLayer("roads", "roads", ["test"], [ReadFeature(name, "primary", 9, 22)], shapes)], actor=ACTOR)


def address(client, lon: float = STREET[0], lat: float = STREET[1], z: int = 12) -> str:
    version = client.get("/api/v1/public/map").json()["version"]
    return f"/public/tiles/{version}/{'/'.join(map(str, tile_at(lon, lat, z)))}.mvt"


def test_everybody_learns_where_the_city_lies(cast):
    found = cast.anonymous().get("/api/v1/public/map").json()
    assert found["city"] == {"code": "4206", "name": "襄阳市", "name_en": "", "is_simulated": False}
    assert found["bbox"] == [112.0, 32.0, 112.4, 32.2]
    assert found["layers"] == ["regions"]
    assert found["tiles"] == f"/api/v1/public/tiles/{found['version']}/{{z}}/{{x}}/{{y}}.mvt"


def test_without_a_city_there_is_no_map(db):
    from tests.cast import CityClient

    answer = CityClient().get("/api/v1/public/map")
    assert (answer.status_code, answer.json()["code"]) == (404, "place.no_city")


def test_a_tile_holds_regions_and_roads_but_no_grids_for_the_public(cast):
    lay_grid(cast.street, actor=ACTOR, size_m=1000)
    load_road()
    anybody = cast.anonymous()

    found = get(anybody, address(anybody, z=13))

    assert {one["properties"]["name"] for one in found["regions"]} == {"襄阳市", "樊城区", "王寨街道"}
    assert [one["properties"] for one in found["roads"]] == [{"class": "primary", "name": "长虹路"}]
    assert not {"grids", "grid_labels"} & set(found)


def test_labels_stand_on_exactly_one_tile(cast):
    names = []
    for x in range(3318, 3330):
        for y in range(1655, 1668):
            version = cast.anonymous().get("/api/v1/public/map").json()["version"]
            found = get(cast.anonymous(), f"/public/tiles/{version}/12/{x}/{y}.mvt")
            names += [one["properties"]["name"] for one in found.get("region_labels", [])]
    assert sorted(names) == sorted(["襄阳市", "樊城区", "王寨街道", "米公街道", "襄城区", "昭明街道"])


def test_a_change_of_the_map_is_another_address(cast):
    anybody = cast.anonymous()
    old = address(anybody)
    kept = anybody.get(f"/api/v1{old}")
    assert kept["Cache-Control"] == "public, max-age=31536000, immutable"

    rename_region(cast.street, actor=ACTOR, name="新王寨街道")

    new = address(anybody)
    assert new != old
    assert "新王寨街道" in {one["properties"]["name"] for one in get(anybody, new)["regions"]}
    late = anybody.get(f"/api/v1{old}")
    assert late["Cache-Control"] == "public, no-cache", "what an old address answers now is not what it will mean"
    assert get(anybody, old) == get(anybody, new)


def test_loading_a_layer_is_another_address_too(cast):
    anybody = cast.anonymous()
    old = address(anybody)
    load_road()
    assert address(anybody) != old
    assert anybody.get("/api/v1/public/map").json()["layers"] == ["regions", "roads"]


def test_a_tile_that_is_known_is_not_sent_again(cast):
    anybody = cast.anonymous()
    path = f"/api/v1{address(anybody)}"
    first = anybody.get(path, headers={"Accept-Encoding": "gzip"})
    assert first["Content-Encoding"] == "gzip"
    again = anybody.get(path, headers={"If-None-Match": first["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert "Content-Encoding" not in anybody.get(path)


def test_an_empty_tile_is_a_tile(cast):
    anybody = cast.anonymous()
    answer = anybody.get(f"/api/v1{address(anybody, lon=-30, lat=10)}")
    assert (answer.status_code, answer.content) == (200, b"")


@pytest.mark.parametrize(
    ("tile", "status"),
    [("23/0/0", 404), ("3/8/0", 404), ("3/0/8", 404), ("-1/0/0", 404), ("0/1/0", 404), ("3/-1/2", 404),
     ("9/99999999999999999999999/1", 404), ("a/0/0", 422), ("3/1.5/0", 422), ("3//0", 404)],
)  # fmt: skip
def test_what_is_no_tile_is_refused_in_words(cast, tile, status):
    answer = cast.anonymous().get(f"/api/v1/public/tiles/x/{tile}.mvt")
    assert answer.status_code == status
    assert answer["Content-Type"] == "application/problem+json"


def test_the_ends_of_the_world_are_tiles(cast):
    for x in (0, 4095):
        for y in (0, 4095):
            assert cast.anonymous().get(f"/api/v1/public/tiles/v/12/{x}/{y}.mvt").status_code == 200
