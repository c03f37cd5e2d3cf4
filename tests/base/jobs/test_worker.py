"""The engine of `work`: loops without rest, jobs beside them, one worker for each data directory."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from citybrain.base import bus, jobs
from citybrain.base import clock as city_clock
from citybrain.base.bus.waking import socket_path
from citybrain.base.errors import Misconfigured
from citybrain.base.jobs import registry
from citybrain.base.jobs.actions import set_next
from citybrain.base.jobs.models import Lead, Recurring, Run
from citybrain.base.jobs.registry import Every, Loop, Registry, Single
from citybrain.base.jobs.running import here, hung_jobs
from citybrain.base.jobs.worker import Worker, hold_directory, take_lead

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def known(settings: Any, tmp_path: Path) -> Iterator[Registry]:
    settings.DATA_DIR = tmp_path
    with registry.only(Registry()) as own:
        yield own


def work(known: Registry, until: Callable[[], bool], within: float = 20) -> None:
    """Run a worker in this thread until something holds."""
    stop, end = threading.Event(), city_clock.monotonic() + within

    def look() -> bool:
        if until() or city_clock.monotonic() > end:
            stop.set()
        return False

    known.loops["test.look"] = Loop("test.look", look)
    Worker().run(stop)
    assert until(), "it did not come to that in time"


def test_loops_jobs_and_single_runs_all_get_their_turn(known: Registry) -> None:
    ran: dict[str, int] = {"step": 0, "tick": 0, "once": 0}
    threads: set[int] = set()

    def count(name: str) -> None:
        ran[name] += 1
        threads.add(threading.get_ident())

    known.loops["test.step"] = Loop("test.step", lambda: bool(count("step")))
    known.recurring["test.tick"] = Every("test.tick", lambda: count("tick"), timedelta(seconds=0.2), "wall")
    known.single["test.once"] = Single("test.once", lambda: count("once"), 1)
    jobs.enqueue("test.once")
    work(known, lambda: ran["tick"] >= 2 and Run.objects.get().state == "done")
    assert ran["step"] >= 2
    assert ran["once"] == 1
    assert len(threads) >= 2
    assert (Path(socket_path()).parent / "work.heartbeat").exists()


def test_a_job_never_runs_twice_at_once(known: Registry) -> None:
    inside, most, rounds = [0], [0], [0]

    def slow() -> None:
        inside[0] += 1
        most[0] = max(most[0], inside[0])
        time.sleep(0.15)
        inside[0] -= 1
        rounds[0] += 1

    known.recurring["test.slow"] = Every("test.slow", slow, timedelta(seconds=0.01), "wall")
    work(known, lambda: rounds[0] >= 3)
    assert most == [1]


def test_a_loop_that_fails_pauses_is_visible_and_recovers(known: Registry) -> None:
    calls: list[float] = []

    def shaky() -> bool:
        calls.append(city_clock.monotonic())
        if len(calls) == 2:
            raise OSError(28, "No space left on device")
        return False

    known.loops["test.shaky"] = Loop("test.shaky", shaky)
    work(known, lambda: len(calls) >= 4)
    assert calls[2] - calls[1] >= 0.19  # the pause after one failure
    failed = Run.objects.get(name="test.shaky")
    assert failed.state == "failed"
    assert "No space left on device" in failed.error
    row = Recurring.objects.get(name="test.shaky")
    assert (row.kind, row.failures_in_a_row) == ("loop", 0)


def test_a_poke_ends_the_rest_of_an_idle_worker(known: Registry, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("citybrain.base.jobs.worker.IDLE_SECONDS", 30.0)
    steps: list[float] = []
    known.loops["test.step"] = Loop("test.step", lambda: bool(steps.append(city_clock.monotonic())))

    is_over = threading.Event()

    def poke() -> None:
        while not is_over.wait(0.05):
            bus.wake()

    poking = threading.Thread(target=poke)
    poking.start()
    began = city_clock.monotonic()
    try:
        work(known, lambda: len(steps) >= 3)
    finally:
        is_over.set()
        poking.join()
    assert city_clock.monotonic() - began < 10


def test_who_asks_for_a_job_does_not_wait_until_the_worker_looks_again(
    known: Registry, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("citybrain.base.jobs.worker.LOOK_AGAIN_SECONDS", 1000.0)
    ran: list[float] = []
    known.recurring["test.rare"] = Every(
        "test.rare", lambda: ran.append(city_clock.monotonic()), timedelta(days=1), "wall"
    )
    asked: list[float] = []

    def is_done() -> bool:
        if len(ran) == 1 and not asked and Recurring.objects.filter(name="test.rare", finished_at__gt=city_clock.EPOCH):
            asked.append(city_clock.monotonic())
            set_next("test.rare", city_clock.wall_now())
        return len(ran) == 2

    work(known, is_done)
    assert len(asked) == 1


def test_a_second_worker_on_the_same_directory_is_refused(known: Registry) -> None:
    with hold_directory(), pytest.raises(Misconfigured, match="Another work process"):
        Worker().run(threading.Event())
    with hold_directory():
        pass


def test_runs_that_a_killed_worker_left_behind_are_done_by_the_next(known: Registry) -> None:
    ran: list[int] = []
    known.single["test.left"] = Single("test.left", lambda: ran.append(1), 1)
    number = jobs.enqueue("test.left")
    Run.objects.filter(pk=number).update(state="running", worker=here(), attempts=1, alive_at=city_clock.wall_now())
    work(known, lambda: Run.objects.get(pk=number).state == "done")
    assert ran == [1]


def test_one_of_several_machines_leads_and_another_takes_over_when_it_falls_silent(
    known: Registry, settings: Any, tmp_path: Path
) -> None:
    now = city_clock.wall_now()
    assert take_lead(now)
    first = here()
    settings.DATA_DIR = tmp_path / "another"
    assert here() != first
    assert not take_lead(now + timedelta(seconds=20))
    assert take_lead(now + timedelta(seconds=31))
    settings.DATA_DIR = tmp_path
    assert not take_lead(now + timedelta(seconds=32))
    assert Lead.objects.count() == 1


def test_threads_leave_no_connection_open(known: Registry) -> None:
    seen: list[Any] = []

    def look() -> None:
        connection.ensure_connection()
        seen.append(connection.connection)

    known.recurring["test.look_at_database"] = Every("test.look_at_database", look, timedelta(seconds=0.1), "wall")
    work(known, lambda: len(seen) >= 3)
    for one in seen:
        if connection.vendor == "postgresql":
            assert one.closed
        else:
            with pytest.raises(Exception, match="closed database"):
                one.execute("SELECT 1")


def run_until_ended(known: Registry, told: Callable[[], object]) -> tuple[int, object]:
    """The exit code with which a worker ends itself, and what is told at that moment."""
    found: list[tuple[int, object]] = []
    stop = threading.Event()

    def end(code: int) -> None:
        found.append((code, told()))
        release.set()  # the pools wait for their threads, as a process that is gone does not
        stop.set()

    Worker(end=end).run(stop)
    return found[0]


release = threading.Event()


@pytest.fixture
def hanging() -> Iterator[Callable[[], None]]:
    release.clear()

    def hang() -> None:
        release.wait(30)

    yield hang
    release.set()


def test_a_round_that_hangs_ends_the_worker_and_is_told_by_health(known: Registry, hanging: Callable[[], None]) -> None:
    limit = timedelta(seconds=0.3)
    known.recurring["test.stuck"] = Every("test.stuck", hanging, timedelta(seconds=1), "wall", limit)

    assert run_until_ended(known, hung_jobs) == (70, ["test.stuck"])
    assert Run.objects.get(name="test.stuck", recurring=True).state == Run.State.FAILED


def test_a_run_that_hangs_is_tried_again_by_the_next_worker(known: Registry, hanging: Callable[[], None]) -> None:
    known.single["test.stuck"] = Single("test.stuck", hanging, 2, timedelta(seconds=0.3))
    number = jobs.enqueue("test.stuck")
    assert run_until_ended(known, lambda: Run.objects.get(pk=number).state) == (70, Run.State.QUEUED)


def test_a_run_without_another_attempt_has_failed(known: Registry, hanging: Callable[[], None]) -> None:
    known.single["test.stuck"] = Single("test.stuck", hanging, 1, timedelta(seconds=0.3))
    jobs.enqueue("test.stuck")
    assert run_until_ended(known, hung_jobs) == (70, ["test.stuck"])


def test_a_long_job_within_its_limit_is_left_alone(known: Registry) -> None:
    done = threading.Event()

    def slow() -> None:
        time.sleep(0.6)
        done.set()

    known.single["test.slow"] = Single("test.slow", slow, 1, timedelta(seconds=60))
    number = jobs.enqueue("test.slow")
    work(known, done.is_set)
    assert Run.objects.get(pk=number).state == Run.State.DONE
