"""Citizens at the portal: a report with a photo, the code, a look at what became of it, a rating or a complaint."""

from __future__ import annotations

import json

import pytest

from citybrain.applications.governance.appeals.models import Rating
from citybrain.base import clock
from citybrain.base.accounts import system_viewer
from citybrain.base.bus.delivery import Dispatcher
from citybrain.base.packs import load_packs
from citybrain.hubs.business.cases.actions import close_by_source
from citybrain.hubs.business.cases.models import Case
from citybrain.hubs.business.signals.models import Signal
from citybrain.lab.life import citizens as portal
from citybrain.lab.life.citizens import Citizens
from citybrain.lab.life.reports import Report
from tests.lab.life.stage import StageDoor

pytestmark = pytest.mark.django_db


def a_report(number: int = 77, at: int = 0) -> Report:
    row = {
        "source_id": f"HJ{number}", "occurred_at": "2026-03-02T01:00:00Z", "text": "人民路12号路灯不亮了。",
        "lon": 112.05, "lat": 32.1, "precision_m": 20, "address": "人民路12号", "reporter": {"phone": "15400001234"},
    }  # fmt: skip
    return Report(at, row, "app", "", "lamp")


@pytest.fixture
def people(cast, clock, tmp_path) -> Citizens:
    load_packs(actor=system_viewer("test"))
    return Citizens(3, StageDoor(cast), "source_system", tmp_path)


def closed_case(cast, signal: Signal) -> Case:
    """Delivered, opened, and closed by whoever may close without a hand."""
    Signal.objects.filter(pk=signal.pk).update(case_type="urban.facilities.street_light")
    while Dispatcher().run_once():
        pass
    number = Signal.objects.get(pk=signal.pk).case_number
    close_by_source(number, at=clock.now(), actor=system_viewer("test"))
    return Case.objects.get(number=number)


def test_a_report_with_a_photo_is_kept_once_and_its_code_by_its_owner_alone(people):
    assert people.report(a_report())
    assert people.report(a_report())

    signal = Signal.objects.get()
    assert (signal.kind, signal.text) == ("app", "人民路12号路灯不亮了。")
    assert len(people.receipts) == 1
    assert people.path.stat().st_mode & 0o077 == 0
    again = Citizens(3, people.door, "source_system", people.path.parent)
    assert again.receipts == people.receipts


def test_they_look_from_time_to_time_and_judge_when_it_is_closed(people, cast, clock, monkeypatch):
    monkeypatch.setattr(portal, "NOT_CONTENT", 0.0)
    monkeypatch.setattr(portal, "RATES", 1.0)
    now = int(clock.now().timestamp())
    people.report(a_report(at=now))
    assert people.look(now) == 0

    clock.move(hours=30)
    assert people.look(clock.now().timestamp()) == 0
    assert len(people.receipts) == 1

    closed_case(cast, Signal.objects.get())
    clock.move(hours=30)
    assert people.look(clock.now().timestamp()) == 1
    assert Rating.objects.get().level in range(1, 6)
    assert people.receipts == []


def test_some_are_not_content_and_it_is_taken_up_again(people, cast, clock, monkeypatch):
    monkeypatch.setattr(portal, "NOT_CONTENT", 1.0)
    people.report(a_report(at=int(clock.now().timestamp())))
    case = closed_case(cast, Signal.objects.get())
    clock.move(hours=30)

    assert people.look(clock.now().timestamp()) == 1
    case = Case.objects.get(pk=case.pk)
    assert case.closed_at is None
    assert case.reopened_count == 1
    assert len(people.receipts) == 1


def test_a_report_that_the_portal_does_not_take_is_left_to_the_app(people):
    row = {**a_report().row, "lon": 150.0}
    assert not people.report(Report(0, row, "app", "", ""))
    assert people.receipts == []
    assert not people.path.exists() or json.loads(people.path.read_text()) == []
