"""The HTTP door of places, with people who have real duties."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from citybrain.base.accounts.roles import role_of
from citybrain.base.accounts.types import Viewer, grant_of
from citybrain.base.errors import Forbidden
from citybrain.base.places.models import Region, RegionBoundary
from citybrain.base.places.queries import get_region_to_change

API = "/api/v1/places"
TRIANGLE = {"type": "Polygon", "coordinates": [[[112.0, 32.0], [112.1, 32.0], [112.1, 32.2], [112.0, 32.0]]]}


def test_the_city_says_its_levels_and_its_box(cast):
    found = cast.client("handler").get(f"{API}/city").json()
    assert (found["name"], found["time_zone"], found["root"]) == ("襄阳市", "Asia/Shanghai", "4206")
    assert [level["key"] for level in found["levels"]] == ["city", "county", "street"]
    assert found["bbox"] == [112.0, 32.0, 112.4, 32.2]


def test_without_a_city_the_answer_says_what_to_do(cast):
    cast.city.delete()
    refused = cast.client("handler").english().get(f"{API}/city")
    assert refused.status_code == 404
    assert "citybrain city import" in refused.json()["detail"]


def test_regions_are_listed_by_parent_level_and_name(cast):
    client = cast.client("dispatcher")

    def codes(**wanted: str) -> list[str]:
        return [one["code"] for one in client.get(f"{API}/regions", wanted).json()["items"]]

    assert codes(parent="4206") == ["420602", "420606"]
    assert codes(parent="") == ["4206"]
    assert codes(level="street") == ["420602001", "420606001", "420606002"]
    assert codes(search="王寨") == ["420606001"]
    assert codes(search="42060") == ["420602", "420602001", "420606", "420606001", "420606002"]
    assert codes(parent="420606001") == []
    assert client.get(f"{API}/regions", {"parent": "nowhere"}).json()["code"] == "place.unknown_region"


def test_regions_are_read_by_their_codes_ended_ones_too(cast, clock):
    """What an old case names has a name on screen, also when the region is no more."""
    client = cast.client("dispatcher")
    Region.objects.filter(code="420606002").update(valid_to=clock.now())

    def names(query: str) -> list[str]:
        return [one["code"] for one in client.get(f"{API}/regions?{query}").json()["items"]]

    assert names("code=420606002&code=4206&code=nowhere") == ["4206", "420606002"]
    assert "420606002" not in names("level=street")


def test_pages_follow_each_other(cast):
    client = cast.client("dispatcher")
    seen, after = [], None
    for _ in range(10):
        page = client.get(f"{API}/regions", {"limit": 2, **({"after": after} if after else {})}).json()
        seen += [one["path"] for one in page["items"]]
        after = page["next"]
        if after is None:
            break
    assert seen == sorted(Region.objects.values_list("path", flat=True))
    assert client.get(f"{API}/regions", {"after": "nonsense"}).status_code == 422


def test_one_region_with_those_above_it(cast):
    found = cast.client("leader").get(f"{API}/regions/420606001").json()
    assert found["path"] == "/4206/420606/420606001/"
    assert [one["name"] for one in found["above"]] == ["襄阳市", "樊城区"]
    assert found["has_parts"] is False
    assert (found["population"], found["population_at"], found["population_source"]) == (None, None, "")
    Region.objects.filter(code="420606").update(
        population=856_000, population_at=date(2020, 11, 1), population_source="census"
    )
    counted = cast.client("leader").get(f"{API}/regions/420606").json()
    assert (counted["population"], counted["population_at"]) == (856_000, "2020-11-01")
    assert cast.client("leader").get(f"{API}/regions/nowhere").status_code == 404


@pytest.mark.parametrize("path", ["regions?limit=500", "regions/420606001", "regions/420606001/boundary"])
def test_the_number_of_statements_does_not_grow_with_the_rows(cast, path, django_assert_num_queries):
    client = cast.token_client("dispatcher")
    client.get(f"{API}/{path}")
    with CaptureQueriesContext(connection) as few:
        client.get(f"{API}/{path}")
    rows = [
        Region(code=f"x{i}", name=f"x{i}", level="street", parent=cast.county, path=f"{cast.county.path}x{i}/")
        for i in range(60)
    ]
    Region.objects.bulk_create(rows)
    with django_assert_num_queries(len(few)):
        client.get(f"{API}/{path}")


def test_a_boundary_is_geojson(cast):
    found = cast.client("handler").get(f"{API}/regions/420606/boundary").json()
    assert found["type"] == "Feature"
    assert found["bbox"] == [112.0, 32.0, 112.2, 32.2]
    assert found["geometry"]["type"] == "Polygon"
    assert found["properties"]["name"] == "樊城区"
    Region.objects.create(code="bare", name="bare", level="street", parent=cast.county, path="/4206/420606/bare/")
    refused = cast.client("handler").english().get(f"{API}/regions/bare/boundary")
    assert (refused.status_code, refused.json()["code"]) == (404, "place.no_boundary")


def test_a_point_is_located_in_any_system(cast):
    client = cast.client("grid_worker").english()
    found = client.get(f"{API}/locate", {"lon": 112.05, "lat": 32.1}).json()
    assert (found["region"], found["level"], found["path"]) == ("420606001", "street", "/4206/420606/420606001/")
    assert len(found["h3"]) == 15
    gcj = client.get(f"{API}/locate", {"lon": 112.103, "lat": 32.1, "crs": "GCJ-02"}).json()
    assert gcj["region"] == "420606001"
    assert gcj["lon"] == pytest.approx(112.0976, abs=1e-3)
    outside = client.get(f"{API}/locate", {"lon": 100, "lat": 30}).json()
    assert (outside["region"], outside["level"]) == (None, "")


@pytest.mark.parametrize(
    ("wanted", "code"),
    [
        ({"lon": 32.1, "lat": 112.05}, "place.swapped"),
        ({"lon": 500, "lat": 30}, "place.out_of_range"),
        ({"lon": "nan", "lat": 30}, "place.not_a_number"),
        ({"lon": 112, "lat": 30, "crs": "EPSG:2436"}, "input.invalid"),
        ({"lon": 112}, "input.invalid"),
        ({"lon": 112, "lat": 30, "at": "2026-01-01T00:00:00"}, "input.invalid"),
        ({"lon": 112, "lat": 30, "at": "0001-01-01T00:00:00+14:00"}, "input.invalid"),
    ],
)
def test_a_point_that_cannot_be_is_refused_with_the_reason(cast, wanted, code):
    refused = cast.client("handler").english().get(f"{API}/locate", wanted)
    assert (refused.status_code, refused.json()["code"]) == (422, code)


def test_a_text_names_a_region(cast):
    client = cast.client("dispatcher")
    found = client.get(f"{API}/named", {"text": "樊城区王寨街道长虹路"}).json()
    assert (found["region"], found["why"], found["words"]) == ("420606001", "named", ["樊城区", "王寨街道"])
    assert client.get(f"{API}/named", {"text": "路灯不亮"}).json()["region"] is None


def test_a_steward_keeps_the_tree(cast):
    client = cast.client("steward")
    body = {"code": "420606003", "name": "定中门街道", "level": "street", "parent": "420606"}
    made = client.post(f"{API}/regions", body)
    assert made.status_code == 201
    assert made.json()["path"] == "/4206/420606/420606003/"
    assert client.post(f"{API}/regions", body).status_code == 409

    assert (
        client.patch(f"{API}/regions/420606003", {"name": "定中街道"}, "application/json").json()["name"] == "定中街道"
    )
    moved = client.post(f"{API}/regions/420606003/move", {"parent": "420602"})
    assert moved.json()["path"] == "/4206/420602/420606003/"
    drawn = client.put(f"{API}/regions/420606003/boundary", {"geometry": TRIANGLE, "crs": "GCJ-02"}, "application/json")
    assert drawn.json()["properties"]["code"] == "420606003"
    assert drawn.json()["bbox"][0] < 112.0
    ended = client.post(f"{API}/regions/420606003/end", {})
    assert ended.status_code == 200
    assert client.get(f"{API}/regions/420606003").json()["valid_to"] is not None
    assert client.get(f"{API}/regions", {"parent": "420602"}).json()["items"][0]["code"] == "420602001"


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"geometry": {"type": "Point", "coordinates": [1, 2]}}, "place.outline"),
        ({"geometry": {"type": "Polygon", "coordinates": [[[1, 2], ["x", 4]]]}}, "place.outline"),
        ({"geometry": {"type": "Polygon", "coordinates": [[[4e5, 3e6], [5e5, 3e6], [5e5, 4e6]]]}}, "place.outline"),
        ({"geometry": TRIANGLE, "colour": "red"}, "input.invalid"),
    ],
)  # fmt: skip
def test_an_outline_that_cannot_be_is_refused_and_nothing_happens(cast, body, code):
    refused = cast.client("steward").put(f"{API}/regions/420606001/boundary", body, "application/json")
    assert (refused.status_code, refused.json()["code"]) == (422, code)
    assert RegionBoundary.objects.filter(region__code="420606001").count() == 1


WRITES = [
    ("post", "regions", {"code": "n1", "name": "n", "level": "street", "parent": "420606"}),
    ("patch", "regions/420606001", {"name": "n"}),
    ("post", "regions/420606001/move", {"parent": "420602"}),
    ("post", "regions/420606001/end", {}),
    ("put", "regions/420606001/boundary", {"geometry": TRIANGLE}),
]


def everything() -> list[tuple]:
    boundaries = RegionBoundary.objects.values_list("region__code", "valid_to", "area_km2").order_by("pk")
    return [*Region.objects.values_list("code", "name", "path", "valid_to").order_by("pk"), *boundaries]


@pytest.mark.parametrize("who", ["dispatcher", "handler", "leader", "integrator", "citizen", "nobody", None])
@pytest.mark.parametrize(("verb", "path", "body"), WRITES)
def test_who_does_not_keep_the_tree_changes_nothing(cast, who, verb, path, body):
    client = cast.client(who) if who else cast.anonymous()
    before = everything()
    refused = getattr(client, verb)(f"{API}/{path}", body, "application/json")
    assert refused.status_code == (403 if who else 401)
    assert everything() == before


@pytest.mark.parametrize("path", ["city", "regions", "regions/420606", "regions/420606/boundary",
                                  "locate?lon=112&lat=32", "named?text=x"])  # fmt: skip
def test_nobody_reads_without_a_duty(cast, path):
    assert cast.anonymous().get(f"{API}/{path}").status_code == 401
    assert cast.client("nobody").get(f"{API}/{path}").status_code == 403


def test_a_steward_of_one_county_changes_only_that_county(cast):
    """He reads the whole map, as everybody does, and changes his own part of it."""
    grant = grant_of(role_of("steward"), region_path=cast.county.path)
    steward = Viewer("user", 1, "user:1", "one county", (grant,))
    assert get_region_to_change("420606001", actor=steward) == cast.street
    with pytest.raises(Forbidden):
        get_region_to_change("420602001", actor=steward)
