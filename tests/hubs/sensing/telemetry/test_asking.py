"""Asking for readings: hot and cold together, as one thing."""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime

import pyarrow as pa
import pytest

from citybrain.base.clock import MovableClock
from citybrain.hubs.sensing.telemetry import queries
from citybrain.hubs.sensing.things.models import Stream
from tests.hubs.sensing.telemetry.conftest import HOUR, MINUTE, Station

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def test_readings_come_in_order_of_time_with_their_ids(station: Station) -> None:
    station.reads(NOON, 35.0)
    station.reads(NOON - HOUR, 20.0, quality=3)
    answer = station.ask(from_=NOON - 2 * HOUR, to=NOON + HOUR).json()
    assert (answer["thing"], answer["unit"], answer["next"]) == ("air-1", "µg/m³", None)
    assert [(item["value"], item["quality"], item["id"]) for item in answer["items"]] == [
        (20.0, 3, "air-1/pm25/2026-03-01T11:00:00Z/0"),
        (35.0, 0, "air-1/pm25/2026-03-01T12:00:00Z/0"),
    ]


def test_hot_and_cold_answer_as_one(station: Station) -> None:
    for n in range(4):
        station.reads(NOON + n * MINUTE, float(n))
        station.reads(NOON + n * MINUTE, 100.0 + n, thing="air-2")
    assert station.move() == 8
    for n in range(4, 7):
        station.reads(NOON + n * MINUTE, float(n))
    assert station.values(from_=NOON, to=NOON + HOUR) == [0, 1, 2, 3, 4, 5, 6]
    assert station.values(from_=NOON + 2 * MINUTE, to=NOON + 5 * MINUTE) == [2, 3, 4]
    assert station.values(thing="air-2", from_=NOON, to=NOON + HOUR) == [100, 101, 102, 103]


def test_a_correction_replaces_and_the_past_knowledge_stays(station: Station, clock: MovableClock) -> None:
    """A reading in the lake is corrected later; asked as known before, the first value is answered."""
    station.reads(NOON, 35.0)
    station.move()
    before = clock.now()
    clock.move(hours=1)
    station.reads(NOON, 53.0)
    span = {"from_": NOON, "to": NOON + HOUR}
    assert station.values(**span) == [53]
    assert station.values(**span, as_known_at=before) == [35]
    station.move()
    assert station.values(**span) == [53]
    assert station.values(**span, as_known_at=before) == [35]


def test_pages_follow_each_other(station: Station) -> None:
    for n in range(7):
        station.reads(NOON + n * MINUTE, float(n))
    seen, after = [], None
    for _ in range(3):
        page = station.ask(from_=NOON, to=NOON + HOUR, limit=3, **({"after": after} if after else {})).json()
        seen += [item["value"] for item in page["items"]]
        after = page["next"]
    assert (seen, after) == ([0, 1, 2, 3, 4, 5, 6], None)


def test_stretches_of_time(station: Station) -> None:
    for n in range(120):
        station.reads(NOON + n * MINUTE, float(n), quality=1 if n == 119 else 0)
    station.move()
    hours = station.ask(from_=NOON, to=NOON + 2 * HOUR, every="1h", agg="mean").json()["items"]
    assert [(item["at"], item["value"], item["count"]) for item in hours] == [
        ("2026-03-01T12:00:00Z", 29.5, 60),
        ("2026-03-01T13:00:00Z", 89.0, 59),  # the bad one is not counted
    ]
    assert [(item["lowest"], item["highest"]) for item in hours] == [(0, 59), (60, 118)]
    assert station.values(from_=NOON, to=NOON + 2 * HOUR, every="1h", agg="max") == [59, 118]
    assert station.values(from_=NOON, to=NOON + 2 * HOUR, every="90m", agg="count") == [90, 29]
    assert station.values(from_=NOON, to=NOON + 2 * HOUR, every="1d", agg="last") == [118]


def test_days_begin_at_the_midnight_of_the_city(station: Station) -> None:
    """23:30 in the city (Shanghai) is 15:30 UTC; half an hour later its next day begins."""
    station.reads(datetime(2026, 3, 1, 15, 30, tzinfo=UTC), 1.0)
    station.reads(datetime(2026, 3, 1, 16, 30, tzinfo=UTC), 5.0)
    days = station.ask(from_=NOON, to=NOON + 12 * HOUR, every="1d", agg="sum").json()["items"]
    assert [(item["at"], item["value"]) for item in days] == [
        ("2026-02-28T16:00:00Z", 1.0),
        ("2026-03-01T16:00:00Z", 5.0),
    ]


def test_values_are_answered_in_the_words_of_the_property(station: Station) -> None:
    station.reads(NOON, 2.0, name="wind")
    station.reads(NOON, 1.0, name="fault")
    span = {"from_": NOON, "to": NOON + HOUR}
    assert station.values(property="wind", **span) == ["S"]
    assert station.values(property="fault", **span) == [True]
    assert station.values(property="wind", every="1h", agg="last", **span) == ["S"]
    refused = station.ask(property="wind", every="1h", agg="mean", **span)
    assert (refused.status_code, refused.json()["errors"][0]["code"]) == (422, "telemetry.words")


