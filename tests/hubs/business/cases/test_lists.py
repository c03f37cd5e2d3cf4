"""Lists, maps, exports: the same predicate everywhere, filters that do what they say, and a bounded price."""

from __future__ import annotations

import csv
import io
from functools import partial
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from citybrain.base.audit import SYSTEM
from citybrain.base.querying import about
from citybrain.hubs.business.cases.actions import open_case
from citybrain.hubs.business.cases.models import Case
from tests.hubs.business.cases.stage import NEXT_STREET, OTHER_COUNTY, OUTSIDE, Play, Refused


def test_each_filter_means_what_it_says(play: Play):
    lamp = play.dispatcher.opens(severity=1, title="长虹路路灯不亮")
    noise = play.dispatcher.opens("city.noise", at=OTHER_COUNTY, title="夜间施工")
    lost = play.dispatcher.opens(at=OUTSIDE)
    play.handler.takes("accept", lamp)
    play.dispatcher.takes("end_no_action", noise, reason="已停工")
    sees = play.dispatcher.sees

    assert sees() == [lost.number, noise.number, lamp.number]
    assert sees(order="number") == [lamp.number, noise.number, lost.number]
    assert sees(state="handling") == sees(stage="handle") == sees(severity=1) == [lamp.number]
    assert sees(case_type="city") == sees()
    assert sees(case_type="city.noise") == [noise.number]
    assert sees(case_type=["city.noise", "city.lamp"]) == sees()
    assert sees(organisation="urban") == [lost.number, lamp.number]
    assert sees(organisation="gov") == [lost.number, lamp.number]
    assert sees(region="420606") == [lamp.number]
    assert sees(region="4206") == [noise.number, lamp.number]
    assert sees(is_open=True) == [lost.number, lamp.number]
    assert sees(q="路灯") == [lost.number, lamp.number]
    assert sees(q=lamp.number.lower()) == [lamp.number]
    assert sees(source="manual", unlocated=False) == [noise.number, lamp.number]
    assert sees(opened_from="2026-03-03T00:00:00Z") == []
    assert sees(due_before="2026-03-03T02:00:00Z") == [lost.number, lamp.number]
    assert sees(bbox="112.0,32.0,112.2,32.2") == [lamp.number]
    assert play.handler.sees(mine=True) == [lost.number, lamp.number]
    assert play.handler_elsewhere.sees(mine=True) == []


def test_an_unknown_name_in_a_filter_is_refused_not_ignored(play: Play):
    for query, field in (
        ({"case_type": "city.nothing"}, "case_type"),
        ({"region": "999"}, "region"),
        ({"organisation": "nobody"}, "organisation"),
        ({"bbox": "1,2,3"}, "bbox"),
    ):
        with pytest.raises(Refused) as refused:
            play.dispatcher.sees(**query)
        assert field in refused.value.fields


def test_pages_follow_each_other_without_a_gap_or_a_double(play: Play):
    opened = [play.dispatcher.opens().number for _ in range(7)]

    found, after = [], None
    while True:
        page = play.dispatcher.get("/cases", limit=3, **({"after": after} if after else {}))
        found += [item["number"] for item in page["items"]]
        after = page["next"]
        if after is None:
            break

    assert found == opened[::-1]


def test_a_page_of_many_costs_what_a_page_of_two_costs(play: Play):
    for _ in range(2):
        play.dispatcher.opens()
    handler = play.handler
    with CaptureQueriesContext(connection) as few:
        handler.sees()
    for _ in range(20):
        play.dispatcher.opens()
    with CaptureQueriesContext(connection) as many:
        assert len(handler.sees()) == 22

    assert len(many) == len(few) <= 7


def test_a_case_page_has_a_price(play: Play, django_assert_max_num_queries: Any):
    case = play.dispatcher.opens()
    play.handler.takes("accept", case)
    play.handler.takes("assist", case, organisation="eco", note="请协助")

    handler = play.handler
    with django_assert_max_num_queries(16):
        handler.get(f"/cases/{case.number}")


