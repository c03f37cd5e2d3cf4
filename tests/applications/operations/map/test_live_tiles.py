"""Things, alarms, cases and heat on tiles: what the viewer's lists would show, where it is, and nothing else."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from citybrain.applications.operations.map import points
from citybrain.applications.operations.map.points import draw_points, point_set
from citybrain.applications.operations.map.sets import forget
from citybrain.base.accounts import system_viewer
from citybrain.hubs.business.cases.models import Case
from citybrain.hubs.business.cases.queries import CaseFilter, case_points
from citybrain.hubs.sensing.alarms.models import Alarm, AlarmRule
from citybrain.hubs.sensing.things.actions import register_things
from citybrain.hubs.sensing.things.models import Thing
from tests.applications.operations.map.tiles import STREET, get, places_of, read, tile_at
from tests.hubs.business.cases.stage import LAMPS, OTHER_COUNTY, OUTSIDE, Person, declare
from tests.site.rights.sensing import an_alarm

SHALLOW = (7, *tile_at(112.2, 32.1, 7)[1:])
"""The whole city on one tile."""


def path(layer_set: str, z: int = SHALLOW[0], x: int = SHALLOW[1], y: int = SHALLOW[2]) -> str:
    return f"/tiles/{layer_set}/{z}/{x}/{y}.mvt"


def numbers(client, **query) -> set[str]:
    return {one["properties"]["id"] for one in get(client, path("cases"), **query).get("cases", [])}


# rights


@pytest.mark.parametrize(
    "name", ["county_dispatcher", "dispatcher_elsewhere", "handler", "handler_elsewhere", "leader"]
)
def test_a_tile_holds_what_the_list_shows_and_nothing_else(cast, clock, name):
    declare(LAMPS)
    dispatcher = Person(cast, "dispatcher")
    for at in (STREET, OTHER_COUNTY, OUTSIDE, None):
        dispatcher.opens(at=at, title=f"路灯 {at}")
        dispatcher.opens("city.noise", at=at, title=f"噪声 {at}")
    person = Person(cast, name)
    located = {one["number"] for one in person.get("/cases")["items"] if one["lon"] is not None}

    found = {
        one["properties"]["id"]
        for tile in (SHALLOW, (7, *tile_at(*OUTSIDE, 7)[1:]))
        for one in get(person.client, path("cases", *tile)).get("cases", [])
    }

    assert found == located
    assert name in ("dispatcher_elsewhere", "handler_elsewhere") or found, "the test says nothing about this person"


def test_two_viewers_never_share_a_tile_that_differs(cast, clock):
    declare(LAMPS)
    case = Person(cast, "dispatcher").opens()
    here, elsewhere = cast.client("county_dispatcher"), cast.client("dispatcher_elsewhere")
    assert numbers(here) == {case.number}
    assert numbers(elsewhere) == set()
    assert numbers(here) == {case.number}


@pytest.mark.parametrize(("layer_set", "status"), [("cases", 403), ("alarms", 403), ("heat", 403)])
def test_without_the_permission_there_is_no_set(cast, layer_set, status):
    answer = cast.client("source_system").get(f"/api/v1{path(layer_set)}")
    assert (answer.status_code, answer["Content-Type"]) == (status, "application/problem+json")


def test_a_thing_shows_no_alarm_that_its_viewer_may_not_see(cast, clock):
    an_alarm(cast)
    Alarm.objects.update(region_path=cast.other_street.path)
    (there,) = get(cast.client("leader"), path("things"))["things"]
    (here,) = get(cast.client("county_dispatcher"), path("things"))["things"]
    assert (there["properties"]["severity"], there["properties"]["state"]) == (2, "firing")
    assert (here["properties"]["severity"], here["properties"]["state"]) == (0, "quiet")


# what stands there


def test_a_case_on_a_tile_says_what_it_is_and_is_where_it_is(cast, clock):
    declare(LAMPS)
    case = Person(cast, "dispatcher").opens(title="长虹路路灯不亮")
    tile = tile_at(*STREET, 16)

    (found,) = get(cast.client("leader"), path("cases", *tile))["cases"]

    assert found["properties"] == {
        "kind": "case", "id": case.number, "severity": 3, "state": "dispatched", "title": "长虹路路灯不亮",
        "type": "city.lamp",
    }  # fmt: skip
    assert next(places_of([found], *tile)) == pytest.approx(STREET, abs=1e-5)


def test_an_alarm_on_a_tile_says_what_it_is(cast, clock):
    an_alarm(cast)
    (found,) = get(cast.client("leader"), path("alarms"))["alarms"]
    assert found["properties"] == {
        "kind": "alarm", "id": "a" * 32, "severity": 2, "state": "firing", "title": "PM2.5 高",
        "title_en": "PM2.5 high", "thing": "air-7", "thing_name": Thing.objects.get().name,
    }  # fmt: skip
    Alarm.objects.update(state="resolved")
    forget()
    assert get(cast.client("leader"), path("alarms")) == {}


def test_a_map_of_one_kind_shows_the_alarms_that_ask_for_it(cast, clock):
    declare(LAMPS)
    an_alarm(cast)
    client = cast.client("leader")
    AlarmRule.objects.update(case_type="city.lamp")
    assert len(get(client, path("alarms"), case_type="city")["alarms"]) == 1
    assert get(client, path("alarms"), case_type="city.noise") == {}


coordinates = st.tuples(st.floats(-180, 180), st.floats(-85, 85))


@given(st.lists(coordinates, min_size=1, max_size=20), st.integers(0, 22))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_decoded_points_are_the_given_ones_each_on_one_tile(places, z):
    rows = [{"severity": 0, "id": str(number)} for number in range(len(places))]
    found = point_set("things", [lon for lon, _ in places], [lat for _, lat in places], rows)

    met: dict[str, tuple[float, float]] = {}
    for tile in {tile_at(*place, z) for place in places}:
        features = read(draw_points(found, *tile))["things"]
        for one, place in zip(features, places_of(features, *tile), strict=True):
            assert one["properties"]["id"] not in met
            met[one["properties"]["id"]] = place

    step = 360 / 2**z / 4096
    for number, (lon, lat) in enumerate(places):
        assert met[str(number)] == (pytest.approx(lon, abs=step), pytest.approx(lat, abs=step))


# filters and time


def test_the_filters_are_those_of_the_list(cast, clock):
    declare(LAMPS)
    dispatcher = Person(cast, "dispatcher")
    lamp, noise = dispatcher.opens(), dispatcher.opens("city.noise", at=OTHER_COUNTY, severity=1)
    client = cast.client("leader")
    for query, expected in (
        ({"case_type": "city.lamp"}, {lamp.number}),
        ({"severity": 1}, {noise.number}),
        ({"severity": [1, 3]}, {lamp.number, noise.number}),
        ({"region": cast.other_county.code}, {noise.number}),
        ({"organisation": "urban"}, {lamp.number}),
        ({"undispatched": "true"}, {noise.number}),
        ({"is_open": "false"}, set()),
        ({"q": "nothing like it"}, set()),
    ):
        assert numbers(client, **query) == expected, query
        assert {one["number"] for one in client.get("/api/v1/cases", query).json()["items"]} == expected
    wrong = client.get(f"/api/v1{path('cases')}", {"region": "nowhere"})
    assert wrong.status_code == 422


def test_the_filters_of_things_are_those_of_their_list(cast, clock):
    an_alarm(cast)  # on air-7
    lon, lat = STREET
    made = [{"code": code, "model": "test.station", "name": code, "lon": lon, "lat": lat}
            for code in ("lamp-1", "lamp-2", "air-8")]  # fmt: skip
    register_things(made, actor=system_viewer("test"))
    Thing.objects.filter(code="lamp-2").update(state="retired")
    client = cast.client("leader")

    for on_map, in_list, expected in (
        ({}, {"state": "active"}, {"air-7", "air-8", "lamp-1"}),
        ({"thing_q": "lamp"}, {"q": "lamp", "state": "active"}, {"lamp-1"}),
        ({"thing_q": "lamp", "thing_state": "any"}, {"q": "lamp"}, {"lamp-1", "lamp-2"}),
        ({"thing_state": "retired"}, {"state": "retired"}, {"lamp-2"}),
        ({"firing": "true"}, {"firing": "true", "state": "active"}, {"air-7"}),
        ({"firing": "false"}, {"firing": "false", "state": "active"}, {"air-8", "lamp-1"}),
        ({"thing_severity": 1}, {"severity": 1}, set()),
        ({"contact": "never"}, {"contact": "never", "state": "active"}, {"air-7", "air-8", "lamp-1"}),
        ({"contact": "online"}, {"contact": "online", "state": "active"}, set()),
        ({"thing_unlocated": "true"}, {"unlocated": "true"}, set()),
        ({"model": "test.station", "thing_q": "air"}, {"model": "test.station", "q": "air"}, {"air-7", "air-8"}),
        ({"region": cast.other_county.code, "thing_q": "lamp"}, {"region": cast.other_county.code, "q": "lamp"}, set()),
    ):
        drawn = {one["properties"]["id"] for one in get(client, path("things"), **on_map).get("things", [])}
        assert drawn == expected, on_map
        assert {one["code"] for one in client.get("/api/v1/things/health", in_list).json()["items"]} == expected, (
            in_list
        )


def test_a_moment_of_the_past_is_read_by_index(cast, clock):
    """A year of ended cases lies between a moment and today's; only those that ended since are looked at."""
    declare(LAMPS)
    Person(cast, "dispatcher").opens()
    with CaptureQueriesContext(connection) as asked:
        case_points(system_viewer("test"), CaseFilter(), at=clock.now())
    question = asked.captured_queries[-1]["sql"]
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET LOCAL enable_seqscan = off")  # a table of one row is quicker read whole
        plan = "EXPLAIN QUERY PLAN " if connection.vendor == "sqlite" else "EXPLAIN "
        cursor.execute(plan + question.replace("%", "%%"))
        found = str(cursor.fetchall())
    assert "cases_last_closed" in found
    if connection.vendor == "sqlite":  # PostgreSQL's planner goes by the sizes, and knows of one case here
        assert "INDEX cases_newest" not in found


