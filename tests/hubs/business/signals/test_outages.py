"""When a gateway fails, hundreds of devices fall silent: one case, in which every alarm is listed."""

from __future__ import annotations

from datetime import timedelta
from typing import ClassVar

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from citybrain.base import bus
from citybrain.base.audit import SYSTEM
from citybrain.base.bus import delivery
from citybrain.base.bus.models import Failure
from citybrain.hubs.business.cases.actions import close_by_source
from citybrain.hubs.business.cases.manifest import CasesFile
from citybrain.hubs.business.cases.models import Case, TimelineEntry
from citybrain.hubs.business.cases.packing import apply_cases_file
from citybrain.hubs.business.cases.queries.timeline import timeline
from citybrain.hubs.business.signals.actions.alarms import AlarmMessage
from citybrain.hubs.business.signals.models import Signal
from tests.hubs.business.signals.conftest import STREET

OUTAGE = {
    "within_minutes": 30,
    "gateway": {"zh": "网关离线：{of} 的 {count} 台设备", "en": "Gateway {of} offline: {count} devices"},
    "organisation": {"zh": "成片静默：{count} 台设备", "en": "Silent together: {count} devices"},
}
KINDS = {
    "case_types": [
        {"code": "mute", "title": {"zh": "设备静默", "en": "Silent"}, "loop": "standard", "merge": {"outage": OUTAGE}},
        {"code": "mute.close", "parent": "mute", "title": {"zh": "静默", "en": "Mute"}, "on_alarm_resolved": "close"},
        {"code": "single", "title": {"zh": "静默", "en": "Mute"}, "loop": "standard"},
    ],
    "responsibilities": [{"case_type": "mute", "region": "*", "organisation": "urban"}],
}


class Fired(AlarmMessage, frozen=True, kw_only=True):
    type: ClassVar[str] = "alarm.fired"


class Resolved(AlarmMessage, frozen=True, kw_only=True):
    type: ClassVar[str] = "alarm.resolved"


class City:
    """A city whose devices fall silent and come back."""

    def __init__(self, hotline):
        self.hotline, self.clock = hotline, hotline.clock
        apply_cases_file("outages", CasesFile.model_validate(KINDS), actor=SYSTEM)

    def tells(self, message, things, *, deliver=True, organisation="/gov/urban/", **more):
        """One message for each of the things, all in one transaction."""
        now = self.clock.now()
        with transaction.atomic():
            events = bus.publish_many([self._draft(message, thing, now, organisation, more) for thing in things])
        if deliver:
            self.hotline.deliver()
        return events

    def _draft(self, message, thing, now, organisation, more):
        fields = {"alarm": f"{thing}-silent", "rule": "lamp.silent", "thing": thing, "property": "online",
                  "severity": 4, "title": {"zh": "控制器静默", "en": "Controller silent"}, "start_at": now, "at": now,
                  "case_type": "mute", "region_path": "/4206/420606/420606001/", "kind": "silence", "model": "lamp",
                  "gateway": "GW-7", "precision_m": 10.0, **STREET, **more}  # fmt: skip
        return bus.Draft(
            message(**fields), f"alarm/{fields['alarm']}", None, now, fields["region_path"], (organisation,)
        )

    def case(self):
        return Case.objects.get()


@pytest.fixture
def city(hotline):
    return City(hotline)


def lamps(count, first=0):
    return [f"lamp-{number:03}" for number in range(first, first + count)]


def test_the_devices_of_one_gateway_are_one_case_with_every_alarm_in_it(city):
    city.tells(Fired, lamps(312))

    case = city.case()
    assert (case.title, case.signal_count) == ("网关离线：GW-7 的 312 台设备", 312)
    signals = Signal.objects.order_by("pk")
    assert {signal.thing for signal in signals} == set(lamps(312))
    assert [signal.state for signal in signals] == ["opened"] + ["merged"] * 311
    assert {signal.merge_reason["rule"] for signal in signals[1:]} == {"same_outage"}
    assert not Failure.objects.exists()


