"""Cases follow the city when its trees are rearranged."""

from __future__ import annotations

from citybrain.base import bus
from citybrain.base.audit import SYSTEM
from citybrain.base.parties.actions import move_organisation
from citybrain.base.places.actions import move_region
from tests.hubs.business.cases.stage import Play


def test_a_case_stays_visible_to_its_holder_when_departments_are_rearranged(play: Play):
    case = play.dispatcher.opens()
    bus.drain()  # the work process runs before anything is rearranged
    assert case.number in play.handler.sees()

    move_organisation(play.cast.organisation, actor=SYSTEM, parent=play.cast.other_organisation)
    bus.drain()

    assert case.number in play.handler.sees()
    assert play.handler.takes("accept", case)["state"] == "handling"


def test_a_case_is_found_in_the_region_where_its_street_now_belongs(play: Play):
    case = play.dispatcher.opens()
    bus.drain()  # the work process runs before anything is rearranged

    move_region(play.cast.street, actor=SYSTEM, parent=play.cast.other_county)
    bus.drain()

    assert case.region_path == "/4206/420602/420606001/"
    assert case.number in play.dispatcher.sees(region="420602")
    assert case.number not in play.dispatcher.sees(region="420606")
