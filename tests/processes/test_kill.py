"""Processes die at random under load; what was acknowledged is there, exactly once, and no case is half-changed.

The oracle is the clients' own log of what was acknowledged to them. CITYBRAIN_KILLS sets how many kills (20; 100 in
`make soak`).
"""

from __future__ import annotations

import contextlib
import os
import random
import signal
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.processes.city_platform import CityPlatform
from tests.processes.load import Load, check_cases, check_readings, check_reports, register_things

pytestmark = [
    pytest.mark.processes,
    pytest.mark.timeout(1800),
    pytest.mark.skipif(sys.platform != "linux", reason="Linux"),
]
KILLS = int(os.environ.get("CITYBRAIN_KILLS", "20"))


@pytest.fixture(scope="module")
def survivor(tmp_path_factory) -> tuple[CityPlatform, Load]:
    """A platform that went through KILLS kills under load, then was left alone until it had caught up."""
    city = CityPlatform(tmp_path_factory.mktemp("kill"))
    city.prepare()
    city.start()
    register_things(city)
    load = Load(city, datetime.now(UTC).replace(microsecond=0) - timedelta(days=3))
    try:
        load.start()
        kill_at_random(city, random.Random(20260302))
        load.end()
        city.await_settled(120)
        yield city, load
    finally:
        load.stop.set()
        city.stop()


def kill_at_random(city: CityPlatform, dice: random.Random) -> None:
    """KILLS times: one process, or the supervisor with all of them, by SIGKILL."""
    for _ in range(KILLS):
        time.sleep(dice.uniform(0.1, 1.2))
        victim = dice.choice(["sense", "sense", "work", "work", "web", "live", "everything"])
        if victim == "everything":
            city.kill()
            city.start()
        else:
            with contextlib.suppress(FileNotFoundError, ProcessLookupError):
                os.kill(city.pid_of(victim), signal.SIGKILL)
    time.sleep(1.0)


def test_every_acknowledged_reading_is_there_exactly_once(survivor):
    city, load = survivor
    assert len(load.readings) > 200
    check_readings(city, load.began, load.readings)


def test_every_acknowledged_report_belongs_to_one_case(survivor):
    city, load = survivor
    assert load.reports
    check_reports(city, load.reports)


def test_no_case_is_half_changed(survivor):
    city, _ = survivor
    check_cases(city)


def test_the_audit_chain_holds(survivor):
    city, _ = survivor
    assert "intact" in city.command("audit", "verify")


def test_the_data_folder_holds_everything_that_was_written(survivor):
    city, _ = survivor
    assert {path.name for path in Path(city.data).iterdir()} >= {"hot", "lake", "journal", "logs", "run", "secret.key"}


def test_the_lake_counts_what_the_database_counts(survivor):
    city, _ = survivor
    assert " 0 differ" in city.command("lake", "reconcile")
    doubled = city.command("lake", "sql", "SELECT count(*) - count(DISTINCT event) AS doubled FROM case_events")
    assert doubled.split() == ['"doubled"', "0"]