def test_opening_and_dispatching_has_a_price(play: Play):
    """At most 13 statements, without the marks of savepoints."""

    def once() -> Case:
        return open_case(
            actor=SYSTEM, case_type="city.lamp", title="路灯", source="signal", region_path="/4206/420606/420606001/"
        )

    once()
    with CaptureQueriesContext(connection) as statements:
        assert once().state == "dispatched"
    real = [one["sql"] for one in statements if "SAVEPOINT" not in one["sql"]]
    assert len(real) <= 13, real


def test_the_map_shows_what_the_list_shows_and_no_more(play: Play):
    here, there = play.dispatcher.opens(), play.dispatcher.opens(at=OTHER_COUNTY)
    play.dispatcher.opens(at=None, region="4206")

    def shown(name: str, **query: Any) -> list[str]:
        answer = play.person(name).get("/cases.geojson", bbox="111,31,114,34", **query)
        assert answer["type"] == "FeatureCollection"
        return [feature["id"] for feature in answer["features"]]

    assert shown("dispatcher") == [there.number, here.number]
    assert shown("dispatcher_elsewhere") == [there.number]
    assert shown("dispatcher", severity=1) == []
    assert play.dispatcher.get("/cases.geojson", bbox="111,31,114,34", limit=1)["truncated"] is True
    for query in ({}, {"bbox": "114,31,111,34"}, {"bbox": "a,b,c,d"}):
        with pytest.raises(Refused) as refused:
            play.dispatcher.get("/cases.geojson", **query)
        assert "bbox" in refused.value.fields


def test_the_export_holds_the_rows_of_the_list_in_the_time_of_the_city(play: Play):
    case = play.dispatcher.opens(title="=HYPERLINK(1)")
    play.dispatcher.opens(at=OTHER_COUNTY)

    def rows(name: str, **query: Any) -> list[dict[str, str]]:
        text = play.person(name).get("/cases.csv", **query)
        assert text.startswith("\ufeff"), "spreadsheets need the mark to read Chinese"
        return list(csv.DictReader(io.StringIO(text.lstrip("\ufeff"))))

    everything = rows("dispatcher")
    assert [row["案件编号"] for row in everything] == play.dispatcher.sees()[::-1]
    assert everything[0]["标题"] == "'=HYPERLINK(1)", "a spreadsheet must not run what a citizen wrote"
    assert everything[0]["立案时间"] == "2026-03-02T09:00:00+08:00"
    assert (everything[0]["状态"], everything[0]["承办单位"]) == ("待接收", "市城管执法委")
    assert [row["案件编号"] for row in rows("county_dispatcher")] == [case.number]
    assert rows("dispatcher", severity=1) == []


def test_an_export_that_cannot_be_made_is_refused_before_it_begins(play: Play):
    with pytest.raises(Refused) as refused:
        play.dispatcher.get("/cases.csv", case_type="city.nothing")
    assert refused.value.fields == {"case_type": "input.not_allowed"}


def test_opening_by_hand_says_what_is_wrong(play: Play):
    for more, field in (
        ({"case_type": "city.nothing"}, "case_type"),
        ({"occurred_at": "2026-03-02T09:00:01+08:00"}, "occurred_at"),
        ({"severity": 7}, "severity"),
        ({"title": ""}, "title"),
        ({"colour": "red"}, "colour"),
    ):
        with pytest.raises(Refused) as refused:
            play.dispatcher.opens(**more)
        assert field in refused.value.fields, more
    assert Case.objects.count() == 0


def test_nobody_opens_cases_where_he_has_no_duty(play: Play):
    play.county_dispatcher.opens(at=NEXT_STREET)

    with pytest.raises(Refused) as refused:
        play.county_dispatcher.opens(at=OTHER_COUNTY)
    assert refused.value.status in (403, 404)
    with pytest.raises(Refused):
        play.handler.opens()
    assert Case.objects.count() == 1


