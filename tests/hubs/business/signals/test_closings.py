"""A source system closes its own tickets; the case follows when all are closed, and nobody's work is invented."""

from __future__ import annotations

from datetime import timedelta

import pytest

from citybrain.hubs.business.cases.models import Assignment, Case, TimelineEntry
from citybrain.hubs.business.signals.models import Signal
from tests.hubs.business.signals.conftest import METRE, STREET

NEAR = {"lon": STREET["lon"], "lat": STREET["lat"] + 20 * METRE}


def closing(hotline, source_id, **more):
    return {"source": "12345", "source_id": source_id, "closed_at": hotline.clock.now().isoformat(), **more}


def test_a_case_closes_when_all_its_signals_are_closed(hotline):
    one, _two = hotline.reports(source_id="one"), hotline.reports(source_id="two", **NEAR)
    hotline.clock.move(days=1)

    assert hotline.close(closing(hotline, "one", outcome="fixed", note="bulb"))["accepted"] == 1
    hotline.deliver()
    assert hotline.case_of(one).closed_at is None

    hotline.clock.move(days=1)
    hotline.close(closing(hotline, "two"))
    hotline.deliver()
    case = hotline.case_of(one)
    assert case.closed_at == hotline.clock.now()
    assert case.outcome == "closed_by_source"
    last = TimelineEntry.objects.filter(case=case).order_by("pk").last()
    assert last.actor_label == "12345"
    assert Assignment.objects.filter(case=case, accepted_at__isnull=False).count() == 0
    assert case.accepted_at is None
    assert case.finished_at is None


def test_a_closing_never_overtakes_its_signal(hotline):
    """Sent one right after the other, before anything is delivered."""
    hotline.send(hotline.row(source_id="one"))
    hotline.clock.move(minutes=1)
    hotline.close(closing(hotline, "one"))
    hotline.deliver()
    signal = Signal.objects.get()
    assert signal.state == "opened"
    assert hotline.case_of(signal).closed_at is not None


def test_what_was_never_reported_is_refused(hotline):
    hotline.reports(source_id="one")
    answer = hotline.close(
        closing(hotline, "one"),
        closing(hotline, "never"),
        {"source": "12345", "source_id": "one"},
        closing(hotline, "one", closed_at="2020-01-01T00:00:00Z"),
        closing(hotline, "one", closed_at=(hotline.clock.now() + timedelta(hours=1)).isoformat()),
    )
    assert answer["accepted"] == 1
    assert [(r["index"], r["field"], r["code"]) for r in answer["rejected"]] == [
        (1, "source_id", "signal.unknown"),
        (2, "closed_at", "input.required"),
        (3, "closed_at", "signal.closed_before"),
        (4, "closed_at", "signal.in_the_future"),
    ]


def test_twice_is_once(hotline):
    signal = hotline.reports(source_id="one")
    both = hotline.close(closing(hotline, "one"), closing(hotline, "one"))
    assert (both["accepted"], both["duplicates"]) == (1, 1)
    hotline.deliver()
    closed_at = hotline.case_of(signal).closed_at
    hotline.clock.move(hours=1)
    assert hotline.close(closing(hotline, "one"))["duplicates"] == 1
    hotline.deliver()
    assert hotline.case_of(signal).closed_at == closed_at


def test_a_waiting_signal_ends_without_a_case(hotline):
    signal = hotline.reports(source_id="one", case_type=None, label="?")
    hotline.close(closing(hotline, "one"))
    hotline.deliver()
    signal.refresh_from_db()
    assert (signal.state, signal.waiting_reason) == ("ended", "")
    assert not Case.objects.exists()


def test_a_case_that_somebody_closed_before_stays_as_he_left_it(hotline):
    signal = hotline.reports(source_id="one")
    ended = hotline.post(f"/cases/{signal.case_number}/actions/end_no_action", {"reason": "误报"})
    assert ended.status_code == 200, ended.content
    hotline.clock.move(hours=1)
    hotline.close(closing(hotline, "one"))
    hotline.deliver()
    assert hotline.case_of(signal).outcome == "no_action_needed"
    assert Signal.objects.get().source_closed_at == hotline.clock.now()


def test_not_for_another_region(hotline):
    signal = hotline.reports(source_id="one")
    answer = hotline.close(closing(hotline, "one"), by="dispatcher_elsewhere")
    assert answer["rejected"][0]["code"] == "signal.unknown"
    hotline.deliver()
    assert hotline.case_of(signal).closed_at is None


def test_an_undone_merge_closes_on_its_own(hotline):
    one, two = hotline.reports(source_id="one"), hotline.reports(source_id="two", **NEAR)
    hotline.post(f"/signals/{two.pk}/undo", {"reason": "x"})
    hotline.close(closing(hotline, "two"))
    hotline.deliver()
    assert hotline.case_of(two).closed_at is not None
    assert hotline.case_of(one).closed_at is None


def test_after_a_reopening_the_source_closes_anew(hotline):
    signal = hotline.reports(source_id="one")
    hotline.clock.move(hours=1)
    hotline.close(closing(hotline, "one"))
    hotline.deliver()
    hotline.post(f"/cases/{signal.case_number}/actions/reopen", {"reason": "没修好"})
    hotline.deliver()
    assert hotline.case_of(signal).closed_at is None

    hotline.clock.move(hours=5)
    assert hotline.close(closing(hotline, "one"))["accepted"] == 1
    hotline.deliver()

    assert hotline.case_of(signal).closed_at == hotline.clock.now()


@pytest.mark.parametrize("how", ["undo", "merge"])
def test_what_stays_behind_is_closed_when_the_last_open_signal_leaves(hotline, how):
    one, two = hotline.reports(source_id="one"), hotline.reports(source_id="two", **NEAR)
    other = hotline.reports("远处", region="420606001")
    hotline.close(closing(hotline, "one"))
    hotline.deliver()
    assert hotline.case_of(one).closed_at is None

    body = {"reason": "另一盏"} if how == "undo" else {"reason": "那一盏", "case": other.case_number}
    assert hotline.post(f"/signals/{two.pk}/{how}", body).status_code == 200

    assert hotline.case_of(one).outcome == "closed_by_source"
    assert hotline.case_of(two).closed_at is None


def test_a_closed_signal_that_is_taken_out_leaves_no_open_case(hotline):
    one, two = hotline.reports(source_id="one"), hotline.reports(source_id="two", **NEAR)
    hotline.close(closing(hotline, "two"))
    hotline.deliver()

    hotline.post(f"/signals/{two.pk}/undo", {"reason": "另一盏"})

    assert hotline.case_of(two).outcome == "closed_by_source"
    assert hotline.case_of(one).closed_at is None
