"""Which things are heard from, which are not, and on which an alarm fires."""

from __future__ import annotations

import csv
import io
from typing import Any

import numpy as np
import pytest

from citybrain.hubs.sensing.health.hearing import NOTHING, ONLINE, SILENT, Heard, Roll, gather
from citybrain.hubs.sensing.ingest.columns import NEVER
from tests.cast import Cast
from tests.hubs.sensing.health.conftest import Hear

pytestmark = pytest.mark.django_db


def listed(client: Any, query: str = "") -> list[dict[str, Any]]:
    response = client.get(f"/api/v1/things/health{query}")
    assert response.status_code == 200, response.content
    return list(response.json()["items"])


def codes(client: Any, query: str = "") -> list[str]:
    return [one["code"] for one in listed(client, query)]


def test_a_thing_shows_when_it_was_heard_from_and_what_fires(cast: Cast, stations: None) -> None:
    """Three periods are the limit: 2.9 hours of an hourly station are online, 3.1 are silence."""
    one, two, three, _ = listed(cast.client("leader"))
    assert (one["contact"], one["firing"], one["worst"]) == ("online", 2, 2)
    assert (one["headline"]["property"], one["headline"]["value"], one["headline"]["unit"]) == ("pm25", 160, "µg/m³")
    assert (one["last_at"], one["model_title"]["zh"]) == (one["headline"]["at"], "监测站")
    assert one["region_name"]
    assert (two["contact"], two["firing"], two["worst"]) == ("silent", 0, None)
    assert (three["contact"], three["last_at"], three["headline"]["value"]) == ("never", None, None)


def test_filters(cast: Cast, stations: None) -> None:
    client = cast.client("leader")
    assert codes(client, "?contact=online") == ["a-1", "b-1"]
    assert codes(client, "?contact=silent") == ["a-2"]
    assert codes(client, "?contact=never") == ["a-3"]
    assert codes(client, "?contact=online&region=420602") == ["b-1"]
    assert codes(client, "?firing=true") == ["a-1"]
    assert codes(client, "?firing=false") == ["a-2", "a-3", "b-1"]
    assert codes(client, "?severity=2") == ["a-1"]
    assert codes(client, "?severity=1") == []
    assert codes(client, "?q=新站") == ["a-3"]
    assert client.get("/api/v1/things/health?contact=asleep").status_code == 422


def test_pages_of_one_contact_follow_each_other(cast: Cast, stations: None, hear: Hear) -> None:
    hear("a-3", "pm25", 1, hours=0)
    client = cast.client("leader")
    found, after = [], ""
    for _ in range(5):
        page = client.get(f"/api/v1/things/health?contact=online&limit=1{after}").json()
        found += [one["code"] for one in page["items"]]
        if page["next"] is None:
            break
        after = f"&after={page['next']}"
    assert found == ["a-1", "a-3", "b-1"]
    refused = client.get("/api/v1/things/health?contact=online&after=rubbish")
    assert (refused.status_code, refused.json()["code"]) == (422, "input.cursor")


def test_counts_leave_the_chosen_contact_aside(cast: Cast, stations: None) -> None:
    client = cast.client("leader")
    whole = {"count": 4, "online": 2, "silent": 1, "never": 1, "firing": 1}
    assert client.get("/api/v1/things/health/count").json() == whole
    assert client.get("/api/v1/things/health/count?contact=silent").json() == whole
    assert client.get("/api/v1/things/health/count?region=420602").json() == {
        "count": 1, "online": 1, "silent": 0, "never": 0, "firing": 0,
    }  # fmt: skip


def test_another_county_is_neither_listed_nor_counted(cast: Cast, stations: None) -> None:
    client = cast.client("county_dispatcher")
    assert codes(client) == ["a-1", "a-2", "a-3"]
    assert codes(client, "?contact=online") == ["a-1"]
    assert client.get("/api/v1/things/health/count").json()["count"] == 3
    elsewhere = cast.client("dispatcher_elsewhere")
    assert codes(elsewhere) == ["b-1"]
    assert codes(elsewhere, "?firing=true") == []


def test_the_file_says_what_the_list_says(cast: Cast, stations: None) -> None:
    answer = cast.client("leader").get("/api/v1/things.csv?state=active")
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text)))
    assert [row["编码"] for row in rows] == ["a-1", "a-2", "a-3", "b-1"]
    assert (rows[0]["在线情况"], rows[0]["告警中"], rows[0]["最近值"]) == ("在线", "2", "160.0")
    assert rows[1]["名称"] == "'=昭明站", "a spreadsheet must not take a name for a formula"
    assert rows[2]["最近上报"] == ""


def test_a_long_file_asks_no_more_for_a_row(cast: Cast, stations: None, django_assert_max_num_queries: Any) -> None:
    client = cast.client("leader")
    with django_assert_max_num_queries(12):
        answer = client.get("/api/v1/things.csv")
        assert b"".join(answer.streaming_content).count(b"\r\n") == 5


def test_the_best_stream_speaks_for_the_thing() -> None:
    roll = Roll(np.array([1, 2, 3, 4], np.int32), np.array([7, 7, 8, 9]), np.array([10, 10, 10, 10]))
    heard = gather(roll, np.array([NEVER, 95, 80, NEVER]), now=100)
    assert heard.things.tolist() == [7, 8, 9]
    assert heard.contact.tolist() == [ONLINE, SILENT, NOTHING]
    assert heard.contact_of(np.array([9, 8, 5])).tolist() == [NOTHING, SILENT, NOTHING]
    assert Heard(np.zeros(0, np.int64), np.zeros(0, np.int8)).contact_of(np.array([1])).tolist() == [NOTHING]
