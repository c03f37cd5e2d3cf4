"""Whoever subscribed to a report is told once when it is made, as long as he may see it."""

from __future__ import annotations

from typing import Any

import pytest

from citybrain.applications.operations.reports.actions import build_due
from citybrain.applications.operations.reports.models import Report, Subscription
from citybrain.base.accounts.types import system_viewer
from citybrain.base.audit.models import Record
from citybrain.base.clock import MovableClock
from citybrain.base.notices.models import Notice
from tests.applications.operations.indicators.stage import run
from tests.applications.operations.reports.stage import set_the_stage
from tests.hubs.business.cases.stage import Play, Refused

pytestmark = pytest.mark.django_db
CITY = {"key": "play.daily"}
OWN = {"key": "play.daily", "dimension": "organisation", "code": "urban"}
WHERE = "/reports/subscriptions"


@pytest.fixture
def a_day(play: Play, clock: MovableClock) -> None:
    set_the_stage()
    play.handler.takes("accept", play.dispatcher.opens())
    clock.move(days=1)
    run()


def told() -> list[Notice]:
    return list(Notice.objects.filter(key="report.made").order_by("pk"))


def test_who_subscribed_is_told_once_with_the_first_figures(a_day: None, play: Play) -> None:
    (mine,) = play.leader.put(WHERE, CITY)
    play.leader.put(WHERE, CITY)
    assert (mine["dimension"], mine["title"]["zh"]) == ("region", "日报")
    assert [one["key"] for one in play.leader.get(WHERE)] == ["play.daily"]

    build_due(actor=system_viewer("reports"))
    build_due(actor=system_viewer("reports"))

    (notice,) = told()
    report = Report.objects.get(key="play.daily", dimension="region", code=mine["code"], replaced_at=None)
    assert notice.recipient == f"user:{play.cast.user('leader').pk}"
    assert notice.subject == f"report/{report.pk}"
    assert notice.data["place"] == report.head["place"]["name"]
    assert "新立案件 1 件" in notice.data["headline"]["zh"]
    assert "Opened 1 cases" in notice.data["headline"]["en"]
    assert Record.objects.filter(action="report.subscribed").count() == 1


def test_each_hears_of_his_own_place_and_no_longer_after_he_left(a_day: None, play: Play) -> None:
    play.handler.put(WHERE, OWN)
    play.leader.put(WHERE, CITY)
    play.leader.delete(WHERE, **CITY, dimension="region", code=play.leader.get(WHERE)[0]["code"])

    build_due(actor=system_viewer("reports"))

    assert [one.recipient for one in told()] == [f"user:{play.cast.user('handler').pk}"]
    assert play.leader.get(WHERE) == []
    assert Record.objects.filter(action="report.unsubscribed").count() == 1


def test_who_may_no_longer_see_the_place_is_not_told(a_day: None, play: Play) -> None:
    play.handler.put(WHERE, OWN)
    play.cast.user("handler").duties.update(revoked_at="2026-01-01T00:00:00Z")

    build_due(actor=system_viewer("reports"))

    assert told() == []
    assert Subscription.objects.count() == 1


@pytest.mark.parametrize(
    ("wanted", "status", "code"),
    [
        ({"key": "play.nothing"}, 404, "reports.unknown"),
        ({**OWN, "dimension": "region", "code": "420602"}, 403, "access.denied"),
        ({**OWN, "code": "urban-fancheng-none"}, 404, ""),
    ],
)
def test_what_cannot_be_subscribed_to_is_refused(a_day: None, play: Play, wanted: Any, status: int, code: str) -> None:
    with pytest.raises(Refused) as refused:
        play.handler.put(WHERE, wanted)

    assert refused.value.status == status
    assert Subscription.objects.count() == 0


def test_a_place_that_no_report_is_made_for_by_itself_is_refused(a_day: None, play: Play) -> None:
    with pytest.raises(Refused) as refused:
        play.leader.put(WHERE, {**CITY, "dimension": "region", "code": "420606001"})

    assert (refused.value.status, refused.value.code) == (409, "reports.not_made_for")
