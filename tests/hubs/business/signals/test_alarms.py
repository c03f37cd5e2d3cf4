"""Alarms become signals, and signals cases; an alarm that ends is told to the case and closes nothing by itself."""

from __future__ import annotations

from typing import ClassVar

import pytest
from django.db import transaction

from citybrain.base import bus
from citybrain.base.audit import SYSTEM
from citybrain.base.parties.models import Organisation
from citybrain.hubs.business.cases.actions import close_by_source
from citybrain.hubs.business.cases.models import Case, TimelineEntry
from citybrain.hubs.business.signals.actions.alarms import AlarmMessage
from citybrain.hubs.business.signals.models import Signal
from tests.hubs.business.signals.conftest import STREET


class Fired(AlarmMessage, frozen=True, kw_only=True):
    type: ClassVar[str] = "alarm.fired"


class Resolved(AlarmMessage, frozen=True, kw_only=True):
    type: ClassVar[str] = "alarm.resolved"


class Withdrawn(AlarmMessage, frozen=True, kw_only=True):
    type: ClassVar[str] = "alarm.withdrawn"


@pytest.fixture
def alarm(hotline):
    def tell(kind, alarm="ab12", deliver=True, **more):
        now = hotline.clock.now()
        fields = {"alarm": alarm, "rule": "air.pm25", "thing": "air-001", "property": "pm25", "severity": 2,
                  "title": {"zh": "PM2.5 过高", "en": "PM2.5 is high"}, "start_at": now, "at": now, "value": 180.0,
                  "case_type": "air", "region_path": "/4206/420606/420606001/", "precision_m": 10.0, **STREET,
                  **more}  # fmt: skip
        with transaction.atomic():
            event = bus.publish(
                kind(**fields), subject=f"alarm/{alarm}", region_path=fields["region_path"],
                organisation_paths=["/gov/eco/"],
            )  # fmt: skip
        if deliver:
            hotline.deliver()
        return event

    return tell


def test_an_alarm_opens_a_dispatched_case(hotline, alarm):
    event = alarm(Fired)
    signal = Signal.objects.get()
    case = hotline.case_of(signal)

    assert (signal.kind, signal.source, signal.source_id, signal.thing) == ("alarm", "alarm", "ab12", "air-001")
    assert signal.located_by == "thing"
    assert (case.title, case.severity, case.thing, case.source) == ("PM2.5 过高", 2, "air-001", "alarm")
    assert case.organisation.code == "eco"
    opened = next(e for e in events(f"case/{case.number}") if e.type == "case.opened")
    assert opened.cause == event
    assert {entry.cause for entry in TimelineEntry.objects.filter(case=case)} == {event}


def test_a_case_reads_in_both_languages_where_its_alarm_and_its_holder_do(hotline, alarm, cast):
    """What was opened before there were English titles has none, and is shown by the one it has."""
    Organisation.objects.filter(code="eco").update(name_en="Ecology Bureau")
    alarm(Fired)
    number = Case.objects.get().number
    client = cast.client("leader")

    one = client.get(f"/api/v1/cases/{number}").json()
    (row,) = client.get("/api/v1/cases").json()["items"]
    (signal,) = client.get("/api/v1/signals").json()["items"]
    for shown in (one, row):
        assert (shown["title"], shown["title_en"]) == ("PM2.5 过高", "PM2.5 is high")
        assert (shown["organisation_name"], shown["organisation_name_en"]) == ("市生态环境局", "Ecology Bureau")
    assert one["assignments"][0]["organisation_name_en"] == "Ecology Bureau"
    assert (signal["subject"], signal["subject_en"]) == ("PM2.5 过高", "PM2.5 is high")

    Case.objects.update(title_en="")
    assert client.get(f"/api/v1/cases/{number}").json()["title_en"] == ""


def events(subject):
    from citybrain.base.bus.models import OutboxEvent

    return list(OutboxEvent.objects.filter(subject=subject).order_by("position"))


def test_the_same_alarm_told_twice_is_one_signal(hotline, alarm):
    alarm(Fired)
    alarm(Fired)
    assert Signal.objects.count() == Case.objects.count() == 1


def test_what_is_only_shown_is_no_signal(hotline, alarm):
    alarm(Fired, alarm="cd34", case_type="")
    assert not Signal.objects.exists()


def test_a_flapping_alarm_is_told_to_the_case_that_is_open(hotline, alarm):
    """Twenty alarms of one fault are one signal and one case, whose timeline shows that it came back."""
    alarm(Fired)
    alarm(Resolved)
    alarm(Fired, alarm="cd34", folded=True, root="ab12")

    case = hotline.case_of(Signal.objects.get())
    told = TimelineEntry.objects.filter(case=case, kind="alarm").order_by("pk")
    assert "并未恢复" in told.last().params["text"]["zh"]
    assert Signal.objects.get().resolved_at is None

    alarm(Resolved, alarm="cd34", folded=True, root="ab12")
    assert Signal.objects.get().resolved_at is not None


