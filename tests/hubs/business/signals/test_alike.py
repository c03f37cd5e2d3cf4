"""Cases that resemble one: what a person is shown before he handles the same matter twice."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from citybrain.hubs.business.cases.models import Case
from tests.hubs.business.signals.conftest import METRE, STREET, Hotline


def north(metres: float) -> dict[str, float]:
    return {"lon": STREET["lon"], "lat": STREET["lat"] + metres * METRE}


def similar(hotline: Hotline, case: Case, by: str = "dispatcher") -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = hotline.get(f"/cases/{case.number}/similar", by=by)
    return found


def test_near_cases_of_one_kind_are_alike_and_say_why(hotline: Hotline):
    lamp = hotline.case_of(hotline.reports("人民路路灯不亮"))
    near = hotline.case_of(hotline.reports("人民路口路灯坏了不亮", **north(120)))
    hotline.reports("公园路灯整片不亮", **north(800))

    [one] = similar(hotline, lamp)

    assert one["case"]["number"] == near.number
    assert one["case"]["organisation_name"] == "市城管执法委"
    assert one["why"]["same_kind"]
    assert one["why"]["distance_m"] == pytest.approx(120, abs=1)
    assert 0.35 <= one["why"]["score"] < 1


def test_the_same_address_counts_more_than_distance(hotline: Hotline):
    yard = hotline.case_of(hotline.reports("院内垃圾成堆", case_type="yard", address="人民路12号"))
    hotline.clock.move(hours=80)  # too long for a merge
    there = hotline.case_of(hotline.reports("垃圾没人清", case_type="yard", address="人民路 12 号", **north(200)))
    beside = hotline.case_of(hotline.reports("别处垃圾", case_type="yard", address="长虹路8号", **north(150)))

    found = similar(hotline, yard)

    assert [one["case"]["number"] for one in found] == [there.number, beside.number]
    assert [one["why"]["same_address"] for one in found] == [True, False]


def test_what_ended_lately_is_alike_and_what_ended_long_ago_is_not(hotline: Hotline):
    old = hotline.case_of(hotline.reports("人民路路灯不亮"))
    hotline.post(f"/cases/{old.number}/actions/end_no_action", {"reason": "已恢复"})
    hotline.clock.move(days=5)
    lamp = hotline.case_of(hotline.reports("人民路路灯又不亮"))

    [one] = similar(hotline, lamp)
    assert one["case"]["number"] == old.number
    assert one["case"]["closed_at"]
    assert one["case"]["outcome_title"]["zh"]

    hotline.clock.move(days=30)
    assert similar(hotline, lamp) == []


def test_a_rounded_point_is_near_nothing(hotline: Hotline):
    lamp = hotline.case_of(hotline.reports("人民路路灯不亮"))
    hotline.reports("完全不同的说法", precision_m=11_132.0)

    assert similar(hotline, lamp) == []


def test_nobody_is_shown_a_similar_case_that_he_may_not_see(hotline: Hotline, cast: Any):
    """The border of two counties runs at 112.2: the next lamp stands in the other one."""
    here = hotline.case_of(hotline.reports("界线路灯不亮", lon=112.1998, lat=32.0512))
    there = hotline.case_of(hotline.reports("界线上的路灯不亮", lon=112.2012, lat=32.0512))
    assert [one["case"]["number"] for one in similar(hotline, here)] == [there.number]

    assert similar(hotline, here, by="county_dispatcher") == []
    assert cast.client("county_dispatcher").get(f"/api/v1/cases/{there.number}/similar").status_code == 404


def test_the_price_does_not_grow_with_the_cases_around(hotline: Hotline, cast: Any):
    lamp = hotline.case_of(hotline.reports("人民路路灯不亮", address="人民路12号"))
    client = cast.client("dispatcher")

    def price() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert client.get(f"/api/v1/cases/{lamp.number}/similar").status_code == 200
        return len(queries)

    hotline.reports("路灯坏了", **north(100))
    price()
    few = price()
    for metres in range(110, 290, 20):
        hotline.reports(f"{metres} 号路灯坏了", **north(metres))
    Case.objects.exclude(pk=lamp.pk).update(recorded_at=hotline.clock.now() - timedelta(hours=1))

    assert price() == few
    assert few == 8, "session, user, duties, the case, the declarations, three questions about others"
