"""Asking for things: lists, models, the latest readings, and who sees what."""

from __future__ import annotations

from datetime import timedelta

import numpy as np
import pytest

from citybrain.base.clock import to_micros
from citybrain.hubs.sensing.ingest.latest import Latest, records_of
from citybrain.hubs.sensing.things.models import Stream, Thing

pytestmark = pytest.mark.django_db


@pytest.fixture
def stations(cast, station):
    rows = [
        {"code": "a-1", "name": "王寨站", "model": "test.station", "lon": 112.05, "lat": 32.05, "organisation": "eco"},
        {"code": "a-2", "name": "昭明站", "model": "test.station", "lon": 112.3, "lat": 32.05, "organisation": "urban"},
        {"code": "a-3", "name": "城外站", "model": "test.station", "lon": 99.0, "lat": 32.05},
    ]
    assert cast.token_client("integrator").post("/api/v1/things", rows).json()["accepted"] == 3


def codes(client, query=""):
    response = client.get(f"/api/v1/things{query}")
    assert response.status_code == 200, response.content
    return [one["code"] for one in response.json()["items"]]


def test_filters(cast, stations):
    client = cast.client("leader")
    assert codes(client) == ["a-1", "a-2", "a-3"]
    assert codes(client, "?region=420606") == ["a-1"]
    assert codes(client, "?region=4206") == ["a-1", "a-2"]
    assert codes(client, "?q=昭明") == ["a-2"]
    assert codes(client, "?q=A-3") == ["a-3"]
    assert codes(client, "?model=test.station&unlocated=true") == ["a-3"]
    assert client.get("/api/v1/things?model=no.such").json()["errors"][0]["field"] == "model"
    assert client.get("/api/v1/things?region=999").json()["code"] == "place.unknown_region"
    cast.client("steward").post("/api/v1/things/a-1/retire", {})
    assert codes(client, "?state=retired") == ["a-1"]


def test_pages(cast, stations):
    first = cast.client("leader").get("/api/v1/things?limit=2").json()
    rest = cast.client("leader").get(f"/api/v1/things?limit=2&after={first['next']}").json()
    assert [one["code"] for one in first["items"] + rest["items"]] == ["a-1", "a-2", "a-3"]
    assert rest["next"] is None


def test_who_sees_what(cast, stations):
    assert codes(cast.client("county_dispatcher")) == ["a-1"]
    assert codes(cast.client("dispatcher_elsewhere")) == ["a-2"]
    assert codes(cast.client("handler")) == ["a-2"], "what belongs to his organisation"
    assert codes(cast.client("nobody")) == []
    assert cast.client("dispatcher_elsewhere").get("/api/v1/things/a-1").status_code == 404
    assert cast.client("dispatcher_elsewhere").get("/api/v1/things/a-1/latest").status_code == 404
    assert cast.client("county_dispatcher").get("/api/v1/things/a-3").status_code == 404, "nobody's place: root only"
    assert cast.anonymous().get("/api/v1/things").status_code == 401


def test_one_thing_with_what_it_reports(cast, stations):
    shown = cast.client("leader").get("/api/v1/things/a-1").json()
    assert shown["properties"]["pm25"]["unit"] == "µg/m³"
    assert shown["region_code"] == "420606001"
    missing = cast.client("leader").english().get("/api/v1/things/a-9")
    assert (missing.status_code, missing.json()["code"]) == (404, "things.unknown")
    assert "a-9" in missing.json()["title"]


def test_models_count_what_the_viewer_sees(cast, stations):
    models = {one["key"]: one for one in cast.client("leader").get("/api/v1/things/models").json()}
    assert models["test.station"]["thing_count"] == 3
    mine = {one["key"]: one for one in cast.client("county_dispatcher").get("/api/v1/things/models").json()}
    assert mine["test.station"]["thing_count"] == 1


def test_a_model_of_our_own(cast, station):
    body = {"title": {"zh": "泵", "en": "Pump"}, "properties": {
        "flow": {"title": {"zh": "流量", "en": "Flow"}, "type": "number", "unit": "m3/h"}}}  # fmt: skip
    client = cast.token_client("integrator")
    made = client.put("/api/v1/things/models/ours.pump", body, "application/json")
    assert made.status_code == 200, made.content
    assert made.json()["properties"]["flow"]["unit"] == "m³/h"
    wrong = {**body, "properties": {"flow": {**body["properties"]["flow"], "unit": "furlong"}}}
    assert client.put("/api/v1/things/models/ours.pump", wrong, "application/json").status_code == 422
    assert cast.client("dispatcher").put("/api/v1/things/models/ours.pump", body, "application/json").status_code == 403


def test_the_latest_reading_of_each_property(cast, stations, clock, tmp_path, settings):
    settings.DATA_DIR = tmp_path
    (tmp_path / "hot").mkdir()
    streams = dict(Stream.objects.filter(thing__code="a-1").values_list("property", "pk"))
    latest = Latest(tmp_path / "hot" / "latest.bin")
    latest.reserve(1 + max(streams.values()))
    latest.publish()
    at = [to_micros(clock.now() - timedelta(hours=hours)) for hours in (1, 5)]
    ids = np.array([streams["pm25"], streams["wind"]], np.int32)
    records = records_of(np.array(at, np.int64), np.array([35.0, 2.0]), np.array([0, 1]), np.array([0, 0]), at[0])
    latest.update(ids, records, (1, 0))

    shown = {one["property"]: one for one in cast.client("leader").get("/api/v1/things/a-1/latest").json()}

    assert (shown["pm25"]["value"], shown["pm25"]["unit"], shown["pm25"]["online"]) == (35.0, "µg/m³", True)
    assert (shown["wind"]["value"], shown["wind"]["quality"], shown["wind"]["online"]) == ("S", 1, False)
    assert (shown["fault"]["at"], shown["fault"]["value"], shown["fault"]["online"]) == (None, None, False)


def test_before_any_reading_came_nothing_is_online(cast, stations, tmp_path, settings):
    settings.DATA_DIR = tmp_path
    shown = cast.client("leader").get("/api/v1/things/a-1/latest").json()
    assert [(one["value"], one["online"]) for one in shown] == [(None, False)] * 3


def test_a_list_asks_as_often_for_many_as_for_few(cast, station, django_assert_max_num_queries):
    rows = [{"code": f"n-{n}", "model": "test.station"} for n in range(100)]
    cast.token_client("integrator").post("/api/v1/things", rows)
    client = cast.client("leader")
    codes(client)
    with django_assert_max_num_queries(6):
        assert len(codes(client, "?limit=100")) == 100
    assert Thing.objects.count() == 100
