"""Several people at once, on a database that really commits: one wins, the others are told, nothing is half done."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from citybrain.base.audit import SYSTEM, Actor
from citybrain.base.audit.models import Record
from citybrain.base.bus.models import OutboxEvent
from citybrain.base.clock import MovableClock
from citybrain.base.errors import Conflict
from citybrain.hubs.business.cases.actions import absorb, open_case, perform
from citybrain.hubs.business.cases.actions.watching import ring_clocks
from citybrain.hubs.business.cases.models import Assignment, Case, TimelineEntry
from tests.at_once import at_once
from tests.cast import Cast
from tests.hubs.business.cases.stage import LAMPS, declare

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def city(transactional_db: None, clock: MovableClock) -> Cast:
    cast = Cast()
    declare(LAMPS)
    return cast


def opened(cast: Cast) -> Case:
    return open_case(
        actor=SYSTEM, case_type="city.lamp", title="路灯不亮", source="signal", region_path=cast.street.path,
        region_code=cast.street.code,
    )  # fmt: skip


def step(case: Case | str, key: str, actor: Actor, **fields: Any) -> Callable[[], Case]:
    return lambda: perform(case, key, actor=actor, **fields)


@pytest.mark.parametrize("by_number", [True, False])
def test_of_two_who_act_at_once_one_wins_and_the_other_is_told(city: Cast, by_number: bool):
    """One accepts while the other returns: through the door (read under lock) or with rows that both had read."""
    handler, worker = city.viewer("handler"), city.viewer("grid_worker")
    for _ in range(5):
        case = opened(city)
        rows = [case.number] * 2 if by_number else [Case.objects.get(pk=case.pk) for _ in range(2)]

        answers = at_once(step(rows[0], "accept", handler), step(rows[1], "return", worker, reason="不归我们"))

        states = {"handling": ["case.accepted"], "to_dispatch": ["case.returned"]}
        if by_number and sorted(answers) == ["done", "done"]:  # accepted first, then returned: both were possible
            states = {"to_dispatch": ["case.accepted", "case.returned"]}
        else:
            assert sorted(answers) in (["case.changed_meanwhile", "done"], ["case.not_possible", "done"]), answers
        now = Case.objects.get(pk=case.pk)
        lines = TimelineEntry.objects.filter(case=case, key__in=["case.accepted", "case.returned"]).order_by("pk")
        assert [line.key for line in lines] == states[now.state]
        assert OutboxEvent.objects.filter(subject=case.subject).count() == 2 + len(states[now.state])
        assert Record.objects.filter(object_key=case.number).count() == 2 + len(states[now.state])


def test_two_who_accept_at_once(city: Cast):
    handler, worker = city.viewer("handler"), city.viewer("grid_worker")
    for _ in range(5):
        case = opened(city)

        answers = at_once(step(case.number, "accept", handler), step(case.number, "accept", worker))

        assert sorted(answers) == ["case.not_possible", "done"]
        [task] = Assignment.objects.filter(case=case)
        winner = (handler, worker)[answers.index("done")]
        assert task.person_id == winner.id


def test_a_row_that_was_read_before_somebody_else_moved_it_is_refused_and_unchanged(city: Cast):
    case = opened(city)
    stale = Case.objects.get(pk=case.pk)
    perform(case, "accept", actor=city.viewer("handler"))

    with pytest.raises(Conflict) as refused:
        perform(stale, "return", actor=city.viewer("handler"), reason="不归我们")

    assert refused.value.code == "case.changed_meanwhile"
    assert (stale.state, stale.organisation_path) == ("dispatched", "/gov/urban/")
    assert Case.objects.get(pk=case.pk).state == "handling"


def test_no_step_is_taken_on_what_is_past_even_if_it_changes_no_column(city: Cast):
    """Asking for help changes no column; asked by somebody who does not know yet that it ended, it is refused."""
    case = opened(city)
    perform(case, "accept", actor=city.viewer("handler"))
    stale = Case.objects.get(pk=case.pk)
    perform(case, "end_no_action", actor=city.viewer("dispatcher"), reason="已修")

    with pytest.raises(Conflict) as refused:
        perform(stale, "assist", actor=city.viewer("handler"), organisation="eco", note="请协助")

    assert refused.value.code == "case.changed_meanwhile"
    assert Assignment.objects.filter(case=case, role="assist").count() == 0


def test_numbers_are_unique_when_many_open_at_once(city: Cast):
    def opens_five() -> None:
        for _ in range(5):
            opened(city)

    assert at_once(*[opens_five] * 6) == ["done"] * 6

    numbers = sorted(Case.objects.values_list("number", flat=True))
    assert len(set(numbers)) == 30
    assert {number[:10] for number in numbers} == {"AJ20260302"}
    assert int(numbers[-1][10:]) < 60, "gaps are few"


def test_reports_that_join_disturb_nobody_and_none_is_lost(city: Cast):
    case = opened(city)

    answers = at_once(
        *[lambda: absorb(case.number, actor=SYSTEM, signal_subject="signal/1")] * 5,
        step(case.number, "accept", city.viewer("handler")),
    )

    assert answers == ["done"] * 6
    assert Case.objects.get(pk=case.pk).signal_count == 6


def test_two_watchers_ring_once(city: Cast, clock: MovableClock):
    """A second `work` process, or one that was thought dead: each warning is given once."""
    for _ in range(4):
        opened(city)
    clock.move(hours=30)

    def watch() -> None:
        while ring_clocks():
            pass

    at_once(watch, watch, watch)

    lines = TimelineEntry.objects.filter(kind="clock").values_list("case_id", "key", "at")
    assert len(lines) == len(set(lines)) == 4 * (3 + 4)


def test_people_and_clocks_lock_in_one_order(city: Cast, clock: MovableClock):
    """Steps and rings on the same cases at once end without a deadlock, and every step is taken exactly once."""
    handler = city.viewer("handler")
    cases = [opened(city) for _ in range(6)]
    clock.move(hours=3)

    def work() -> None:
        for case in cases:
            perform(case.number, "accept", actor=handler)

    def watch() -> None:
        for _ in range(3):
            ring_clocks()

    assert at_once(work, watch) == ["done", "done"]
    assert set(Case.objects.values_list("state", flat=True)) == {"handling"}
    assert TimelineEntry.objects.filter(key="clock.breached").count() == 6