def test_the_time_slider_shows_what_was_open_then(cast, clock):
    declare(LAMPS)
    dispatcher, handler = Person(cast, "dispatcher"), Person(cast, "handler")
    first = dispatcher.opens()
    opened = clock.now()
    clock.move(hours=30)
    late = clock.now()
    second = dispatcher.opens("city.noise", at=OTHER_COUNTY)
    clock.move(hours=1)
    Case.objects.filter(number=first.number).update(closed_at=clock.now(), outcome="resolved", state="closed")
    clock.move(hours=1)
    client = cast.client("leader")

    assert numbers(client, at=opened.isoformat()) == {first.number}
    assert numbers(client, at=late.isoformat()) == {first.number, second.number}
    assert numbers(client, at=clock.now().isoformat()) == {second.number}
    assert numbers(client, at=late.isoformat(), overdue="true") == {first.number}, "after a day it was late"
    (shown,) = get(client, path("cases"), at=opened.isoformat())["cases"]
    assert "state" not in shown["properties"], "what its state was then is not kept"
    assert handler.name


def test_heat_counts_the_cases_of_a_week(cast, clock):
    declare(LAMPS)
    dispatcher = Person(cast, "dispatcher")
    for number in range(3):
        dispatcher.opens(title=f"路灯 {number}")
    clock.move(days=8)
    dispatcher.opens(at=OTHER_COUNTY)
    dispatcher.opens(at=OTHER_COUNTY, title="又一盏")
    client = cast.client("leader")

    cells = get(client, path("heat"))["heat"]

    assert sorted(one["properties"]["count"] for one in cells) == [2]
    since = clock.now().replace(month=1).isoformat()
    cells = get(client, path("heat"), opened_from=since)["heat"]
    assert sorted((one["properties"]["count"], one["properties"]["level"]) for one in cells) == [(2, 3), (3, 5)]


