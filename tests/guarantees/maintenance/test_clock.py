"""How city time goes on in a restored city."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from citybrain.base import clock as city_clock
from citybrain.guarantees.maintenance.restoring import go_on

MOMENT = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _own_clock(clock):
    """The clock of the process is put back afterwards."""


def test_a_clock_that_runs_faster_goes_on_from_the_moment_of_the_backup(tmp_path):
    """Restored a day later at sixty times the speed, it does not jump two months ahead."""
    city_clock.declare(tmp_path, "scaled", start=MOMENT - timedelta(days=60), speed=60)
    go_on(tmp_path, MOMENT)
    assert timedelta(0) <= city_clock.now() - MOMENT < timedelta(minutes=10)
    assert city_clock.open_clock(tmp_path).speed == 60


def test_a_real_clock_is_real(tmp_path):
    go_on(tmp_path, MOMENT)
    assert abs(city_clock.now() - city_clock.wall_now()) < timedelta(minutes=1)
    assert not (tmp_path / "clock.json").exists()


def test_a_driven_clock_stands_where_it_stood(tmp_path):
    city_clock.declare(tmp_path, "driven", start=MOMENT)
    city_clock.open_clock(tmp_path).move_to(MOMENT + timedelta(hours=2))
    go_on(tmp_path, MOMENT)
    assert city_clock.now() == MOMENT + timedelta(hours=2)
