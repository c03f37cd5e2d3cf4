"""Things follow the trees of regions and organisations, and the boundaries around them."""

from __future__ import annotations

from datetime import timedelta

import pytest
import shapely
from shapely.geometry import mapping

from citybrain.base import bus
from citybrain.base.bus.models import OutboxEvent
from citybrain.base.jobs import run_due
from citybrain.base.parties import actions as parties
from citybrain.base.places import actions as places
from citybrain.base.places.outlines import outline_from_geojson
from citybrain.hubs.sensing.things import jobs, subscriptions
from citybrain.hubs.sensing.things.actions import relocate_things
from citybrain.hubs.sensing.things.models import Thing

pytestmark = pytest.mark.django_db


@pytest.fixture
def stations(cast, station):
    rows = [
        {"code": "west", "model": "test.station", "lon": 112.05, "lat": 32.05, "organisation": "urban-fancheng"},
        {"code": "out", "model": "test.station", "lon": 112.45, "lat": 32.05},
    ]
    assert cast.token_client("integrator").post("/api/v1/things", rows).json()["accepted"] == 2
    bus.drain(30)


def test_a_street_that_moves_takes_its_things_along(cast, stations):
    places.move_region(cast.street, parent=cast.other_county, actor=cast.viewer("administrator"))
    bus.drain(30)
    assert Thing.objects.get(code="west").region_path == "/4206/420602/420606001/"
    assert OutboxEvent.objects.filter(type="thing.relocated").exists()


def test_an_office_that_moves_takes_its_things_along(cast, stations):
    parties.move_organisation(cast.team, parent=cast.other_organisation, actor=cast.viewer("administrator"))
    bus.drain(30)
    assert Thing.objects.get(code="west").organisation_path == "/gov/eco/urban-fancheng/"


def test_a_boundary_that_is_drawn_takes_in_what_stood_outside(cast, stations):
    assert Thing.objects.get(code="out").region_path == ""
    outline = outline_from_geojson(mapping(shapely.box(112.2, 32.0, 112.5, 32.2)))
    places.draw_boundary(cast.other_street, outline, actor=cast.viewer("administrator"))
    bus.drain(30)
    assert Thing.objects.get(code="out").region_path == cast.other_street.path
    assert relocate_things() == 0, "asking again changes nothing"


def test_a_boundary_drawn_for_a_day_to_come_takes_in_what_stands_there_on_that_day(cast, stations, clock, monkeypatch):
    monkeypatch.setattr(jobs, "_followed", None)
    outline = outline_from_geojson(mapping(shapely.box(112.2, 32.0, 112.5, 32.2)))
    begin = clock.now() + timedelta(days=30)
    places.draw_boundary(cast.other_street, outline, actor=cast.viewer("administrator"), valid_from=begin)
    bus.drain(30)
    run_due(names={"things.follow_boundaries"})
    assert Thing.objects.get(code="out").region_path == ""

    clock.move(days=31)
    run_due(names={"things.follow_boundaries"})
    assert Thing.objects.get(code="out").region_path == cast.other_street.path


def test_quiet_minutes_and_many_boundaries_do_not_relocate_again_and_again(cast, stations, clock, monkeypatch):
    times = []
    monkeypatch.setattr(jobs, "_followed", None)
    monkeypatch.setattr(jobs, "relocate_things", lambda: times.append("the day came"))
    monkeypatch.setattr(subscriptions, "relocate_things", lambda: times.append("they were drawn"))
    for east in (112.3, 112.4, 112.5):
        outline = outline_from_geojson(mapping(shapely.box(112.2, 32.0, east, 32.2)))
        places.draw_boundary(cast.other_street, outline, actor=cast.viewer("administrator"))
        clock.move(seconds=1)
    bus.drain(30)
    for _ in range(3):
        clock.move(minutes=20)
        run_due(names={"things.follow_boundaries"})
    assert times == ["they were drawn", "the day came"]
