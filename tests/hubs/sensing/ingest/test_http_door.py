"""What the HTTP door takes, what it refuses, and what it says."""

from __future__ import annotations

import gzip
import itertools
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.hubs.sensing.ingest.process import Sense, until
from tests.hubs.sensing.ingest.world import HISTORY, SOUTH, token, write

pytestmark = pytest.mark.processes
_times = itertools.count()


def at() -> str:
    """A moment within the last day that no other test uses."""
    return (datetime.now(UTC) - timedelta(hours=20) + timedelta(seconds=next(_times))).isoformat()


def reading(value: Any = 42.5, **other: Any) -> dict[str, Any]:
    return {"thing": "air-1", "property": "pm25", "at": at(), "value": value, **other}


def reason(sense: Sense, row: Any, **how: Any) -> tuple[str, str]:
    """Why this row is refused while the good ones before and after it are taken: field and code."""
    answer = sense.send([reading(), row, reading()], **how).json()
    assert answer["accepted"] == 2, answer
    (refused,) = answer["rejected"]
    assert refused["index"] == 1
    assert refused["reason"]
    assert refused["cure"]
    assert "<" not in refused["cure"], "a text without its data"
    return refused["field"], refused["code"]


def test_a_batch_is_taken_and_the_latest_is_there_at_once(sense: Sense) -> None:
    first, second = reading(10), reading(20)
    answer = sense.send([first, second])
    assert answer.status_code == 200
    assert answer.json() == {"accepted": 2, "duplicates": 0, "rejected": []}
    latest = sense.http.get("/latest?thing=air-1", headers={"Authorization": "Bearer a-live-secret"}).json()
    assert latest["properties"]["pm25"]["value"] == 20
    assert latest["properties"]["door"] is None


def test_the_same_value_again_is_a_duplicate_and_another_value_a_correction(sense: Sense) -> None:
    one = reading(10)
    assert sense.send([one]).json()["duplicates"] == 0
    assert sense.send([one, one]).json() == {"accepted": 2, "duplicates": 2, "rejected": []}
    assert sense.send([{**one, "value": 11}]).json() == {"accepted": 1, "duplicates": 0, "rejected": []}
    assert sense.send([one, {**one, "value": 11}]).json()["duplicates"] == 2


@pytest.mark.parametrize("wrong_too", [True, False])
@pytest.mark.parametrize("lines", [True, False])
def test_a_clock_that_stands_still_is_told_row_by_row(sense: Sense, wrong_too: bool, lines: bool) -> None:
    stuck = reading(0)
    assert sense.send([{**stuck, "value": n / 10} for n in range(1001)]).json()["accepted"] == 1001
    first = {**reading(), "value": -1} if wrong_too else reading()
    batch = [first, {**stuck, "value": 900}, stuck, {**stuck, "value": 901}]
    given = ["", *map(json.dumps, batch)]
    kind = {"Content_Type": "application/x-ndjson"} if lines else {}
    answer = sense.send("\n".join(given).encode() if lines else json.dumps(batch).encode(), **kind).json()
    assert (answer["accepted"], answer["duplicates"]) == (1 if wrong_too else 2, 1)
    told = [(one["index"] - lines, one["field"], one["code"]) for one in answer["rejected"]]
    refused = [(place, "at", "observation.corrected_too_often") for place in (1, 3)]
    assert told == ([(0, "value", "observation.out_of_range")] if wrong_too else []) + refused
    assert "corrected 1000 times" in answer["rejected"][-1]["reason"]


def test_a_duplicate_inside_one_batch_is_stored_once(sense: Sense) -> None:
    one = reading(10)
    assert sense.send([one, reading(3), one]).json() == {"accepted": 3, "duplicates": 1, "rejected": []}


@pytest.mark.parametrize("lines_by", ["content type", "first byte"])
def test_ndjson(sense: Sense, lines_by: str) -> None:
    body = "\n".join(json.dumps(reading(n)) for n in range(5)).encode() + b"\n"
    headers = {"Content_Type": "application/x-ndjson"} if lines_by == "content type" else {}
    assert sense.send(body, **headers).json()["accepted"] == 5


def test_a_broken_third_line_of_a_thousand_costs_that_line_only(sense: Sense) -> None:
    rows = [json.dumps(reading(n)) for n in range(1000)]
    rows[2] = rows[2][:-7]
    answer = sense.send("\n".join(rows).encode(), Content_Type="application/x-ndjson").json()
    assert answer["accepted"] == 999
    (refused,) = answer["rejected"]
    assert (refused["index"], refused["code"]) == (2, "observation.broken_line")


def test_one_object_alone_is_a_batch_of_one(sense: Sense) -> None:
    assert sense.send(json.dumps(reading(), indent=2).encode()).json()["accepted"] == 1


def test_gzip(sense: Sense) -> None:
    body = gzip.compress(json.dumps([reading(), reading()]).encode())
    assert sense.send(body, Content_Encoding="gzip").json()["accepted"] == 2
    broken = sense.send(body[:-9], Content_Encoding="gzip")
    assert (broken.status_code, broken.json()["code"]) == (400, "observation.bad_encoding")


