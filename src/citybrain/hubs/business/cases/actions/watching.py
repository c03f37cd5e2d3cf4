"""Watching the clocks: warnings and escalations that really happen, and the daily proof that they do."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from django.db import transaction

from citybrain.base import audit, bus, clock
from citybrain.base.audit import Actor
from citybrain.hubs.business.cases import clockwork
from citybrain.hubs.business.cases.actions.announcing import tell_operators
from citybrain.hubs.business.cases.actions.change import Change
from citybrain.hubs.business.cases.actions.timing import CLOCK, ring_passed
from citybrain.hubs.business.cases.messages import ClockSelfTested
from citybrain.hubs.business.cases.models import Case, ClockRun, SelfTest
from citybrain.hubs.business.cases.queries.catalogue import catalogue

MOST_AT_ONCE = 500
BATCH = 25
SELF_TEST_SECONDS = 30.0
PATIENCE = timedelta(minutes=5)


def ring_clocks() -> bool:
    """Perform every warning and escalation that has come by city time; true when there was one.

    Each case's clocks ring in one transaction with all that follows, and what was performed is no longer due: killed
    at any point, the next call does the rest and nothing twice. What fails is tried again and does not hold up others.
    """
    due = list(
        ClockRun.objects.filter(next_at__lte=clock.now())
        .order_by("next_at", "pk")
        .values_list("case_id", "pk")[:MOST_AT_ONCE]
    )
    cases = list(dict.fromkeys(case for case, _ in due if case is not None))
    failures: list[Exception] = []
    for start in range(0, len(cases), BATCH):
        _ring_batch(cases[start : start + BATCH], failures)
    for run in (pk for case, pk in due if case is None):
        escalate_self_test(run)
    if failures:
        raise failures[0]
    return bool(due)


def _ring_batch(cases: Sequence[int], failures: list[Exception]) -> None:
    """Many cases in one transaction, because each costs a sync; one that fails is left out and the others go singly."""
    try:
        with transaction.atomic():
            for case in sorted(cases):
                ring_case(case)
    except Exception as error:
        if len(cases) == 1:
            failures.append(error)
            return
        for case in cases:
            _ring_batch([case], failures)


@transaction.atomic
def ring_case(case_id: int) -> None:
    """Ring what is due on one case, with the case locked as every step locks it."""
    case = Case.objects.select_related("organisation").select_for_update(of=("self",)).get(pk=case_id)
    change = Change(case, actor=CLOCK)
    ring_passed(change)
    change.save()


# the daily self-test


@transaction.atomic
def start_self_test(*, actor: Actor) -> SelfTest:
    """Start a clock that belongs to no case and must be seen to escalate within five minutes."""
    now = clock.now()
    due = now + timedelta(seconds=SELF_TEST_SECONDS)
    run = ClockRun.objects.create(
        extent=ClockRun.Extent.SELF_TEST, started_at=now, running_since=now, total_seconds=SELF_TEST_SECONDS,
        due_at=due, next_level=100, next_at=due,
    )  # fmt: skip
    test = SelfTest.objects.create(run=run, started_at=now, started_wall_at=clock.wall_now(), due_at=due)
    audit.record(actor, "clock.self_test_started", kind="self_test", key=str(test.pk))
    return test


@transaction.atomic
def escalate_self_test(run_id: int) -> None:
    """The clock of a self-test rang: it went the way of every clock, from the index to the bus."""
    run = ClockRun.objects.select_for_update().get(pk=run_id)
    if run.next_at is None or run.next_at > clock.now():
        return
    test = SelfTest.objects.select_for_update().get(run=run)
    run.warned_level, run.breached_at = 100, run.due_at
    clockwork.stop(run, at=clock.now())
    run.save(update_fields=clockwork.RUNNING)
    test.escalated_at = clock.now()
    if test.state == SelfTest.State.RUNNING:
        test.state, test.judged_at = SelfTest.State.PASSED, clock.now()
    test.save(update_fields=["escalated_at", "state", "judged_at"])

    audit.record(CLOCK, "clock.self_tested", kind="self_test", key=str(test.pk), state=test.state)
    bus.publish(
        ClockSelfTested(test=test.pk, due_at=test.due_at), subject=f"self_test/{test.pk}", actor=CLOCK,
        occurred_at=test.due_at,
    )  # fmt: skip


@transaction.atomic
def judge_self_tests() -> int:
    """Call a self-test failed that was not seen to escalate in time, by city and by wall time; returns how many."""
    silent = SelfTest.objects.select_for_update().filter(
        state=SelfTest.State.RUNNING,
        due_at__lt=clock.now() - PATIENCE,
        started_wall_at__lt=clock.wall_now() - PATIENCE,
    )
    failed = list(silent.order_by("pk"))
    for test in failed:
        test.state, test.judged_at = SelfTest.State.FAILED, clock.now()
        test.save(update_fields=["state", "judged_at"])
        audit.record(CLOCK, "clock.self_test_failed", kind="self_test", key=str(test.pk))
        tell_operators("clock.self_test_failed", subject=f"self_test/{test.pk}", due_at=test.due_at.isoformat())
    return len(failed)


def prove_clocks_daily() -> None:
    """Judge yesterday's self-test, and start today's when the city's day has none yet."""
    judge_self_tests()
    zone = catalogue().zone
    today = clock.now().astimezone(zone).date()
    last = SelfTest.objects.order_by("-pk").first()
    if last is None or last.started_at.astimezone(zone).date() < today:
        start_self_test(actor=CLOCK)
