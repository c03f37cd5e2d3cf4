"""The cockpit of the play: one answer holds a whole scene, of a place and as of a moment."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from citybrain.applications.operations.cockpit import happenings as lake_side
from citybrain.applications.operations.cockpit.queries import forget
from citybrain.applications.operations.indicators import reading
from citybrain.base import bus
from citybrain.base.clock import MovableClock
from citybrain.hubs.sensing.alarms.messages import AlarmFired
from tests.applications.operations.cockpit.stage import WHOLE, declare_scene, set_the_stage
from tests.applications.operations.indicators.stage import run
from tests.hubs.business.cases.stage import NEXT_STREET, OTHER_COUNTY, Play, Refused

pytestmark = pytest.mark.django_db
SCENE = "/cockpit/scenes/play.whole"


@pytest.fixture
def three_cases(play: Play, clock: MovableClock) -> list[Any]:
    """Two in one county, of which one was accepted, and one in the other that nobody has touched."""
    set_the_stage()
    cases = [play.dispatcher.opens(), play.dispatcher.opens(at=NEXT_STREET), play.dispatcher.opens(at=OTHER_COUNTY)]
    clock.move(minutes=30)
    play.handler.takes("accept", cases[0])
    run()
    return cases


def element(scene: dict[str, Any], key: str) -> dict[str, Any]:
    found: dict[str, Any] = next(one for one in scene["elements"] if one["key"] == key)
    return found


def steps(scene: dict[str, Any]) -> dict[str, tuple[int, int | None]]:
    return {one["key"]: (one["count"], one["waits"]) for one in element(scene, "flow")["steps"]}


def test_a_scene_comes_whole(three_cases: list[Any], play: Play) -> None:
    scene = play.leader.get(SCENE)

    assert [one["key"] for one in scene["elements"]] == [one["key"] for one in WHOLE]
    assert (scene["place"]["code"], scene["place"]["above"]) == ("4206", [])
    assert [one["code"] for one in scene["place"]["below"]] == ["420602", "420606"]
    number = element(scene, "accepted")
    assert number["value"]["value"] == pytest.approx(100 / 3)
    assert number["indicator"]["unit"]["en"] == "%"
    assert [(one["code"], one["value"]) for one in element(scene, "counties")["rows"]] == [
        ("420606", 50),
        ("420602", 0),
    ]
    assert [one["code"] for one in element(scene, "owners")["rows"]] == ["urban"]
    assert element(scene, "kinds")["parts"] == [
        {"key": "city.lamp", "title": {"zh": "路灯不亮", "en": "Lamp out"}, "value": 3}
    ]
    assert steps(scene) == {
        "reported": (0, None), "opened": (3, 0), "dispatched": (3, 2), "accepted": (1, 1), "finished": (0, 0),
        "closed": (0, None),
    }  # fmt: skip
    assert {one["id"] for one in element(scene, "newest")["rows"]} == {one.number for one in three_cases}
    assert element(scene, "late")["total"] == 0
    assert element(scene, "words")["text"]["zh"] == "值班电话 12345"


def test_a_place_has_its_own_scene(three_cases: list[Any], play: Play) -> None:
    scene = play.leader.get(SCENE, code="420606")

    assert scene["place"]["name"]["zh"] == "樊城区"
    assert [one["code"] for one in scene["place"]["above"]] == ["4206"]
    assert element(scene, "accepted")["value"]["value"] == 50
    assert [one["code"] for one in element(scene, "counties")["rows"]] == ["420606001", "420606002"]
    assert element(scene, "owners")["is_citywide"] is True
    assert steps(scene)["opened"] == (2, 0)
    assert {one["id"] for one in element(scene, "newest")["rows"]} == {one.number for one in three_cases[:2]}


def test_a_district_duty_sees_the_scene_of_its_district(three_cases: list[Any], play: Play) -> None:
    scene = play.county_dispatcher.get(SCENE)

    assert (scene["place"]["code"], scene["place"]["above"]) == ("420606", [])
    assert element(scene, "owners")["rows"] == []  # an organisation's number counts the whole city
    with pytest.raises(Refused) as refused:
        play.county_dispatcher.get(SCENE, code="420602")
    assert refused.value.status == 403


def test_the_duty_of_an_organisation_sees_what_is_its_own(three_cases: list[Any], play: Play) -> None:
    scene = play.handler.get(SCENE)

    assert (scene["place"]["dimension"], scene["place"]["code"]) == ("organisation", "urban")
    assert element(scene, "accepted")["value"]["rows"] == 3
    assert steps(scene)["opened"] == (3, 0)
    elsewhere = play.handler_elsewhere.get(SCENE)
    assert element(elsewhere, "newest")["rows"] == []
    assert element(elsewhere, "accepted")["value"] is None


def test_a_scene_as_it_was_known(three_cases: list[Any], play: Play, clock: MovableClock) -> None:
    then = clock.now()
    clock.move(hours=3)
    play.handler.takes("accept", three_cases[1])
    play.dispatcher.opens(at=NEXT_STREET)
    run()
    forget()

    now = play.leader.get(SCENE)
    past = play.leader.get(SCENE, known_at=then.isoformat())

    assert (element(now, "accepted")["value"]["value"], element(past, "accepted")["value"]["value"]) == (
        50, pytest.approx(100 / 3))  # fmt: skip
    assert (steps(now)["opened"], steps(past)["opened"]) == ((4, 0), (3, 0))
    assert (steps(now)["accepted"], steps(past)["accepted"]) == ((2, 2), (1, 1))
    assert past["known_at"] is not None
    assert past["computed_at"] < now["computed_at"]


def test_a_moment_that_the_lake_has_not_reached_is_not_kept_as_the_past(
    three_cases: list[Any], play: Play, clock: MovableClock
) -> None:
    play.dispatcher.opens(at=NEXT_STREET)
    then = clock.now().isoformat()
    clock.move(seconds=3)
    assert steps(play.leader.get(SCENE, known_at=then))["opened"] == (3, 0)  # the lake takes it up within 15 seconds

    clock.move(minutes=2)
    play.dispatcher.opens(at=OTHER_COUNTY)
    run()
    assert steps(play.leader.get(SCENE, known_at=then))["opened"] == (4, 0)


def test_what_was_known_at_a_moment_to_come_cannot_be_asked(
    three_cases: list[Any], play: Play, clock: MovableClock
) -> None:
    with pytest.raises(Refused) as refused:
        play.leader.get(SCENE, known_at=(clock.now() + timedelta(hours=1)).isoformat())
    assert refused.value.status == 422
    assert refused.value.fields == {"known_at": "cockpit.in_the_future"}


def test_what_is_late_is_listed_and_counted(three_cases: list[Any], play: Play, clock: MovableClock) -> None:
    play.move(hours=25)
    run()
    scene = play.leader.get(SCENE)

    late = element(scene, "late")
    assert late["total"] == 3
    assert late["rows"][0]["due_at"] <= late["rows"][-1]["due_at"]
    assert {one["key"]: one["late"] for one in element(scene, "flow")["steps"]}["dispatched"] == 2


def fires(name: str, severity: int, clock: MovableClock) -> None:
    at = clock.now()
    fired = AlarmFired(
        alarm=name, rule="play.high", thing="air-7", property="pm25", severity=severity,
        title={"zh": "PM2.5 高", "en": "High"}, value=160, start_at=at, at=at, case_type="", lon=None, lat=None,
        precision_m=None, region_path="/4206/420606/", folded=False, root=name, episodes=1, reading="", kind="air",
        unit="", thing_name="七号站",
    )  # fmt: skip
    with transaction.atomic():
        bus.publish(fired, subject=f"alarm/{name}", occurred_at=at)


def test_the_worst_alarm_stands_first_however_old(play: Play, clock: MovableClock) -> None:
    set_the_stage()
    for name, severity in (("grave", 1), ("light", 4), ("middle", 3)):
        fires(name, severity, clock)
        clock.move(minutes=5)
    run()

    rows = element(play.leader.get(SCENE), "alarms")["rows"]
    assert [one["id"] for one in rows] == ["grave", "middle", "light"]


@pytest.fixture
def looks(monkeypatch: pytest.MonkeyPatch) -> dict[str, int]:
    """How often the indicators and the lake were asked."""
    counted = {"indicators": 0, "lake": 0}

    def counting(name: str, real: Callable[..., Any]) -> Callable[..., Any]:
        def call(*given: Any, **more: Any) -> Any:
            counted[name] += 1
            return real(*given, **more)

        return call

    monkeypatch.setattr(reading, "ask", counting("indicators", reading.ask))
    monkeypatch.setattr(lake_side, "lake", counting("lake", lake_side.lake))
    return counted


def test_each_source_is_asked_once_however_many_elements(
    three_cases: list[Any], play: Play, looks: dict[str, int], clock: MovableClock
) -> None:
    play.leader.get(SCENE)
    assert looks == {"indicators": 1, "lake": 1}
    play.leader.get(SCENE)
    assert looks == {"indicators": 1, "lake": 1}  # kept
    clock.move(minutes=5)
    run()
    play.leader.get(SCENE)
    assert looks == {"indicators": 2, "lake": 1}  # a newer computation is another picture
    play.commander.get(SCENE)
    play.county_dispatcher.get(SCENE)
    assert looks["indicators"] >= 3  # another reach is another picture


def queries_of(play: Play) -> int:
    forget()
    with CaptureQueriesContext(connection) as captured:
        play.leader.get(SCENE)
    return len(captured)


def test_more_elements_cost_no_more_queries(three_cases: list[Any], play: Play) -> None:
    numbers = [one for one in WHOLE if one["kind"] in ("number", "ranking", "flow", "list")]
    declare_scene(numbers)
    queries_of(play)
    few = queries_of(play)
    more = [{**one, "key": f"{one['key']}-2", "at": {**one["at"], "row": one["at"]["row"] + 6}} for one in numbers[:4]]
    declare_scene([*numbers, *more])
    assert queries_of(play) == few


def test_a_scene_that_its_pack_drops_is_gone(play: Play) -> None:
    set_the_stage()
    assert [one["key"] for one in play.leader.get("/cockpit/scenes")] == ["play.whole"]
    declare_scene(key="play.other")
    assert [one["key"] for one in play.leader.get("/cockpit/scenes")] == ["play.other"]
    with pytest.raises(Refused) as refused:
        play.leader.get(SCENE)
    assert (refused.value.status, refused.value.code) == (404, "cockpit.unknown_scene")