def test_gzip_of_several_members(sense: Sense) -> None:
    """Whoever compresses piece by piece writes them one after the other (RFC 1952)."""
    pieces = [gzip.compress(json.dumps(reading(n)).encode() + b"\n") for n in range(3)]
    body = b"".join(pieces)
    assert sense.send(body, Content_Encoding="gzip").json()["accepted"] == 3
    broken = sense.send(body[:-9], Content_Encoding="gzip")
    assert (broken.status_code, broken.json()["code"]) == (400, "observation.bad_encoding")
    assert sense.send(pieces[0] + b"rest", Content_Encoding="gzip").status_code == 400


def test_members_that_unpack_to_too_much_together_or_are_too_many(sense: Sense) -> None:
    assert sense.send(gzip.compress(b" " * 9_000_000) * 2, Content_Encoding="gzip").status_code == 413
    assert sense.send(gzip.compress(b"") * 800_000, Content_Encoding="gzip").status_code == 400


def test_booleans_enums_and_integers(sense: Sense) -> None:
    rows = [reading(True, property="door"), reading("busy", property="mode"), reading(3.0, property="count")]
    assert sense.send(rows).json() == {"accepted": 3, "duplicates": 0, "rejected": []}
    latest = sense.http.get("/latest?thing=air-1", headers={"Authorization": "Bearer a-live-secret"}).json()
    values = {name: latest["properties"][name]["value"] for name in ("door", "mode", "count")}
    assert values == {"door": True, "mode": "busy", "count": 3}


@pytest.mark.parametrize(
    ("row", "field", "code"),
    [
        ({"thing": "air-9"}, "thing", "observation.unknown_thing"),
        ({"thing": None}, "thing", "input.required"),
        ({"thing": 7}, "thing", "observation.wrong_type"),
        ({"property": "pm26"}, "property", "observation.unknown_property"),
        ({"property": ["pm25"]}, "property", "observation.wrong_type"),
        ({"value": None}, "value", "input.required"),
        ({"value": "42.5"}, "value", "observation.wrong_type"),
        ({"value": True}, "value", "observation.wrong_type"),
        ({"value": -0.1}, "value", "observation.out_of_range"),
        ({"value": 1000.5}, "value", "observation.out_of_range"),
        ({"property": "count", "value": 2.5}, "value", "observation.wrong_type"),
        ({"property": "count", "value": -1}, "value", "observation.out_of_range"),
        ({"property": "door", "value": 1}, "value", "observation.wrong_type"),
        ({"property": "mode", "value": "lazy"}, "value", "observation.unknown_value"),
        ({"property": "mode", "value": 1}, "value", "observation.wrong_type"),
        ({"at": None}, "at", "input.required"),
        ({"at": 1772413200}, "at", "observation.wrong_type"),
        ({"at": "yesterday"}, "at", "observation.not_a_time"),
        ({"at": "2026-02-30T00:00:00Z"}, "at", "observation.not_a_time"),
        ({"at": "2026-03-02T09:00:00"}, "at", "observation.no_zone"),
        ({"at": "2013-03-01T00:00:00Z"}, "at", "observation.too_old"),
        ({"at": "2113-03-01T00:00:00Z"}, "at", "observation.in_the_future"),
        ({"quality": 128}, "quality", "observation.quality"),
        ({"quality": -1}, "quality", "observation.quality"),
        ({"quality": "good"}, "quality", "observation.quality"),
    ],
)
def test_a_bad_row_says_which_field_and_why(sense: Sense, row: dict[str, Any], field: str, code: str) -> None:
    assert reason(sense, {**reading(), **row}) == (field, code)


@pytest.mark.parametrize("row", [1, "x", None, [], [1]])
def test_a_row_that_is_no_object(sense: Sense, row: Any) -> None:
    assert reason(sense, row) == ("", "observation.not_an_object")


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity", "1e999", "1" * 4301])
def test_numbers_that_are_not_finite_cost_their_row_only(sense: Sense, number: str) -> None:
    bad = json.dumps(reading("here")).replace('"here"', number)
    body = f"[{json.dumps(reading())},{bad},{json.dumps(reading())}]".encode()
    answer = sense.send(body).json()
    assert answer["accepted"] == 2
    assert [(one["index"], one["code"]) for one in answer["rejected"]] == [(1, "observation.not_finite")]


def test_text_that_is_no_text_costs_its_row_only(sense: Sense) -> None:
    half = json.dumps(reading(thing="\ud800")).encode()
    answer = sense.send(b"[" + half + b"," + json.dumps(reading()).encode() + b"]").json()
    assert (answer["accepted"], answer["rejected"][0]["code"]) == (1, "observation.unknown_thing")