def test_a_note_is_written_for_everybody_who_sees_the_case(play: Play):
    case = play.dispatcher.opens()

    play.handler.post(f"/cases/{case.number}/notes", {"text": "已联系供电公司"})

    entry = case.timeline()[-1]
    assert (entry["text"]["zh"], entry["actor"]["zh"], entry["kind"]) == ("已联系供电公司", "handler@cast", "note")
    with pytest.raises(Refused) as refused:
        play.handler_elsewhere.post(f"/cases/{case.number}/notes", {"text": "路过"})
    assert refused.value.status == 404


def test_a_number_that_does_not_exist_reads_like_one_that_is_hidden(play: Play):
    hidden = play.dispatcher.opens()
    answers = []
    for number in (hidden.number, "AJ2026030299999"):
        for path in (f"/cases/{number}", f"/cases/{number}/timeline"):
            with pytest.raises(Refused) as refused:
                play.handler_elsewhere.get(path)
            answers.append((refused.value.status, refused.value.code))
        with pytest.raises(Refused) as refused:
            play.handler_elsewhere.post(f"/cases/{number}/actions/accept")
        answers.append((refused.value.status, refused.value.code))
    assert set(answers) == {(404, "input.not_found")}


def test_a_list_by_due_time_ends_with_those_that_have_none(play: Play):
    """A case whose clock stands still is not lost from the list; it comes after all that are due, page by page."""
    late = play.dispatcher.opens(title="先到期")
    play.move(minutes=5)
    later = play.dispatcher.opens(title="后到期")
    still = [play.dispatcher.opens(title="无时限").number for _ in range(3)]
    Case.objects.filter(number__in=still).update(due_at=None)
    expected = [late.number, later.number, *reversed(still)]

    assert play.dispatcher.sees(order="due") == expected
    for limit in (1, 2, 3, 4):
        found, after = [], None
        while True:
            query = {"order": "due", "limit": limit} | ({"after": after} if after else {})
            page = play.dispatcher.get("/cases", **query)
            found += [item["number"] for item in page["items"]]
            if (after := page["next"]) is None:
                break
        assert found == expected
    with pytest.raises(Refused) as refused:
        play.dispatcher.get("/cases", order="due", after="7.abc")
    assert refused.value.code == "input.cursor"


def test_a_reader_goes_through_a_list_case_by_case_even_when_the_case_has_left_it(play: Play):
    """Who handles the second of three undispatched cases goes on to the third, not back to the top."""
    first, second, third = (play.dispatcher.opens("city.noise", title=title) for title in ("一", "二", "三"))
    beside = play.dispatcher.opens("city.lamp")
    query = {"undispatched": True, "order": "oldest"}

    def around(case, **more):
        return play.dispatcher.get(f"/cases/{case.number}/neighbours", **query, **more)

    assert around(first) == {"previous": None, "next": second.number}
    assert around(second) == {"previous": first.number, "next": third.number}
    play.dispatcher.takes("dispatch", second, organisation="urban")
    assert around(second) == {"previous": first.number, "next": third.number}
    assert around(beside) == {"previous": third.number, "next": None}
    with pytest.raises(Refused) as refused:
        play.dispatcher_elsewhere.get(f"/cases/{second.number}/neighbours")
    assert refused.value.status == 404


def test_neighbours_cross_from_due_cases_to_those_without_a_due_time(play: Play):
    due, still = play.dispatcher.opens(title="有时限"), play.dispatcher.opens(title="无时限")
    Case.objects.filter(number=still.number).update(due_at=None)

    def around(case):
        return play.dispatcher.get(f"/cases/{case.number}/neighbours", order="due")

    assert around(due) == {"previous": None, "next": still.number}
    assert around(still) == {"previous": due.number, "next": None}


