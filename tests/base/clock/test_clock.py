"""One city time for a data directory: real, scaled or driven, the same in every process."""

from __future__ import annotations

import subprocess
import sys
import threading
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest

from citybrain.base import clock
from citybrain.base.clock import DrivenClock, MovableClock, RealClock, ScaledClock, declare, open_clock

START = datetime(2012, 3, 1, tzinfo=UTC)


def test_without_a_declaration_city_time_is_wall_time(tmp_path: Path) -> None:
    assert isinstance(open_clock(tmp_path), RealClock)
    declare(tmp_path, "real")
    opened = open_clock(tmp_path)
    assert abs(opened.now() - clock.wall_now()) < timedelta(seconds=1)
    assert opened.now().tzinfo is UTC


def test_a_scaled_clock_runs_as_fast_as_declared(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    wall = [datetime(2026, 11, 1, tzinfo=UTC)]
    monkeypatch.setattr(clock, "wall_now", lambda: wall[0])
    declare(tmp_path, "scaled", start=START, speed=24)
    opened = open_clock(tmp_path)
    assert isinstance(opened, ScaledClock)
    assert opened.now() == START
    wall[0] += timedelta(hours=1)
    assert opened.now() == START + timedelta(days=1)
    assert open_clock(tmp_path).now() == opened.now()  # a process that starts later reads the same time


def test_a_driven_clock_stands_still_and_never_runs_backwards(tmp_path: Path) -> None:
    declare(tmp_path, "driven", start=START)
    driven = open_clock(tmp_path)
    assert isinstance(driven, DrivenClock)
    assert driven.now() == START
    driven.move_to(START + timedelta(microseconds=1))
    assert driven.now() == START + timedelta(microseconds=1)
    driven.move_to(START - timedelta(days=1))
    assert driven.now() == START + timedelta(microseconds=1)
    driven.close()


READER = """
import sys
from pathlib import Path
from citybrain.base.clock import open_clock
opened = open_clock(Path(sys.argv[1]))
for line in sys.stdin:
    print(opened.now().isoformat(), flush=True)
"""


def test_two_processes_read_the_same_driven_time(tmp_path: Path) -> None:
    declare(tmp_path, "driven", start=START)
    driven = open_clock(tmp_path)
    assert isinstance(driven, DrivenClock)
    command = [sys.executable, "-c", READER, str(tmp_path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as reader:
        assert reader.stdin is not None
        assert reader.stdout is not None
        for minutes in (0, 5, 600):
            driven.move_to(START + timedelta(minutes=minutes))
            reader.stdin.write("now?\n")
            reader.stdin.flush()
            assert datetime.fromisoformat(reader.stdout.readline().strip()) == START + timedelta(minutes=minutes)
        reader.stdin.close()
    driven.close()
    reopened = open_clock(tmp_path)
    assert reopened.now() == START + timedelta(minutes=600)  # a restart forgets nothing


def test_processes_that_open_a_new_driven_clock_at_once_share_it(tmp_path: Path) -> None:
    """Each may find no file yet; they must still map the same one."""
    for attempt in range(20):
        folder = tmp_path / str(attempt)
        folder.mkdir()
        opened: list[DrivenClock] = []
        barrier = threading.Barrier(4)

        def open_at_once(path: Path = folder / "clock.now", into: list[Any] = opened, gate: Any = barrier) -> None:
            gate.wait()
            into.append(DrivenClock(path, START))

        threads = [threading.Thread(target=open_at_once) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        opened[0].move_to(START + timedelta(hours=1))
        assert {one.now() for one in opened} == {START + timedelta(hours=1)}
        for one in opened:
            one.close()
        assert [path.name for path in folder.iterdir()] == ["clock.now"]


@pytest.mark.parametrize(
    "text",
    ["", "[]", "{}", '{"mode": "lunar"}', '{"mode": "scaled"}', '{"mode": "driven", "start": "soon"}',
     '{"mode": "driven", "start": "2012-03-01"}',
     '{"mode": "scaled", "wall_anchor": "2026-11-01", "city_anchor": "2026-11-01", "speed": 2}',
     '{"mode": "scaled", "wall_anchor": "2026-11-01T00:00:00Z", "city_anchor": "2026-11-01T00:00:00Z", "speed": 0}'],
)  # fmt: skip
def test_a_declaration_that_cannot_be_understood_is_refused_by_name(tmp_path: Path, text: str) -> None:
    (tmp_path / "clock.json").write_text(text, encoding="utf-8")
    with pytest.raises(ValueError, match=r"clock\.json"):
        open_clock(tmp_path)


def test_an_unknown_mode_is_not_declared(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="lunar"):
        declare(tmp_path, "lunar")
    assert list(tmp_path.iterdir()) == []


def test_the_installed_clock_tells_the_time_and_is_put_back() -> None:
    before = clock.current()
    with clock.installed(MovableClock(START)) as movable:
        assert clock.now() == START
        assert isinstance(movable, MovableClock)
        assert movable.move(minutes=5) == clock.now() == START + timedelta(minutes=5)
    assert clock.current() is before


@pytest.mark.parametrize(
    "moment",
    [START, datetime(1969, 12, 31, 23, 59, 59, 999999, tzinfo=UTC), datetime(2199, 1, 1, 0, 0, 0, 1, tzinfo=UTC),
     datetime(2026, 3, 2, 9, tzinfo=timezone(timedelta(hours=8)))],
)  # fmt: skip
def test_microseconds_are_exact_both_ways(moment: datetime) -> None:
    assert clock.from_micros(clock.to_micros(moment)) == moment