# clusters


def spread(count: int) -> points.PointSet:
    rows = [{"severity": number % 5, "id": str(number), "kind": "thing"} for number in range(count)]
    lons = [112.0 + number % 97 * 0.004 for number in range(count)]
    lats = [32.0 + number % 89 * 0.002 for number in range(count)]
    return point_set("things", lons, lats, rows)


def test_two_thousand_points_stand_for_themselves_and_one_more_makes_clusters():
    single = read(draw_points(spread(2000), *SHALLOW))["things"]
    assert len(single) == 2000
    assert not any("count" in one["properties"] for one in single)

    clusters = read(draw_points(spread(2001), *SHALLOW))["things"]
    assert 0 < len(clusters) <= 64
    assert sum(one["properties"].get("count", 1) for one in clusters) == 2001
    assert {one["properties"]["kind"] for one in clusters} <= {"cluster", "thing"}
    assert min(one["properties"]["severity"] for one in clusters) == 1, "the worst of a cluster shows"


def test_near_by_every_point_stands_for_itself():
    found = spread(3000)
    alone = read(draw_points(found, *tile_at(112.0, 32.0, 16)))["things"]
    assert alone
    assert not any("count" in one["properties"] for one in alone)


@given(st.lists(coordinates, min_size=1, max_size=60), st.integers(0, 15))
def test_no_point_is_lost_or_counted_twice_in_clusters(places, z):
    rows = [{"severity": 4, "id": str(number)} for number in range(len(places))]
    found = point_set("cases", [lon for lon, _ in places], [lat for _, lat in places], rows)
    most, points.MOST_SINGLE = points.MOST_SINGLE, 0
    try:
        tiles = {tile_at(*place, z) for place in places}
        counted = sum(
            one["properties"].get("count", 1) for tile in tiles for one in read(draw_points(found, *tile))["cases"]
        )
    finally:
        points.MOST_SINGLE = most
    assert counted == len(places)