def test_as_a_file(station: Station) -> None:
    station.reads(NOON, 35.0)
    station.reads(NOON + MINUTE, 36.0)
    client = station.cast.client("administrator")
    question = {"thing": "air-1", "property": "pm25", "from": NOON.isoformat(), "limit": 1}
    as_csv = client.get("/api/v1/telemetry", question, headers={"accept": "text/csv"})
    (row,) = csv.DictReader(io.StringIO(as_csv.content.decode()))
    assert (row["at"], row["value"], row["id"]) == (
        "2026-03-01T12:00:00Z",
        "35.0",
        "air-1/pm25/2026-03-01T12:00:00Z/0",
    )
    assert as_csv.headers["X-Next"] == "2026-03-01T12:00:00Z"
    as_arrow = client.get("/api/v1/telemetry", question, headers={"accept": "application/vnd.apache.arrow.stream"})
    assert pa.ipc.open_stream(as_arrow.content).read_all().column("value").to_pylist() == [35.0]


@pytest.mark.parametrize(
    ("question", "status", "field"),
    [
        ({"to": NOON - HOUR, "from_": NOON}, 422, "to"),
        ({"every": "1h"}, 422, "agg"),
        ({"agg": "mean"}, 422, "every"),
        ({"every": "an hour", "agg": "mean"}, 422, "every"),
        ({"every": "1s", "agg": "mean", "from_": datetime(2020, 1, 1, tzinfo=UTC)}, 422, "every"),
        ({"after": "yesterday"}, 422, "after"),
        ({"after": "2026-03-01T12:00:00"}, 422, "after"),
        ({"after": "0001-01-01T00:00:00+14:00"}, 422, "after"),
        ({"property": "pm26"}, 404, None),
        ({"thing": "air-9"}, 404, None),
    ],
)
def test_a_question_that_cannot_be_answered_says_why(
    station: Station, question: dict[str, object], status: int, field: str | None
) -> None:
    answer = station.ask(**question)
    assert answer.status_code == status
    if field:
        assert [error["field"] for error in answer.json()["errors"]] == [field]


@pytest.mark.parametrize(
    "question",
    [
        {"after": "9999-12-31T23:59:59.999999Z"},
        {"after": "0001-01-01T00:00:00Z"},
        {"every": "999999d", "agg": "count"},
        {"every": "7d", "agg": "median"},
        {"from_": datetime(1900, 1, 1, tzinfo=UTC), "to": datetime(2199, 1, 1, tzinfo=UTC)},
        {"thing": "air-1\0", "status": 400},
        {"thing": "空气", "status": 404},
        {"property": "pm25'; DROP TABLE hot", "status": 404},
    ],
)
def test_strange_questions_have_an_answer(station: Station, question: dict[str, object]) -> None:
    station.reads(NOON, 35.0)
    station.move()
    station.reads(NOON + MINUTE, 36.0)
    question = dict(question)
    expected = question.pop("status", 200)
    assert station.ask(**question).status_code in (expected, 422)


def test_without_from_and_to_it_is_the_last_day(station: Station, clock: MovableClock) -> None:
    station.reads(clock.now() - 25 * HOUR, 1.0)
    station.reads(clock.now() - 23 * HOUR, 2.0)
    station.reads(clock.now(), 3.0)
    assert station.values() == [2, 3]


def test_a_duty_in_another_county_does_not_see_the_thing(station: Station) -> None:
    station.reads(NOON, 35.0)
    span = {"from_": NOON, "to": NOON + HOUR}
    assert station.ask("county_dispatcher", **span).status_code == 200
    hidden = station.ask("county_dispatcher", thing="air-2", **span)
    unknown = station.ask("county_dispatcher", thing="air-9", **span)
    assert (hidden.status_code, hidden.json()["code"]) == (unknown.status_code, unknown.json()["code"])
    assert hidden.status_code == 404
    assert station.ask("nobody", **span).status_code in (403, 404)


def test_the_latest_values_are_read_from_memory(station: Station) -> None:
    station.reads(NOON, 35.0)
    station.reads(NOON, 36.0)
    station.reads(NOON - HOUR, 1.0)
    streams = dict(Stream.objects.filter(thing__code="air-1").values_list("property", "pk"))
    latest = queries.latest_of({**streams, "nothing": 10**9})
    assert list(latest) == ["pm25"]
    assert (latest["pm25"].value, latest["pm25"].at, latest["pm25"].sequence) == (36, NOON, 1)
    shown = station.cast.client("administrator").get("/api/v1/things/air-1/latest")
    assert {row["property"]: row["value"] for row in shown.json()} == {"pm25": 36, "wind": None, "fault": None}


def test_a_reading_is_found_by_its_id_also_after_it_was_corrected(station: Station) -> None:
    station.reads(NOON, 35.0)
    station.move()
    station.reads(NOON, 36.0)
    viewer = station.cast.viewer("county_dispatcher")
    first = queries.find_reading(viewer, "air-1/pm25/2026-03-01T12:00:00Z/0")
    second = queries.find_reading(viewer, "air-1/pm25/2026-03-01T12:00:00Z/1")
    assert first is not None
    assert second is not None
    assert (first.value, second.value, second.unit) == (35, 36, "µg/m³")
    station.reads(NOON, 1.0, thing="air-2")
    for missing in (
        "air-1/pm25/2026-03-01T12:00:00Z/2",
        "air-1/pm25/2026-03-01T12:00:01Z/0",
        "air-1/pm26/2026-03-01T12:00:00Z/0",
        "air-2/pm25/2026-03-01T12:00:00Z/0",  # another county
        "air-1/pm25/2026-03-01T12:00:00/0",
        "nonsense",
        "air-1/pm25/x/y",
        "air-1/pm25/9999-12-31T23:59:59.999999Z/0",
        "air-1/pm25/0001-01-01T00:00:00+14:00/0",
    ):
        assert queries.find_reading(viewer, missing) is None
