"""Background work: comes round when due, never lost when it fails, and visible."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from citybrain.base import audit, jobs
from citybrain.base import clock as city_clock
from citybrain.base.errors import CityError, NotFound
from citybrain.base.jobs import registry, running
from citybrain.base.jobs.actions import prune, run_now, set_next
from citybrain.base.jobs.models import Recurring, Run
from citybrain.base.jobs.registry import Every, Loop, Registry, Single
from citybrain.base.jobs.running import rounds, run_due, take_back

pytestmark = pytest.mark.django_db
MONDAY = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)


@pytest.fixture
def known() -> Iterator[Registry]:
    """A registry of its own for each test."""
    with registry.only(Registry()) as own:
        yield own


@pytest.fixture
def wall(monkeypatch: pytest.MonkeyPatch) -> Callable[..., datetime]:
    now = [datetime(2026, 11, 1, tzinfo=UTC)]
    monkeypatch.setattr(city_clock, "wall_now", lambda: now[0])

    def move(**delta: float) -> datetime:
        now[0] += timedelta(**delta)
        return now[0]

    return move


def recurring(known: Registry, name: str, function: Callable[[], Any], by: Any = "wall", **period: float) -> None:
    known.recurring[name] = Every(name, function, timedelta(**period), by)


def single(known: Registry, name: str, function: Callable[..., Any], attempts: int = 1) -> None:
    known.single[name] = Single(name, function, attempts)


def test_a_job_rests_until_the_moment_that_was_set(known: Registry) -> None:
    recurring(known, "test.tick", lambda: None, minutes=10)
    set_next("test.tick", MONDAY + timedelta(hours=1))
    assert run_due(MONDAY + timedelta(minutes=59)) == []
    assert len(run_due(MONDAY + timedelta(hours=1))) == 1
    with pytest.raises(NotFound):
        set_next("test.nobody", MONDAY)


@pytest.mark.parametrize("is_new", [True, False])
def test_a_job_that_is_asked_for_while_it_runs_comes_round_again(
    known: Registry, wall: Callable[..., datetime], cast: Any, is_new: bool
) -> None:
    """What it does just now may not have seen what it is asked for."""
    ran: list[datetime] = []

    def work() -> None:
        ran.append(wall())
        if len(ran) == 1 + (not is_new):
            run_now("test.tick", actor=cast.viewer("administrator"))

    recurring(known, "test.tick", work, hours=6)
    if not is_new:
        run_due()
        wall(hours=6)
    for _ in range(3):
        wall(seconds=1)
        run_due()

    assert len(ran) == 2 + (not is_new)
    assert Recurring.objects.get().next_at == ran[-1] + timedelta(hours=6)


def test_a_job_comes_round_when_its_time_has_come(known: Registry) -> None:
    ran: list[int] = []
    recurring(known, "test.tick", lambda: ran.append(1), minutes=10)
    assert [one.name for one in run_due(MONDAY)] == ["test.tick"]
    assert run_due(MONDAY + timedelta(minutes=9)) == []
    assert len(run_due(MONDAY + timedelta(minutes=10))) == 1
    assert len(run_due(MONDAY + timedelta(days=3))) == 1  # what was missed is not made up for
    assert len(ran) == 3


def test_a_job_of_the_city_follows_the_city_clock(known: Registry, clock: Any, wall: Callable[..., datetime]) -> None:
    ran: list[int] = []
    recurring(known, "test.daily", lambda: ran.append(1), by="city", hours=24)
    run_due()
    wall(days=3)
    run_due()
    assert len(ran) == 1
    clock.move(hours=24)
    run_due()
    assert len(ran) == 2


def test_only_named_jobs_run_when_names_are_given(known: Registry) -> None:
    ran: list[str] = []
    recurring(known, "test.one", lambda: ran.append("one"), minutes=1)
    recurring(known, "test.other", lambda: ran.append("other"), minutes=1)
    run_due(MONDAY, names=["test.other"])
    assert ran == ["other"]


def test_a_failing_job_is_visible_pauses_longer_and_recovers(known: Registry) -> None:
    broken = ["13800138000"]

    def sometimes() -> None:
        if broken:
            raise ValueError(broken[0])

    recurring(known, "test.sometimes", sometimes, seconds=60)
    (outcome,) = run_due(MONDAY)
    assert outcome.error.startswith("ValueError at test_running.py:")
    failed = Run.objects.get()
    assert (failed.state, failed.recurring, failed.name) == ("failed", True, "test.sometimes")
    assert "sometimes" in failed.error
    assert "13800138000" not in failed.error + outcome.error
    row = Recurring.objects.get()
    assert (row.failures_in_a_row, row.next_at) == (1, MONDAY + timedelta(seconds=60))

    run_due(MONDAY + timedelta(seconds=60))
    row.refresh_from_db()
    assert (row.failures_in_a_row, row.next_at) == (2, MONDAY + timedelta(seconds=180))
    assert Run.objects.count() == 1  # the same failure again is not another entry

    broken.clear()
    run_due(MONDAY + timedelta(seconds=180))
    row.refresh_from_db()
    assert (row.failures_in_a_row, row.error, row.next_at) == (0, "", MONDAY + timedelta(seconds=240))
    assert row.succeeded_at is not None


def test_a_frequent_quiet_job_is_written_down_seldom(
    known: Registry, wall: Callable[..., datetime], django_assert_num_queries: Any
) -> None:
    recurring(known, "test.often", lambda: None, seconds=0.5)
    (each,) = rounds()
    each.perform(wall())
    with django_assert_num_queries(0):
        for _ in range(15):
            each.perform(wall(seconds=0.5))
    wall(seconds=5)
    each.perform(wall())
    assert Recurring.objects.get().succeeded_at == wall()


def test_a_single_job_runs_once_with_its_arguments_and_tells_its_progress(known: Registry) -> None:
    seen: list[Any] = []

    def count(path: str, progress: running.Progress) -> None:
        progress(0.5, "half")
        seen.append((path, Run.objects.get().progress, Run.objects.get().note))

    single(known, "test.count", count)
    number = jobs.enqueue("test.count", path="a.csv")
    assert Run.objects.get(pk=number).state == "queued"
    run_due(MONDAY)
    run_due(MONDAY)
    assert seen == [("a.csv", 0.5, "half")]
    done = Run.objects.get(pk=number)
    assert (done.state, done.progress, done.asked_by, done.attempts) == ("done", 1, "system:work", 1)


def test_an_unknown_job_cannot_be_asked_for(known: Registry) -> None:
    with pytest.raises(NotFound, match=r"no job named test\.none"):
        jobs.enqueue("test.none")


def test_a_single_job_is_tried_as_often_as_it_may_and_then_fails_visibly(known: Registry) -> None:
    tries: list[int] = []

    def fail() -> None:
        tries.append(1)
        raise CityError("job.unknown", name="x")

    single(known, "test.fail", fail, attempts=3)
    number = jobs.enqueue("test.fail")
    outcomes = run_due(MONDAY)
    assert [one.error.split(" at ")[0] for one in outcomes] == ["CityError job.unknown"] * 3
    failed = Run.objects.get(pk=number)
    assert (failed.state, failed.attempts, len(tries)) == ("failed", 3, 3)
    assert "fail" in failed.error


def test_a_run_whose_process_died_is_taken_back_and_in_the_end_fails(known: Registry) -> None:
    single(known, "test.heavy", lambda: None)
    jobs.enqueue("test.heavy")
    assert running.claim_run() is not None
    assert running.claim_run() is None
    assert take_back(worker=running.here()) == 1
    assert Run.objects.get().state == "queued"
    running.claim_run()
    assert take_back(worker="another machine") == 0
    assert take_back(silent_since=city_clock.wall_now() + timedelta(seconds=1)) == 1
    gone = Run.objects.get()
    assert (gone.state, gone.error) == ("failed", "the process that ran it ended")


def test_old_runs_are_forgotten_and_waiting_ones_are_not(known: Registry, wall: Callable[..., datetime]) -> None:
    single(known, "test.quick", lambda: None)
    jobs.enqueue("test.quick")
    run_due()
    jobs.enqueue("test.quick")
    wall(days=31)
    assert prune(timedelta(days=30)) == 1
    assert Run.objects.get().state == "queued"


def test_a_name_is_taken_once_among_jobs_and_loops() -> None:
    own = Registry()
    own.add(own.recurring, Every("test.same", list, timedelta(1), "wall"), list)
    own.add(own.recurring, Every("test.same", list, timedelta(1), "wall"), list)
    with pytest.raises(ValueError, match="registered twice"):
        own.add(own.loops, Loop("test.same", bool), bool)
    with pytest.raises(ValueError, match="no period"):
        jobs.every(name="test.never")


def test_everything_registered_by_the_platform_has_a_name_of_its_app() -> None:
    known = registry.registry()
    names = [*known.recurring, *known.single, *known.loops]
    assert {"audit.seal", "bus.prune", "jobs.prune", "notices.deliver"} <= set(known.recurring)
    assert "bus.deliver" in known.loops
    assert len(names) == len(set(names))
    assert all("." in name for name in names)


def test_sealing_and_delivery_run_as_jobs(cast: Any) -> None:
    audit.record(audit.SYSTEM, "test.done", kind="test", key="1")
    run_due(names=["audit.seal"])
    from citybrain.base.audit.queries import unsealed_records

    assert unsealed_records() == 0