def test_a_count_says_about_and_counts_what_the_list_shows(play: Play, monkeypatch: pytest.MonkeyPatch):
    for _ in range(3):
        play.dispatcher.opens()
    play.dispatcher.opens(at=OTHER_COUNTY)

    assert play.dispatcher.get("/cases/count") == {"count": 4, "is_more": False}
    assert play.dispatcher.get("/cases/count", region="420606") == {"count": 3, "is_more": False}
    assert play.dispatcher_elsewhere.get("/cases/count") == {"count": 1, "is_more": False}
    monkeypatch.setattr("citybrain.hubs.business.cases.queries.reading.about", partial(about, most=2))
    assert play.dispatcher.get("/cases/count") == {"count": 2, "is_more": True}
    with pytest.raises(Refused) as refused:
        play.dispatcher.get("/cases/count", region="999")
    assert refused.value.fields == {"region": "case.unknown_region"}


def test_filters_of_the_duty_desk(play: Play):
    noise = play.dispatcher.opens("city.noise", at=OTHER_COUNTY)
    lamp = play.dispatcher.opens()
    play.handler.takes("return", lamp, reason="属供电公司管养")
    sees = play.dispatcher.sees

    assert sees(undispatched=True) == [lamp.number, noise.number]
    assert sees(nobody_responsible=True) == [noise.number]
    assert sees(undispatched=True, nobody_responsible=False) == [lamp.number]
    assert sees(due_within_minutes=60) == []
    assert sees(due_within_minutes=24 * 60 + 1) == sees()
    assert sees(state_kind="checking") == []

    play.dispatcher.takes("dispatch", lamp, organisation="urban")
    play.handler.takes("accept", lamp)
    play.handler.takes("extend", lamp, reason="待料", duration={"amount": 1, "unit": "days"})
    assert sees(asks_more_time=True) == [lamp.number]
    play.dispatcher.takes("grant", lamp)
    assert sees(asks_more_time=True) == []
    play.handler.finishes(lamp)
    assert sees(state_kind="checking") == sees(to_verify=True) == [lamp.number]
    assert sees(state_kind=["checking", "waiting"]) == [lamp.number, noise.number]

    play.grid_worker.takes("verify", lamp)
    assert sees(to_verify=True) == [], "nobody has to look any more"

    play.move(hours=24)
    assert sees(due_within_minutes=60) == [noise.number], "due at this very moment is not late yet"
    play.move(seconds=1)
    assert sees(due_within_minutes=60) == []
    assert sees(overdue=True) == [noise.number]
    assert sees(escalated_from="2026-03-03T00:00:00Z") == [noise.number]
    assert sees(escalated_from="2026-03-03T02:00:00Z") == []
    play.dispatcher.takes("end_no_action", noise, reason="已停工")
    assert sees(closed_from="2026-03-03T00:00:00Z") == [noise.number]
    assert sees(closed_to="2026-03-03T00:00:00Z") == []


def test_clocks_that_are_due_first_are_read_by_index(play: Play) -> None:
    """Of a year of clocks most have stopped: they are neither looked at nor sorted."""
    play.dispatcher.opens()
    with CaptureQueriesContext(connection) as asked:
        play.dispatcher.get("/clocks")
    (question,) = [one["sql"] for one in asked.captured_queries if 'FROM "cases_clockrun"' in one["sql"]]
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":  # a table of one row is quicker read whole
            cursor.execute("SET LOCAL enable_seqscan = off")
            cursor.execute("SET LOCAL enable_sort = off")
        plan = "EXPLAIN QUERY PLAN " if connection.vendor == "sqlite" else "EXPLAIN "
        cursor.execute(plan + question.replace("%", "%%"))
        found = str(cursor.fetchall())
    assert "clocks_not_stopped" in found
    assert "SORT" not in found.upper()
    assert "TEMP B-TREE" not in found
