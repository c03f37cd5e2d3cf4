"""Reports of the play: the indicators' own numbers, kept as they were, for those who may see the place."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from citybrain.applications.operations.reports import actions
from citybrain.applications.operations.reports.actions import build_due
from citybrain.applications.operations.reports.models import Report
from citybrain.base.accounts.types import system_viewer
from citybrain.base.audit.models import Record
from citybrain.base.clock import MovableClock
from tests.applications.operations.indicators.stage import run
from tests.applications.operations.reports.stage import set_the_stage
from tests.hubs.business.cases.stage import NEXT_STREET, OTHER_COUNTY, Play, Refused

pytestmark = pytest.mark.django_db
DAILY = {"key": "play.daily"}
COUNTY, ELSEWHERE = {"code": "420606"}, {"code": "420602"}


@pytest.fixture
def a_day(play: Play, clock: MovableClock) -> list[Any]:
    """Two cases in one county, of which one was accepted, and one in the other; then the day ends and is computed."""
    set_the_stage()
    cases = [play.dispatcher.opens(), play.dispatcher.opens(at=NEXT_STREET), play.dispatcher.opens(at=OTHER_COUNTY)]
    play.handler.takes("accept", cases[0])
    clock.move(days=1)
    run()
    return cases


def rows_of(report: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {row["indicator"]["key"]: row for row in report["sections"][0]["rows"]}


def test_its_numbers_are_those_of_the_indicators(a_day: list[Any], play: Play) -> None:
    report = play.leader.post("/reports/builds", DAILY)

    row = rows_of(report)["play.accepted"]
    series = play.leader.get("/indicators/play.accepted/series")["values"]
    own = next(one for one in series if one["start"] == report["start"])
    assert (row["now"]["value"], row["now"]["rows"]) == (own["value"], own["rows"]) == (pytest.approx(100 / 3), 3)
    assert row["now"]["recorded_at"] == own["recorded_at"]
    assert rows_of(report)["play.opened"]["now"]["value"] == 3
    points = report["sections"][1]["lines"][0]["points"]
    assert [one["value"] for one in points] == [one["value"] for one in series if one["end"] <= report["end"]]
    ranked = report["sections"][2]["rows"]
    assert [(one["code"], one["now"]["value"]) for one in ranked] == [("420606", 50), ("420602", 0)]


def test_every_number_of_it_is_explained_by_its_value(a_day: list[Any], play: Play) -> None:
    report = play.leader.post("/reports/builds", DAILY)

    figure = rows_of(report)["play.accepted"]["now"]
    (value,) = figure["values"]
    key, dimension, code, start = value.split("/")
    place = {"dimension": dimension, "code": code, "start": start, "known_at": figure["recorded_at"]}
    opened = play.leader.get(f"/indicators/{key}/explanation", **place)
    assert opened["is_reproduced"]
    assert opened["shown"]["value"] == figure["value"]
    assert {row["subject"] for row in opened["rows"]} == {f"case/{case.number}" for case in a_day}
    assert play.leader.get(f"/trace/value/{value}")["facts"][0]["data"]["value"] == figure["value"]


def test_a_report_of_an_organisation_has_its_own_numbers(a_day: list[Any], play: Play) -> None:
    own = {**DAILY, "dimension": "organisation", "code": "urban"}
    assert rows_of(play.handler.post("/reports/builds", own))["play.opened"]["now"]["value"] == 3
    with pytest.raises(Refused) as refused:
        play.handler.post("/reports/builds", {**DAILY, **COUNTY})
    assert refused.value.status == 403


def test_late_data_makes_another_version_and_keeps_the_first(a_day: list[Any], play: Play, clock: MovableClock) -> None:
    first = play.leader.post("/reports/builds", DAILY)
    assert play.leader.post("/reports/builds", DAILY)["id"] == first["id"]
    at = {"at": first["start"]}
    play.handler.takes("accept", a_day[1])
    clock.move(minutes=5)
    run()

    second = play.leader.post("/reports/builds", {**DAILY, **at})
    assert (first["version"], second["version"]) == (1, 2)
    assert rows_of(second)["play.accepted"]["now"]["value"] == pytest.approx(200 / 3)
    kept = play.leader.get(f"/reports/{first['id']}")
    assert rows_of(kept)["play.accepted"]["now"]["value"] == pytest.approx(100 / 3)
    assert (kept["is_newest"], second["is_newest"]) == (False, True)
    assert [one["version"] for one in kept["versions"]] == [2, 1]
    listed = play.leader.get("/reports", key="play.daily")["items"]
    assert [one["id"] for one in listed] == [second["id"]]
    assert len(play.leader.get("/reports", every_version="true")["items"]) == 2
    assert "更新的版本" in play.leader.get(f"/reports/{first['id']}/html")


def test_the_change_is_against_the_day_before(a_day: list[Any], play: Play, clock: MovableClock) -> None:
    play.handler.takes("accept", play.dispatcher.opens())
    clock.move(days=1)
    run()

    row = rows_of(play.leader.post("/reports/builds", DAILY))["play.accepted"]
    assert (row["now"]["value"], row["before"]["value"]) == (100, pytest.approx(100 / 3))
    assert row["delta"] == pytest.approx(200 / 3)
    assert row["change"] == "better"


def test_a_week_in_total_is_the_ratio_of_its_sums(a_day: list[Any], play: Play, clock: MovableClock) -> None:
    play.handler.takes("accept", play.dispatcher.opens())
    clock.move(days=8)
    run()

    weeks = [play.leader.post("/reports/builds", {"key": "play.weekly"}) for _ in range(2)]
    row = rows_of(weeks[0])
    assert row["play.opened"]["now"]["value"] == 4
    assert row["play.accepted"]["now"]["value"] == 50
    assert len(row["play.accepted"]["now"]["values"]) == 2
    assert weeks[0]["id"] == weeks[1]["id"]


def test_what_is_due_is_built_once_for_every_place_that_counts_something(
    a_day: list[Any], play: Play, clock: MovableClock
) -> None:
    built = build_due(actor=system_viewer("reports"), keys=["play.daily"])
    places = {(one.report.dimension, one.report.code) for one in built}
    assert {("region", "4206"), ("region", "420606"), ("region", "420602"), ("organisation", "urban")} <= places
    assert ("organisation", "eco") not in places
    assert build_due(actor=system_viewer("reports"), keys=["play.daily"]) == []


def test_another_districts_reports_are_refused_wherever_they_are_asked_for(a_day: list[Any], play: Play) -> None:
    build_due(actor=system_viewer("reports"), keys=["play.daily"])
    stranger = play.dispatcher_elsewhere

    assert {one["code"] for one in stranger.get("/reports")["items"]} == {"420602"}
    before = Record.objects.count()
    for report in Report.objects.exclude(code="420602"):
        for path in ("", "/html", "/pdf", "/xlsx"):
            with pytest.raises(Refused) as refused:
                stranger.get(f"/reports/{report.pk}{path}")
            assert refused.value.status == 404
    with pytest.raises(Refused) as refused:
        stranger.post("/reports/builds", {**DAILY, **COUNTY})
    assert refused.value.status == 403
    assert Record.objects.count() == before
    assert stranger.post("/reports/builds", {**DAILY, **ELSEWHERE})["code"] == "420602"


@pytest.mark.parametrize(
    ("wanted", "code"),
    [
        ({"key": "play.none"}, "reports.unknown"),
        ({"key": "play.daily", "at": "now"}, "reports.not_over"),
        ({"key": "play.weekly"}, "reports.no_numbers"),
        ({"key": "play.daily", "dimension": "organisation", "code": "eco"}, "reports.no_numbers"),
    ],
)
def test_what_cannot_be_built_is_refused_in_words(
    a_day: list[Any], play: Play, clock: MovableClock, wanted: dict[str, str], code: str
) -> None:
    if wanted.get("at") == "now":
        wanted = {**wanted, "at": clock.now().isoformat()}
    with pytest.raises(Refused) as refused:
        play.leader.post("/reports/builds", wanted)
    assert refused.value.code == code
    assert Report.objects.count() == 0


def test_a_day_that_is_over_but_not_computed_waits(a_day: list[Any], play: Play, clock: MovableClock) -> None:
    clock.move(days=1)
    with pytest.raises(Refused) as refused:
        play.leader.post("/reports/builds", DAILY)
    assert refused.value.code == "reports.not_computed"
    newest = max(one.report.end for one in build_due(actor=system_viewer("reports"), keys=["play.daily"]))
    assert newest <= clock.now() - timedelta(days=1)


def test_only_periods_with_news_are_looked_at_again(
    a_day: list[Any], play: Play, clock: MovableClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked: list[Any] = []
    gather = actions.gather
    monkeypatch.setattr(actions, "gather", lambda *given: looked.append(given[5]) or gather(*given))

    def look() -> tuple[int, set[Any]]:
        looked.clear()
        built = build_due(actor=system_viewer("reports"), keys=["play.daily"])
        return len(built), {span.start for span in looked}

    first, spans = look()
    assert first >= 4
    assert len(spans) == 8
    assert look() == (0, set())

    play.dispatcher.opens()  # something of today, which is not over
    clock.move(minutes=5)
    run()
    assert look() == (0, set())

    play.handler.takes("accept", a_day[1])  # which changes a number of yesterday
    clock.move(minutes=5)
    run()
    again, spans = look()
    assert again > 0
    assert spans == {max(span.start for span in looked)}

    clock.move(days=1)  # a day is over
    run()
    assert look()[0] > 0