def test_an_alarm_that_flaps_on_after_its_case_was_closed_asks_for_another(hotline, alarm):
    alarm(Fired)
    alarm(Resolved)
    first = hotline.case_of(Signal.objects.get())
    close_by_source(first.number, actor=SYSTEM, at=hotline.clock.now(), outcome="completed", note="")

    alarm(Fired, alarm="cd34", folded=True, root="ab12")

    second = Signal.objects.get(source_id="cd34")
    assert second.case_number not in ("", first.number)
    assert Signal.objects.get(source_id="ab12").case_number == first.number


def test_an_alarm_of_an_unknown_kind_waits_for_a_person(hotline, alarm):
    alarm(Fired, case_type="no.such.kind")
    assert Signal.objects.get().state == "waiting_for_person"


def test_the_next_alarm_of_the_same_thing_joins_the_case(hotline, alarm):
    alarm(Fired)
    hotline.clock.move(hours=3)
    alarm(Fired, alarm="cd34", rule="air.pm10", title={"zh": "PM10 过高", "en": "PM10 is high"})
    first, second = Signal.objects.order_by("pk")
    assert second.case_number == first.case_number
    assert second.merge_reason["rule"] == "same_thing"
    hotline.clock.move(hours=25)
    alarm(Fired, alarm="ef56")
    assert Case.objects.count() == 2


def test_another_sensor_opens_another_case(hotline, alarm):
    alarm(Fired)
    alarm(Fired, alarm="cd34", thing="air-002")
    assert Case.objects.count() == 2


@pytest.mark.parametrize(("kind", "word"), [(Resolved, "已恢复"), (Withdrawn, "已撤回")])
def test_the_end_of_an_alarm_is_told_to_the_case_and_closes_nothing(hotline, alarm, kind, word):
    alarm(Fired)
    hotline.clock.move(hours=1)
    alarm(kind)
    alarm(kind)
    signal = Signal.objects.get()
    case = hotline.case_of(signal)
    assert signal.resolved_at == hotline.clock.now()
    assert case.closed_at is None
    notes = [entry for entry in TimelineEntry.objects.filter(case=case) if entry.kind == "alarm"]
    assert len(notes) == 1
    assert word in notes[0].params["text"]["zh"]
    assert "建议核实后结案" in notes[0].params["text"]["zh"]
    assert "closing is proposed" in notes[0].params["text"]["en"]


def test_an_alarm_that_was_not_over_after_all_goes_on_in_its_case(hotline, alarm):
    alarm(Fired)
    alarm(Resolved)
    alarm(Fired)
    alarm(Fired)
    notes = [entry.params["text"]["zh"] for entry in TimelineEntry.objects.filter(kind="alarm").order_by("pk")]
    assert Case.objects.count() == Signal.objects.count() == 1
    assert Signal.objects.get().resolved_at is None
    assert [("已恢复" in note, "并未恢复" in note) for note in notes] == [(True, False), (False, True)]


def test_where_its_case_has_ended_it_finds_another(hotline, alarm):
    alarm(Fired, case_type="fan")
    first = Signal.objects.get().case_number
    alarm(Resolved, case_type="fan")
    assert hotline.case_of(Signal.objects.get()).closed_at is not None
    alarm(Fired, case_type="fan")
    signal = Signal.objects.get()
    assert signal.case_number != first
    assert hotline.case_of(signal).closed_at is None
    assert signal.undone[0]["case"] == first


def test_closing_is_proposed_by_the_last_alarm_only(hotline, alarm):
    alarm(Fired)
    alarm(Fired, alarm="cd34")
    alarm(Resolved)
    [note] = TimelineEntry.objects.filter(kind="alarm")
    assert "建议" not in note.params["text"]["zh"]


def test_a_kind_may_say_that_its_cases_close_with_their_alarms(hotline, alarm):
    alarm(Fired, case_type="fan")
    hotline.clock.move(minutes=5)
    alarm(Resolved, case_type="fan")
    case = hotline.case_of(Signal.objects.get())
    assert case.closed_at == hotline.clock.now()


def test_an_alarm_that_ended_before_it_was_taken_still_tells_its_case(hotline, alarm):
    """Both messages are waiting on the bus; the end comes right behind the beginning."""
    alarm(Fired, deliver=False)
    alarm(Resolved)
    assert TimelineEntry.objects.filter(kind="alarm").count() == 1


def test_the_end_of_an_alarm_that_was_only_shown_is_nobody_s_business(hotline, alarm):
    alarm(Resolved)
    assert not Signal.objects.exists()
