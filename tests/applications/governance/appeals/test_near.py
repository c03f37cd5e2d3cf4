"""What citizens may know of matters that are not their own: enough to follow them, nothing to find a person by."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import h3
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from citybrain.base.places.types import distance_m
from citybrain.hubs.business.signals.models import Signal
from tests.applications.governance.appeals.conftest import STREET, Town
from tests.cast import Cast

METRE = 1 / 111_195


def test_what_is_reported_already_is_shown_before_one_sends(town, citizen):
    citizen.reports("人民路12号门口路灯坏了", name="张三丰", phone="13800001234")
    case = town.case_of_last()

    [one] = town.citizen("203.0.113.8").near(category="street-light")

    assert one["title"]["zh"] == "道路照明"
    assert one["region"] == "樊城区王寨街道"
    assert (one["step"], one["organisation"], one["reports"]) == ("assigned", "市城管执法委", 1)
    assert one["day"] == "2026-03-02"
    assert case.number not in json.dumps({**one, "ref": ""})
    said = json.dumps(one, ensure_ascii=False)
    assert not any(word in said for word in ("人民路", "12号", "张三丰", "1380"))


@pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL goes by the sizes, and knows of one case here")
def test_what_is_open_near_by_is_read_by_its_cell(town, citizen):
    """A city has thousands of open cases, and everybody may ask."""
    citizen.reports()
    town.case_of_last()
    with CaptureQueriesContext(connection) as asked:
        citizen.near()
    (question,) = [one["sql"] for one in asked.captured_queries if 'FROM "cases_case"' in one["sql"]]
    with connection.cursor() as cursor:
        cursor.execute("EXPLAIN QUERY PLAN " + question.replace("%", "%%"))
        assert "open_cases_by_cell" in str(cursor.fetchall())


def test_a_text_finds_the_sort_by_its_keywords_and_without_any_all_are_shown(town, citizen):
    citizen.reports()
    town.deliver()
    citizen.reports("太吵了", category="noise")
    town.deliver()

    assert [one["title"]["zh"] for one in citizen.near(text="这里的路灯不亮")] == ["道路照明"]
    assert [one["title"]["zh"] for one in citizen.near(text="半夜很吵")] == ["噪声扰民"]
    assert len(citizen.near(text="说不清楚")) == 2
    assert citizen.near(category="noise", text="路灯")[0]["title"]["zh"] == "噪声扰民"


def test_what_is_far_off_ended_or_of_a_kind_that_is_not_public_is_not_shown(town, citizen):
    citizen.reports()
    lamp = town.case_of_last()
    for kind in ("need", "need.shelter"):
        town.person("dispatcher").opens(kind, at=STREET)

    assert citizen.near(lon=STREET[0] + 0.02) == []
    assert [one["title"]["zh"] for one in citizen.near()] == ["道路照明"]
    assert {one["title"]["zh"] for one in citizen.get("/cases").json()} == {"道路照明"}

    town.closes(lamp)
    assert citizen.near() == []
    assert [one["step"] for one in citizen.get("/cases", solved=True).json()] == ["closed"]
    assert citizen.get("/cases").json() == []


def test_two_lamps_of_one_cell_look_the_same_wherever_they_stand(town, citizen):
    """A hundred questions cannot be averaged: the answer has nothing in it of the true point."""
    lat, lon = h3.cell_to_latlng(h3.latlng_to_cell(STREET[1], STREET[0], 9))
    for dx, dy in ((60, 40), (-70, -50)):
        case = town.person("dispatcher").opens("lamp", at=(lon + dx * METRE / 0.85, lat + dy * METRE))
        assert town.row(case).h3 == h3.latlng_to_cell(lat, lon, 9)

    one, other = citizen.near(category="street-light")

    assert {**one, "ref": ""} == {**other, "ref": ""}
    assert (one["place"]["lon"], one["place"]["lat"]) == (round(lon, 6), round(lat, 6))


@pytest.fixture(scope="module")
def lamp_city(django_db_setup: None, django_db_blocker: Any) -> Iterator[Town]:
    """One lamp in a town that stays the same for every example."""
    from datetime import UTC, datetime

    from django.db import transaction

    from citybrain.base import clock

    with django_db_blocker.unblock(), transaction.atomic():
        with clock.installed(clock.MovableClock(datetime(2026, 3, 2, 1, 0, tzinfo=UTC))) as movable:
            town = Town(Cast(), movable)
            town.person("dispatcher").opens("lamp", at=STREET)
            yield town
        transaction.set_rollback(True)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(dx=st.floats(-900, 900), dy=st.floats(-900, 900))
def test_whether_and_how_far_off_a_case_is_follows_from_its_cell_alone(lamp_city: Town, dx: float, dy: float) -> None:
    """Whoever asks from anywhere learns where the middle of the cell is, which he was told anyhow."""
    from citybrain.applications.governance.appeals.queries.near import near_duplicates
    from citybrain.base.places.types import Point

    lon, lat = STREET[0] + dx * METRE / 0.85, STREET[1] + dy * METRE
    cell = h3.latlng_to_cell(STREET[1], STREET[0], 9)
    middle = h3.cell_to_latlng(cell)

    found = near_duplicates(Point(lon, lat))

    assert bool(found) is (h3.grid_distance(h3.latlng_to_cell(lat, lon, 9), cell) <= 1)
    for one in found:
        apart = float(distance_m(lon, lat, middle[1], middle[0]))
        assert one.distance_m == 50 * round(apart / 50)


# following


def test_following_counts_without_a_second_case_and_gives_a_code_of_ones_own(town, citizen):
    first = citizen.reports(phone="13800001234")
    case = town.case_of_last()
    neighbour = town.citizen("203.0.113.8")
    [one] = neighbour.near(category="street-light")

    answer = neighbour.follows(one["ref"], text="我家门口也黑", phone="13911112222")
    town.deliver()

    assert (answer.status_code, answer.json()["kind"], answer.json()["phone"]) == (201, "follow", "139****2222")
    seen = neighbour.tracks(answer.json()["code"])
    assert (seen["number"], seen["kind"], seen["reports"]) == (case.number, "follow", 2)
    assert seen["timeline"][-1]["text"]["zh"] == "您关注了这件事"
    assert (seen["place"], seen["text"]) == (None, "我家门口也黑")
    assert "门口也黑" not in json.dumps(citizen.tracks(first), ensure_ascii=False)
    assert "人民路路灯不亮" not in json.dumps(seen, ensure_ascii=False)
    assert case.signal_count == 2
    assert Signal.objects.filter(state="merged", merge_reason__rule="followed").count() == 1
    voices = town.person("dispatcher").get(f"/cases/{case.number}/voices")
    assert voices["followers"] == 1
    assert [(one["is_follow"], one["text"]) for one in voices["reports"]] == [
        (False, "人民路路灯不亮"),
        (True, "我家门口也黑"),
    ]


def test_triage_leaves_a_follower_where_he_wanted_to_be(town, citizen):
    citizen.reports()
    case = town.case_of_last()
    citizen.follows(citizen.near()[0]["ref"])
    town.deliver()
    town.deliver()
    assert Signal.objects.order_by("-pk")[0].case_number == case.number
    assert case.told().count("并入一条线索，共2条") <= 1


@pytest.mark.parametrize(
    "ref", ["x", "AJ2026030200001", "IkFKMjAyNjAzMDIwMDAwMSI:1abcde:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"]
)
def test_a_case_cannot_be_followed_by_guessing_its_number(town, citizen, ref):
    citizen.reports()
    town.case_of_last()
    answer = citizen.follows(ref)
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (422, "appeal.unknown_ref")
    assert Signal.objects.count() == 1


def test_what_ended_meanwhile_is_not_followed(town, citizen):
    citizen.reports()
    case = town.case_of_last()
    ref = citizen.near()[0]["ref"]
    town.closes(case)

    answer = citizen.follows(ref)

    assert (answer.status_code, answer.json()["code"]) == (409, "appeal.ended_meanwhile")
    assert Signal.objects.count() == 1


def test_a_follower_whose_merge_is_undone_keeps_his_code_and_gets_his_own_case(town, citizen):
    citizen.reports()
    case = town.case_of_last()
    code = citizen.follows(citizen.near()[0]["ref"], text="另一盏").json()["code"]
    signal = Signal.objects.order_by("-pk")[0]

    town.person("dispatcher").post(f"/signals/{signal.pk}/undo", {"reason": "不是同一盏"})
    town.deliver()

    assert citizen.tracks(code)["number"] not in (None, case.number)


def test_a_report_that_triage_merges_says_so_to_its_reporter(town, citizen):
    citizen.reports("人民路路灯不亮")
    case = town.case_of_last()
    town.clock.move(hours=1)
    code = town.citizen("203.0.113.8").reports("人民路的路灯不亮了")
    town.deliver()

    seen = citizen.tracks(code)

    assert seen["number"] == case.number
    assert "同一件事" in seen["timeline"][-1]["text"]["zh"]


def test_half_a_point_is_refused(town, citizen):
    assert citizen.get("/cases", lon=112.05).status_code == 422
    assert citizen.post("/reports/near", {"lon": 112.05}).status_code == 422
    assert citizen.get("/cases", lon=112.05, lat=32.05).json() == []


def test_questions_are_counted_too(town, citizen, settings):
    settings.PUBLIC_REPORTS_PER_HOUR = 1
    statuses = [citizen.post("/reports/near", {"lon": 112.05, "lat": 32.05}).status_code for _ in range(11)]
    assert statuses == [200] * 10 + [429]
