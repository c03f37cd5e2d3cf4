"""The whole platform, with every process of it standing still at once."""

from __future__ import annotations

import os
import signal
from datetime import UTC, datetime
from pathlib import Path

import pytest

from citybrain.site.broker import find_mosquitto
from tests.processes.city_platform import CityPlatform
from tests.processes.ground import alive, descendants, until

pytestmark = pytest.mark.processes
PARTS = ("work", "web", "sense", "live")


def test_every_process_that_hangs_is_started_again_and_no_orphan_stays(tmp_path: Path):
    city = CityPlatform(tmp_path, CITYBRAIN_HUNG_SECONDS="5")
    city.prepare()
    city.start()
    assert city.platform is not None
    first = {name: city.pid_of(name) for name in PARTS}

    for pid in first.values():
        os.killpg(pid, signal.SIGSTOP)  # web answers as long as one of its workers does

    until("all are others", lambda: all(city.pid_of(name) != first[name] for name in PARTS), within=60)
    report = {"source_id": "1", "text": "路灯不亮", "lon": 116.4051, "lat": 39.9051}
    city.insist("POST", "/api/v1/signals", [{**report, "occurred_at": datetime.now(UTC).isoformat()}])
    city.await_settled()
    assert len(city.pages("/api/v1/signals")) == 1
    for name in PARTS:
        assert f"{name} has shown no sign of life" in city.platform.said()

    children = descendants(city.platform.process.pid)
    assert len(children) >= len(PARTS) + bool(find_mosquitto())
    city.kill()
    until("nobody is left, also not who runs under another account", lambda: not any(map(alive, children)))