def test_reasons_are_told_in_the_readers_language(sense: Sense) -> None:
    bad = [{**reading(), "at": "2026-03-02T09:00:00"}]
    english = sense.send(bad, language="en-GB, zh;q=0.5").json()["rejected"][0]["reason"]
    chinese = sense.send(bad, language="zh-CN,zh;q=0.9,en;q=0.8").json()["rejected"][0]["reason"]
    assert english == "The time 2026-03-02T09:00:00 has no zone"
    assert chinese == "时间 2026-03-02T09:00:00 没有时区"


def test_history_may_send_any_past_time_and_no_future(sense: Sense) -> None:
    old = {**reading(), "at": "1913-03-01T00:00:00+08:00"}
    assert sense.send([old], secret=HISTORY).json()["accepted"] == 1
    assert reason(sense, {**reading(), "at": "2113-03-01T00:00:00Z"}, secret=HISTORY)[1] == "observation.in_the_future"


def test_a_token_sends_for_the_things_of_its_scope_only(sense: Sense) -> None:
    rows = [reading(thing="air-2"), reading(thing="air-1"), reading(thing="air-4")]
    answer = sense.send(rows, secret=SOUTH).json()
    assert answer["accepted"] == 2
    assert [(one["index"], one["code"]) for one in answer["rejected"]] == [(1, "observation.outside_scope")]
    hidden = sense.http.get("/latest?thing=air-1", headers={"Authorization": f"Bearer {SOUTH}"})
    assert hidden.status_code == 404


def test_without_a_valid_token_nothing_is_read(sense: Sense) -> None:
    for secret, code in ((None, "observation.no_token"), ("guess", "observation.bad_token")):
        answer = sense.send([reading()], secret=secret)
        assert answer.status_code == 401
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.headers["www-authenticate"] == "Bearer"
        assert answer.json()["code"] == code


def test_a_revoked_token_is_refused_within_a_second(sense: Sense) -> None:
    passing = token(9, "passing")
    known = json.loads((sense.data / "snapshot" / "tokens.json").read_text())
    write(sense.data, "tokens", {"version": 2, "tokens": [*known["tokens"], passing]})
    until(lambda: sense.send([reading()], secret="passing").status_code == 200, "the new token is known", seconds=1)
    write(sense.data, "tokens", known)
    until(lambda: sense.send([reading()], secret="passing").status_code == 401, "the token is revoked", seconds=1)
    refused = sense.send([reading()], secret="passing")
    assert (refused.status_code, refused.json()["code"]) == (401, "observation.bad_token")


@pytest.mark.parametrize("declared", [True, False])
def test_a_body_of_fifty_megabytes_is_refused_unread(sense: Sense, declared: bool) -> None:
    chunk = b" " * 1024 * 1024
    size = {"Content-Length": str(50 * len(chunk))} if declared else {}
    answer = sense.http.post(
        "/observations",
        content=itertools.repeat(chunk, 50),
        headers={"Authorization": "Bearer a-live-secret", "Accept-Language": "en", **size},
    )
    assert answer.status_code == 413
    assert answer.json()["title"] == "The body is larger than 16 MB"
    assert sense.send([reading()]).json()["accepted"] == 1


def test_a_small_body_that_unpacks_to_too_much(sense: Sense) -> None:
    bomb = gzip.compress(b" " * 200_000_000)
    assert sense.send(bomb, Content_Encoding="gzip").status_code == 413


@pytest.mark.parametrize(
    ("body", "offset"),
    [(b'[{"thing": "air-1",}]', 19), (b"[1, 2", 5), (b"", 0), (b'["\xff"]', 2), ("[{“a”:1}]".encode(), 2)],
)
def test_a_broken_array_is_refused_with_the_place(sense: Sense, body: bytes, offset: int) -> None:
    answer = sense.send(body, Content_Type="application/json")
    assert answer.status_code == 400
    assert answer.json()["code"] == "observation.broken_json"
    assert f"byte {offset}" in answer.json()["title"]


def test_depth_does_not_bring_it_down(sense: Sense) -> None:
    deep = b"[" * 100_000
    assert sense.send(deep).status_code == 400
    assert sense.send(b'[{"thing":' + deep, Content_Type="application/x-ndjson").json()["accepted"] == 0


def test_an_empty_batch_is_fine(sense: Sense) -> None:
    assert sense.send([]).json() == {"accepted": 0, "duplicates": 0, "rejected": []}


def test_other_pages_and_methods(sense: Sense) -> None:
    missing = sense.http.get("/nothing")
    assert (missing.status_code, missing.json()["code"]) == (404, "observation.no_such_page")
    assert sense.http.get("/observations").status_code == 405
    assert sense.http.get("/latest", headers={"Authorization": "Bearer a-live-secret"}).status_code == 422


def test_health_and_metrics(sense: Sense) -> None:
    sense.send([reading()])
    health = sense.http.get("/health").json()
    assert (health["status"], health["things"]) == ("ok", 4)
    metrics = sense.http.get("/metrics").text
    assert 'citybrain_sense_readings_total{outcome="accepted"}' in metrics
    assert "citybrain_sense_late_unevaluated" in metrics
