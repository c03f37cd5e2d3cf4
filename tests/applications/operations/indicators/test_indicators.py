"""Numbers of the play: computed from what happened, corrected by what came late, and opened down to their rows."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from citybrain.applications.operations.indicators import computing, crossing
from citybrain.applications.operations.indicators.models import Standing
from citybrain.base import bus
from citybrain.base.audit import SYSTEM
from citybrain.base.clock import MovableClock
from citybrain.base.notices.models import Notice
from citybrain.base.places.actions import move_region
from citybrain.hubs.business.cases.models import CaseType, CatalogueVersion
from citybrain.hubs.business.signals.models import Signal
from tests.applications.operations.indicators.stage import ACCEPTED, declare_indicators, run
from tests.cast import Cast
from tests.hubs.business.cases.stage import Play, Refused
from tests.hubs.business.signals.conftest import Hotline

pytestmark = pytest.mark.django_db
KEY = "/indicators/play.accepted"


def shown(who: Any, **place: str) -> Any:
    return who.get(f"{KEY}/series", **place)["values"][-1]


def test_rows_add_up_by_region_and_organisation(three_cases: list[Any], play: Play) -> None:
    run()

    city = shown(play.leader)
    assert (city["value"], city["rows"], city["is_whole"]) == (pytest.approx(100 / 3), 3, False)
    assert shown(play.leader, code="420606")["value"] == 50
    assert shown(play.leader, code="420602")["value"] == 0
    assert shown(play.leader, dimension="organisation", code="urban")["rows"] == 3
    ranked = play.leader.get(f"{KEY}/ranking")
    assert [(one["code"], one["value"]["value"]) for one in ranked] == [("420606", 50), ("420602", 0)]
    listed = play.leader.get("/indicators", theme="urban")["items"]
    assert [(one["key"], one["values"][-1]["value"]) for one in listed] == [("play.accepted", pytest.approx(100 / 3))]


def test_nothing_new_writes_nothing(three_cases: list[Any], play: Play) -> None:
    assert run().written > 0
    assert run().written == 0


def test_what_comes_late_corrects_the_day_and_keeps_what_was_known(
    three_cases: list[Any], play: Play, clock: MovableClock
) -> None:
    run()
    before = shown(play.leader)
    clock.move(days=1)
    play.handler.takes("accept", three_cases[2])
    run()

    after = play.leader.get(f"{KEY}/series", since=before["start"])["values"][0]
    assert after["value"] == pytest.approx(200 / 3)
    past = play.leader.get(f"{KEY}/values", start=before["start"])
    assert [one["value"] for one in past] == [pytest.approx(100 / 3), pytest.approx(200 / 3)]
    assert shown(play.leader, known_at=before["recorded_at"])["value"] == before["value"]

    old = play.leader.get(f"{KEY}/explanation", start=before["start"], known_at=before["recorded_at"])
    assert old["is_reproduced"]
    assert sum(row["numerator"] for row in old["rows"]) == 1
    new = play.leader.get(f"{KEY}/explanation", start=before["start"])
    assert new["is_reproduced"]
    assert sum(row["numerator"] for row in new["rows"]) == 2


def test_a_merge_that_is_undone_later_corrects_the_day_of_the_report(
    play: Play, cast: Cast, clock: MovableClock
) -> None:
    repeated = {
        **ACCEPTED, "by_organisation": False, "subject": "signal",
        "sql": """SELECT period_of(settled_at) AS period, 'signal/' || signal_id AS subject, region_path,
                    CAST(last_step = 'signal.merged' AS INTEGER) AS numerator, 1 AS denominator
                  FROM signals WHERE in_window(settled_at)""",
    }  # fmt: skip
    declare_indicators(repeated=repeated)
    hotline = Hotline(cast, clock)
    _, second = hotline.reports(), hotline.reports()
    clock.move(days=2)
    run()
    (day,) = [one for one in play.leader.get("/indicators/play.repeated/series")["values"] if one["rows"]]
    assert day["value"] == 50

    hotline.post(f"/signals/{second.pk}/undo", {"reason": "两盏不同的灯"})
    clock.move(minutes=2)
    run()
    assert play.leader.get("/indicators/play.repeated/series", since=day["start"])["values"][0]["value"] == 0


def test_a_number_opens_down_to_its_rows(three_cases: list[Any], play: Play) -> None:
    run()
    opened = play.leader.get(f"{KEY}/explanation", limit="2")

    assert opened["is_reproduced"]
    assert (opened["total"], opened["hidden"], opened["next"]) == (3, 0, 2)
    rest = play.leader.get(f"{KEY}/explanation", offset="2")["rows"]
    rows = opened["rows"] + rest
    assert {row["subject"] for row in rows} == {f"case/{case.number}" for case in three_cases}
    added = 100 * sum(row["numerator"] for row in rows) / sum(row["denominator"] for row in rows)
    assert added == pytest.approx(opened["shown"]["value"])
    assert [one["table"] for one in opened["inputs"]] == ["case_events", "regions_history"]
    assert opened["inputs"][0]["newest"] is not None


def test_a_number_whose_run_was_killed_is_explained_as_it_was_known(
    three_cases: list[Any], play: Play, clock: MovableClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Killed(BaseException):
        pass

    def killed(*given: Any) -> None:
        raise Killed

    with monkeypatch.context() as patched:
        patched.setattr(computing, "_keep", killed)
        with pytest.raises(Killed):
            run()
    first = shown(play.leader)
    clock.move(minutes=2)
    play.handler.takes("accept", three_cases[1])
    run()

    opened = play.leader.get(f"{KEY}/explanation", known_at=first["recorded_at"])
    assert (opened["shown"]["value"], opened["is_reproduced"]) == (first["value"], True)
    assert [one["table"] for one in opened["inputs"]] == ["case_events", "regions_history"]


def test_whoever_serves_a_part_sees_the_numbers_of_that_part(three_cases: list[Any], play: Play) -> None:
    run()
    assert shown(play.dispatcher_elsewhere)["value"] == 0  # his own county, since none was named
    assert shown(play.handler, dimension="organisation")["value"] == pytest.approx(100 / 3)
    for place in ({"code": "4206"}, {"code": "420606"}, {"dimension": "organisation", "code": "urban"}):
        with pytest.raises(Refused) as refused:
            shown(play.dispatcher_elsewhere, **place)
        assert refused.value.status == 403
    assert play.dispatcher_elsewhere.get(f"{KEY}/ranking")[0]["code"] == "420602"
    assert len(play.dispatcher_elsewhere.get(f"{KEY}/ranking")) == 1


def test_after_a_region_moved_the_rows_are_open_to_who_sees_the_cases(
    three_cases: list[Any], play: Play, cast: Cast, clock: MovableClock
) -> None:
    """The lists show the cases of a moved street to the county it belongs to now, and so does the lake."""
    bus.drain()  # the work process runs before anything is rearranged
    run()
    before = shown(play.leader, code="420606")
    move_region(cast.street, actor=SYSTEM, parent=cast.other_county)
    bus.drain()
    clock.move(minutes=3)
    run()

    assert [shown(play.leader, code=code)["rows"] for code in ("420606", "420602")] == [1, 2]
    opened = play.dispatcher_elsewhere.get(f"{KEY}/explanation", code="420602")
    assert (opened["is_reproduced"], opened["total"], opened["hidden"]) == (True, 2, 0)
    assert {row["subject"] for row in opened["rows"]} == {
        f"case/{number}" for number in play.dispatcher_elsewhere.sees()
    }
    then = play.leader.get(f"{KEY}/explanation", code="420606", known_at=before["recorded_at"])
    assert (then["is_reproduced"], then["total"]) == (True, 2)


def test_a_new_wording_computes_everything_again(three_cases: list[Any], play: Play) -> None:
    run()
    upside_down = {**ACCEPTED, "sql": ACCEPTED["sql"].replace("IS NOT NULL", "IS NULL")}
    declare_indicators(accepted=upside_down)
    run()

    assert shown(play.leader)["value"] == pytest.approx(200 / 3)
    first, second = play.leader.get(f"{KEY}/values", start=shown(play.leader)["start"])
    assert first["value"] == pytest.approx(100 / 3)
    old = play.leader.get(f"{KEY}/explanation", known_at=first["recorded_at"])
    assert second["recorded_at"] >= first["recorded_at"]
    assert old["is_reproduced"]


def test_a_stock_counts_what_was_open_at_the_end_of_each_period(
    three_cases: list[Any], play: Play, clock: MovableClock
) -> None:
    stock = {
        **ACCEPTED, "aggregate": "count", "scale": 1, "period": "hour", "direction": "none",
        "sql": """SELECT p.period, 'case/' || c."case" AS subject, c.region_path, c.organisation_path
                  FROM periods p JOIN cases c ON c.learned_at < p.end_at
                    AND (c.closed_at IS NULL OR c.closed_at >= p.end_at)""",
    }  # fmt: skip
    declare_indicators(open=stock)
    clock.move(hours=2)
    play.dispatcher.opens()
    clock.move(minutes=1)
    run()
    values = play.leader.get("/indicators/play.open/series")["values"]
    assert [one["value"] for one in values] == [3, 3, 4]


def test_crossing_a_threshold_is_a_signal_once(three_cases: list[Any], play: Play, clock: MovableClock) -> None:
    declare_indicators(accepted={**ACCEPTED, "thresholds": {"warn": 90, "alarm": 20}, "case_type": "city.noise"})
    run()
    assert not Standing.objects.exists()  # the day is not over
    clock.move(days=1)
    run()
    run()
    bus.drain()

    told = Signal.objects.filter(source="indicator").order_by("pk")
    assert {one.region_code for one in told} == {"4206", "420606", "420606001", "420606002", "420602", "420602001"} - {
        "420606001"
    }
    assert all(one.case_number for one in told)
    assert Standing.objects.get(code="420602").level == "alarm"
    assert Standing.objects.get(dimension="region", code="4206").level == "warn"
    assert told.get(region_code="4206").subject == "受理率:33.3 %"

    for case in three_cases[1:]:
        play.handler.takes("accept", case)
    run()
    assert Standing.objects.get(dimension="region", code="4206").level == "normal"
    assert Signal.objects.filter(source="indicator").count() == told.count()


def test_numbers_that_are_as_they_should_be_stand_so_without_a_word(
    three_cases: list[Any], clock: MovableClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """There may be tens of thousands at the first run: nothing is asked or told of each."""
    monkeypatch.setattr(crossing, "_tell", None)
    declare_indicators(accepted={**ACCEPTED, "thresholds": {"warn": -1, "alarm": -2}})
    clock.move(days=1)
    run()

    places = Standing.objects.filter(dimension="region")
    assert {one.code for one in places} >= {"4206", "420606", "420602"}
    assert set(Standing.objects.values_list("level", flat=True)) == {"normal"}


def test_one_crossing_that_fails_holds_up_no_other_and_is_tried_again(
    three_cases: list[Any], clock: MovableClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    tell = crossing._tell

    def picky(definition: Any, row: dict[str, Any]) -> Any:
        if row["code"] == "420606":
            raise ValueError("not this one")
        return tell(definition, row)

    monkeypatch.setattr(crossing, "_tell", picky)
    declare_indicators(accepted={**ACCEPTED, "thresholds": {"warn": 90, "alarm": 20}})
    clock.move(days=1)
    run()
    stands = set(Standing.objects.values_list("code", flat=True))
    assert {"4206", "420602", "420606002"} <= stands
    assert "420606" not in stands
    monkeypatch.setattr(crossing, "_tell", tell)
    run()
    assert Standing.objects.filter(code="420606").exists()


def test_a_crossing_whose_kind_of_case_was_retired_is_told_to_operators_and_no_report(
    three_cases: list[Any], play: Play, clock: MovableClock
) -> None:
    limits = {**ACCEPTED, "thresholds": {"warn": 90, "alarm": 20}}
    declare_indicators(accepted={**limits, "case_type": "city.noise"}, later=limits)
    CaseType.objects.filter(code="city.noise").update(is_active=False)
    CatalogueVersion.renew()
    clock.move(days=1)
    run()
    run()

    stands = set(Standing.objects.filter(dimension="region").values_list("indicator", "code"))
    assert {("play.accepted", "4206"), ("play.later", "4206")} <= stands
    assert not Signal.objects.filter(source="indicator").exists()
    told = Notice.objects.get(key="indicator.report_refused")
    assert (told.subject, told.data["count"]) == ("indicator/play.accepted", 5)
    assert "city.noise" in told.data["why"]["zh"]


def test_an_indicator_that_fails_leaves_the_others_alone(three_cases: list[Any], play: Play) -> None:
    from citybrain.applications.operations.indicators.computing import compute

    broken = {**ACCEPTED, "sql": "SELECT period_of(nowhere) AS period, 'x' AS subject, '' AS region_path FROM cases"}
    declare_indicators(accepted=ACCEPTED, broken=broken)
    done = compute(Path(settings.DATA_DIR))
    assert done is not None
    assert list(done.failures) == ["play.broken"]
    assert shown(play.leader)["rows"] == 3


def test_a_number_stands_in_the_chain_of_what_it_counts_and_what_it_caused(
    three_cases: list[Any], play: Play, clock: MovableClock
) -> None:
    declare_indicators(accepted={**ACCEPTED, "thresholds": {"warn": 90, "alarm": 20}, "case_type": "city.noise"})
    clock.move(days=1)
    run()
    bus.drain()
    start = play.leader.get(f"{KEY}/series")["values"][0]["start"]

    chain = play.leader.get(f"/trace/value/play.accepted/region/420602/{start}")
    kinds = {fact["ref"]: fact["kind"] for fact in chain["facts"]}
    links = {(kinds[one["cause"]], one["relation"], kinds[one["effect"]]) for one in chain["links"]}
    assert {("case", "counted", "value"), ("value", "crossed", "signal"), ("signal", "opened", "case")} <= links
    signal = next(fact for fact in chain["facts"] if fact["kind"] == "signal")
    back = play.leader.get(f"/trace/signal/{signal['id']}")
    assert "value" in {fact["kind"] for fact in back["facts"]}