def test_each_merge_names_the_alarm_that_it_follows_from(city):
    events = city.tells(Fired, lamps(40))
    from citybrain.base.bus.models import OutboxEvent

    merged = OutboxEvent.objects.filter(type="signal.merged").order_by("position")
    assert [event.cause for event in merged] == events[1:]


def test_the_cost_of_an_alarm_does_not_grow_with_their_number(city):
    """Of 200 alarms in place of 20 only inserts become more: as many as SQLite's limit of parameters asks for."""
    few, many = cost(city, 20), cost(city, 200, gateway="GW-8")
    assert Case.objects.count() == 2
    assert many - few <= (200 - 20) / 8
    assert cost(city, 200, kind=Resolved, gateway="GW-8") <= 40


def cost(city, count, kind=Fired, gateway="GW-7", **more):
    things = [f"{gateway}-{thing}" for thing in lamps(count)]
    city.tells(kind, things, gateway=gateway, deliver=False)
    with CaptureQueriesContext(connection) as asked:
        city.hotline.deliver()
    return len(asked)


def test_devices_that_fall_silent_later_follow_within_the_window_and_not_beyond(city):
    city.tells(Fired, lamps(3))
    city.clock.move(minutes=20)
    city.tells(Fired, lamps(3, first=3))
    assert city.case().title == "网关离线：GW-7 的 6 台设备"

    city.clock.move(minutes=20)
    city.tells(Fired, lamps(2, first=6))
    assert [case.signal_count for case in Case.objects.order_by("pk")] == [6, 2]


def test_a_message_that_comes_late_joins_by_when_it_fell_silent(city):
    city.tells(Fired, lamps(2))
    began = city.clock.now()
    city.clock.move(hours=5)
    city.tells(Fired, ["lamp-late"], start_at=began + timedelta(minutes=3))
    assert city.case().signal_count == 3


def test_one_after_the_other_they_come_to_the_same(city):
    for thing in lamps(4):
        city.tells(Fired, [thing])
    assert (city.case().title, city.case().signal_count) == ("网关离线：GW-7 的 4 台设备", 4)
    assert Signal.objects.filter(merge_reason__rule="same_outage").count() == 3


def test_another_gateway_is_another_case_and_one_device_has_its_own_title(city):
    city.tells(Fired, lamps(2))
    city.tells(Fired, ["lamp-900"], gateway="GW-8")
    assert [case.title for case in Case.objects.order_by("pk")] == ["网关离线：GW-7 的 2 台设备", "控制器静默"]


def test_without_a_gateway_owner_and_model_decide(city):
    city.tells(Fired, lamps(5), gateway="")
    city.tells(Fired, ["lamp-501"], gateway="", organisation="/gov/eco/")
    city.tells(Fired, ["pump-1"], gateway="", model="pump")
    assert [(case.title, case.signal_count) for case in Case.objects.order_by("pk")] == [
        ("成片静默：5 台设备", 5), ("控制器静默", 1), ("控制器静默", 1)
    ]  # fmt: skip


def test_a_kind_that_declares_no_outage_folds_none_nor_does_a_threshold(city):
    city.tells(Fired, lamps(3), case_type="single")
    city.tells(Fired, lamps(3, first=10), kind="threshold")
    assert Case.objects.count() == 6


def test_a_device_with_a_case_of_its_own_stays_in_that(city):
    city.tells(Fired, ["lamp-001"], gateway="")
    own = city.case().number
    city.clock.move(hours=2)
    with transaction.atomic():
        bus.publish_many([city._draft(Fired, thing, city.clock.now(), "/gov/urban/", {"alarm": f"{thing}-again"})
                          for thing in lamps(3)])  # fmt: skip
    city.hotline.deliver()
    assert Signal.objects.get(source_id="lamp-001-again").case_number == own
    assert [case.signal_count for case in Case.objects.order_by("pk")] == [2, 2]


