"""What happens at once, and what it costs: two senders with the same rows, and the statements of a triaged signal."""

from __future__ import annotations

from django.db import connection
from django.test.utils import CaptureQueriesContext

from citybrain.base import clock
from citybrain.base.bus.models import Failure
from citybrain.hubs.business.cases.models import Case
from citybrain.hubs.business.signals import matching
from citybrain.hubs.business.signals.actions import intake
from citybrain.hubs.business.signals.models import Signal

MOST_TO_OPEN = 30  # of which the bus needs 8, the case and its dispatch 14
MOST_TO_MERGE = 28


def test_who_sends_the_same_rows_at_the_same_moment_gets_duplicates(hotline, monkeypatch):
    """The other one's rows were committed after we had looked."""
    rows = [hotline.row(source_id="A"), hotline.row(source_id="B")]
    hotline.send(rows[0])
    looks = [lambda reports: {}, intake._there]
    monkeypatch.setattr(intake, "_there", lambda reports: looks.pop(0)(reports))

    answer = hotline.send(*rows)

    assert (answer["accepted"], answer["duplicates"]) == (1, 1)
    assert sorted(Signal.objects.values_list("source_id", flat=True)) == ["A", "B"]


def test_a_case_that_ends_at_the_same_moment_takes_no_report(hotline, monkeypatch):
    """Somebody ends it between the look for candidates and the merge: the report is tried again and opens its own."""
    first = hotline.reports()
    hotline.send(hotline.row())
    found = matching.open_candidates

    def found_and_then_ended(*asked, **more):
        candidates = found(*asked, **more)
        Case.objects.update(closed_at=hotline.clock.now(), outcome="resolved")
        return candidates

    with monkeypatch.context() as patch:
        patch.setattr(matching, "open_candidates", found_and_then_ended)
        hotline.deliver()
    second = Signal.objects.exclude(pk=first.pk).get()
    assert second.state == "received"

    Case.objects.update(closed_at=hotline.clock.now(), outcome="resolved")
    Failure.objects.update(next_at=clock.wall_now())
    hotline.deliver()
    second.refresh_from_db()
    assert second.state == "opened"
    assert second.case_number != first.case_number


def statements(hotline, **more) -> int:
    hotline.send(hotline.row(**more))
    with CaptureQueriesContext(
        connection,
    ) as asked:
        hotline.deliver()
    return sum(not query["sql"].startswith(("SAVEPOINT", "RELEASE")) for query in asked.captured_queries)


def test_a_signal_costs_few_statements_however_many_cases_are_open(hotline):
    """150 signals a second leave six milliseconds for each."""
    statements(hotline, lat=32.01, lon=112.01)
    opening = statements(hotline, lat=32.02, lon=112.02)
    merging = statements(hotline, lat=32.02, lon=112.02)
    for step in range(30):
        hotline.send(hotline.row(lat=32.05, lon=112.05 + step * 0.0011, text=f"第{step}盏灯"))
    hotline.deliver()

    assert opening <= MOST_TO_OPEN
    assert merging <= MOST_TO_MERGE
    assert statements(hotline, lat=32.09, lon=112.09) <= opening
    assert statements(hotline, lat=32.02, lon=112.02) <= merging
    assert Case.objects.count() > 25
