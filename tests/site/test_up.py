"""What `citybrain up` says before anything is started."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from citybrain.base.clock import DrivenClock, RealClock, ScaledClock, installed
from citybrain.lab.city.state import State, save_state
from citybrain.site.up import tell_still_clock

BEGIN = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)


def test_a_clock_that_stands_still_is_named_with_the_way_to_let_it_run(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with installed(DrivenClock(tmp_path / "clock.now", BEGIN)):
        tell_still_clock(tmp_path)
        replayed = capsys.readouterr().out
        save_state(tmp_path, State("made", 7, 20_000))
        tell_still_clock(tmp_path)
        made = capsys.readouterr().out
    assert replayed == "clock: stands still at 2026-03-02 01:00 UTC, nothing falls due; only a replay moves it\n"
    assert "`citybrain up --empty --speed 1` lets it run" in made


@pytest.mark.parametrize("clock", [RealClock(), ScaledClock(wall_anchor=BEGIN, city_anchor=BEGIN, speed=60)])
def test_a_clock_that_runs_is_not_spoken_of(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], clock: RealClock | ScaledClock
) -> None:
    with installed(clock):
        tell_still_clock(tmp_path)
    assert capsys.readouterr().out == ""
