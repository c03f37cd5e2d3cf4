"""Several people who merge at once, on a database that really commits: no report is lost, and nobody waits for ever."""

from __future__ import annotations

import threading
from functools import partial
from typing import Any

import pytest
from django.db import transaction

from citybrain.hubs.business.cases.models import Case
from citybrain.hubs.business.signals.actions import merge_signal, merge_two_cases
from citybrain.hubs.business.signals.models import Signal
from tests.at_once import at_once
from tests.cast import Cast
from tests.hubs.business.signals.conftest import METRE, STREET, Hotline

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def hotline(transactional_db: None, clock: Any) -> Hotline:
    return Hotline(Cast(), clock)


def apart(hotline: Hotline, text: str, metres: int) -> Signal:
    """A report with a case of its own."""
    return hotline.reports(text, lon=STREET["lon"], lat=STREET["lat"] + metres * METRE)


def test_who_merges_crosswise_does_not_wait_for_ever(hotline):
    who = hotline.cast.viewer("dispatcher")
    for turn in range(4):
        one, other = (apart(hotline, text, 400 * turn + more).case_number for text, more in (("甲", 0), ("乙", 200)))

        answers = at_once(
            partial(merge_two_cases, one, other, actor=who, reason="同一件事"),
            partial(merge_two_cases, other, one, actor=who, reason="同一件事"),
        )

        assert sorted(answers) == ["done", "signal.case_ended"]


@pytest.mark.parametrize("alone", [False, True])
def test_a_report_that_joins_a_case_while_it_is_merged_is_not_left_in_it(hotline, alone):
    """Two cases are merged, or the only signal of one is moved, while another report is put there."""
    who, other = hotline.cast.viewer("dispatcher"), hotline.cast.viewer("dispatcher")
    one, into, late = apart(hotline, "甲", 0), apart(hotline, "乙", 200), apart(hotline, "丙", 400)
    joined, looked = threading.Event(), threading.Event()

    def joins() -> None:
        with transaction.atomic():
            merge_signal(late.pk, one.case_number, actor=who, reason="同一件事")
            joined.set()
            looked.wait(1)  # the rest of a slow request

    def merges() -> None:
        joined.wait(10)
        if alone:
            merge_signal(one.pk, into.case_number, actor=other, reason="同一件事")
        else:
            merge_two_cases(one.case_number, into.case_number, actor=other, reason="同一件事")
        looked.set()

    answers = at_once(joins, merges)

    assert answers[0] == "done"
    ended = Case.objects.filter(closed_at__isnull=False).values_list("number", flat=True)
    assert not Signal.objects.filter(case_number__in=list(ended)).exists()
    assert (
        Case.objects.filter(closed_at=None, signal_count__gt=0).count() == Case.objects.filter(closed_at=None).count()
    )