def test_closing_is_proposed_when_the_last_has_come_back(city):
    city.tells(Fired, lamps(300))
    city.clock.move(minutes=50)
    city.tells(Resolved, lamps(299))
    case = city.case()
    notes = TimelineEntry.objects.filter(case=case, kind="alarm").order_by("pk")
    assert not any("建议核实后结案" in note.params["text"]["zh"] for note in notes)
    assert len(notes) <= 3

    city.tells(Resolved, ["lamp-299"])
    assert "建议核实后结案" in notes.last().params["text"]["zh"]
    assert city.case().closed_at is None
    assert not Signal.objects.filter(resolved_at=None).exists()


def test_it_closes_by_itself_where_its_kind_says_so_and_the_next_outage_is_another_case(city):
    city.tells(Fired, lamps(30), case_type="mute.close")
    city.clock.move(minutes=5)
    city.tells(Resolved, lamps(30), case_type="mute.close")
    assert city.case().closed_at == city.clock.now()
    told = timeline(city.case())[-1].text
    assert told["zh"].startswith("结案（告警已恢复）")
    assert told["en"].startswith("Closed (the alarm is over): “Controller silent” and 29 more alarms are over;")

    city.clock.move(minutes=5)
    with transaction.atomic():
        bus.publish_many([city._draft(Fired, thing, city.clock.now(), "/gov/urban/",
                                      {"alarm": f"{thing}-again", "case_type": "mute.close"})
                          for thing in lamps(30)])  # fmt: skip
    city.hotline.deliver()
    assert [case.signal_count for case in Case.objects.order_by("pk")] == [30, 30]


def test_a_gateway_that_flaps_is_told_to_its_case_in_one_line(city):
    city.tells(Fired, lamps(50))
    city.tells(Resolved, lamps(50))
    with transaction.atomic():
        bus.publish_many([
            city._draft(Fired, thing, city.clock.now(), "/gov/urban/",
                        {"alarm": f"{thing}-again", "folded": True, "root": f"{thing}-silent"})
            for thing in lamps(50)
        ])  # fmt: skip
    city.hotline.deliver()
    case = city.case()
    assert Signal.objects.filter(resolved_at=None).count() == case.signal_count == 50
    told = [entry.params["text"]["zh"] for entry in TimelineEntry.objects.filter(case=case, kind="alarm")]
    assert told == ["告警“控制器静默”等50条已恢复；建议核实后结案", "告警“控制器静默”等50条并未恢复"]


def test_a_merge_can_be_undone_and_stays_undone(city):
    city.tells(Fired, lamps(3))
    first = city.case().number
    signal = Signal.objects.get(thing="lamp-002")
    answer = city.hotline.post(f"/signals/{signal.pk}/undo", {"reason": "这盏灯被撞断"})
    assert answer.status_code == 200, answer.content

    signal.refresh_from_db()
    assert signal.undone[0]["rule"] == "same_outage"
    assert signal.case_number != first
    assert Case.objects.get(number=first).title == "网关离线：GW-7 的 2 台设备"
    city.tells(Fired, lamps(2, first=3))
    assert {s.case_number for s in Signal.objects.exclude(thing="lamp-002")} == {first}
    assert Case.objects.get(number=first).title == "网关离线：GW-7 的 4 台设备"


def test_after_the_case_was_closed_a_further_device_opens_another(city):
    city.tells(Fired, lamps(3))
    close_by_source(city.case().number, actor=SYSTEM, at=city.clock.now(), outcome="completed", note="")
    city.tells(Fired, lamps(2, first=3))
    assert [case.signal_count for case in Case.objects.order_by("pk")] == [3, 2]


def test_a_bundle_that_fails_is_taken_apart(city, monkeypatch):
    """Nothing is lost, and nothing happens twice, when the many cannot be taken at once."""
    from citybrain.hubs.business.signals.actions import storms

    monkeypatch.setattr(storms, "absorb", lambda *_, **__: 1 / 0)
    city.tells(Fired, lamps(5))
    delivery.drain(timeout=5)
    assert (city.case().signal_count, Signal.objects.count()) == (5, 5)