# keeping


def test_a_new_case_is_on_the_very_next_tile(cast, clock):
    declare(LAMPS)
    client = cast.client("leader")
    assert numbers(client) == set()
    first = Person(cast, "dispatcher").opens()
    assert numbers(client) == {first.number}
    answer = client.get(f"/api/v1{path('cases')}")
    assert answer["Cache-Control"] == "private, no-cache"
    assert client.get(f"/api/v1{path('cases')}", headers={"If-None-Match": answer["ETag"]}).status_code == 304
    Person(cast, "handler").takes("accept", first)
    assert client.get(f"/api/v1{path('cases')}", headers={"If-None-Match": answer["ETag"]}).status_code == 200


def cost(client, address: str) -> int:
    with CaptureQueriesContext(connection) as captured:
        assert client.get(f"/api/v1{address}").status_code == 200
    return len(captured)


def test_what_a_tile_costs(cast, clock):
    """Session, user and duties are three; a kept tile asks besides only whether anything happened."""
    declare(LAMPS)
    Person(cast, "dispatcher").opens()
    an_alarm(cast)
    client = cast.client("leader")
    fresh = {"cases": 6, "alarms": 5, "things": 6, "heat": 5}  # the kinds of case are of one version: one query
    for name, drawn in fresh.items():
        cost(client, path(name))  # whatever a process looks up once
        forget()
        assert (name, cost(client, path(name))) == (name, drawn)
        assert (name, cost(client, path(name))) == (name, 4)
    cost(client, path("base"))
    assert cost(client, path("base")) == 4
    rows = [{"code": f"t-{n}", "model": "test.station", "lon": 112.05, "lat": 32.1} for n in range(50)]
    register_things(rows, actor=system_viewer("counts"))
    assert cost(client, path("things")) == 6, "no query for each point"


def test_several_sets_come_on_one_tile(cast, clock):
    declare(LAMPS)
    an_alarm(cast)
    Person(cast, "dispatcher").opens()
    client = cast.client("leader")
    both = get(client, path("live"), sets=["cases", "things"])
    assert both == {**get(client, path("things")), **get(client, path("cases"))}
    assert set(both) == {"cases", "things"}
    assert get(client, path("live")) == {}
    refused = cast.client("source_system").get(f"/api/v1{path('live')}", {"sets": ["things", "cases"]})
    assert refused.status_code == 403
    assert client.get(f"/api/v1{path('live')}", {"sets": "base"}).status_code == 422
    assert cost(client, f"{path('live')}?sets=cases&sets=things&sets=alarms") <= 10
    assert cost(client, f"{path('live')}?sets=cases&sets=things&sets=alarms") == 4


# the legend


def test_the_legend_counts_what_one_sees(cast, clock):
    declare(LAMPS)
    an_alarm(cast)
    dispatcher = Person(cast, "dispatcher")
    dispatcher.opens()
    dispatcher.opens(at=OTHER_COUNTY, severity=1)

    found = Person(cast, "leader").get("/map")
    legend = {line["name"]: line for line in found["legend"]}

    assert found["tiles"] == f"/api/v1/tiles/base/{{z}}/{{x}}/{{y}}.mvt?v={found['version']}"
    assert legend["cases"]["about"] == {"count": 2, "is_more": False}
    assert legend["cases"]["by_severity"] == {
        "1": {"count": 1, "is_more": False}, "3": {"count": 1, "is_more": False},
    }  # fmt: skip
    assert legend["things"]["by_severity"] == {"2": {"count": 1, "is_more": False}}
    assert legend["alarms"]["about"]["count"] == 1
    here = {line["name"]: line for line in Person(cast, "county_dispatcher").get("/map", severity=3)["legend"]}
    assert here["cases"]["about"]["count"] == 1
    assert [line["name"] for line in Person(cast, "source_system").get("/map")["legend"]] == ["things"]


def test_the_base_with_its_version_may_be_kept(cast):
    client = cast.client("leader")
    version = client.get("/api/v1/map").json()["version"]
    kept = client.get(f"/api/v1{path('base')}", {"v": version})
    assert kept["Cache-Control"] == "private, max-age=31536000, immutable"
    assert client.get(f"/api/v1{path('base')}", {"v": "old"})["Cache-Control"] == "private, no-cache"


@pytest.mark.parametrize("address", ["/tiles/clouds/3/1/1.mvt", "/tiles/cases/3/8/1.mvt", "/tiles/base/30/0/0.mvt"])
def test_what_is_not_there_is_refused_in_words(cast, address):
    answer = cast.client("leader").get(f"/api/v1{address}")
    assert (answer.status_code, answer["Content-Type"]) == (404, "application/problem+json")
