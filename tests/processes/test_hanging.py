"""Real processes that hang: every one at once, one web worker of several, a thread of `work`."""

from __future__ import annotations

import os
import signal
import socket
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from citybrain.site.broker import find_mosquitto
from tests.processes.city_platform import CityPlatform
from tests.processes.ground import ROOT, Platform, alive, descendants, free_ports, until

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


def workers_of(city: CityPlatform) -> list[int]:
    return sorted(int(path.stem.removeprefix("web-")) for path in (city.data / "run").glob("web-*.heartbeat"))


def test_one_web_worker_of_two_that_hangs_is_replaced_and_the_other_is_left_alone(tmp_path: Path):
    city = CityPlatform(tmp_path, CITYBRAIN_HUNG_SECONDS="5")
    city.prepare()
    city.start("--workers", "2")
    assert city.platform is not None
    until("both show that they live", lambda: len(workers_of(city)) == 2)
    frozen, other = workers_of(city)

    os.kill(frozen, signal.SIGSTOP)

    until("the frozen one is gone", lambda: not alive(frozen), within=60)
    until("another in its place", lambda: len(workers_of(city)) == 2 and frozen not in workers_of(city), within=60)
    assert other in workers_of(city)
    assert f"worker {frozen} has shown no sign of life" in (city.data / "logs" / "web.log").read_text()
    assert city.call("GET", "/health")["parts"][f"process web-{other}"]["well"]
    city.stop()


def test_a_web_worker_whose_request_never_ends_is_replaced(tmp_path: Path):
    """Its process takes connections and beats otherwise; only the one thread for requests waits, here for a body."""
    city = CityPlatform(tmp_path, CITYBRAIN_HUNG_SECONDS="5")
    city.prepare()
    city.start("--workers", "2")
    assert city.platform is not None
    until("both show that they live", lambda: len(workers_of(city)) == 2)
    before, web = workers_of(city), city.pid_of("web")

    with socket.create_connection(("127.0.0.1", city.port)) as client:
        head = f"POST /api/v1/signals HTTP/1.1\r\nHost: localhost:{city.port}\r\nAuthorization: Bearer {city.token}\r\n"
        client.sendall(f"{head}Content-Type: application/json\r\nContent-Length: 1000\r\n\r\n[".encode())
        until("one of them is gone", lambda: sum(map(alive, before)) == 1, within=60)
        until("two again", lambda: len(workers_of(city)) == 2 and workers_of(city) != before, within=60)

    said = (city.data / "logs" / "web.log").read_text()
    assert "has shown no sign of life" in said
    assert "pulse.py" in said  # where it hung, in the stacks of its threads
    assert city.pid_of("web") == web
    city.stop()


def test_a_job_beyond_its_limit_ends_work_with_code_70_and_the_next_round_goes_well(tmp_path: Path):
    city = CityPlatform(tmp_path)
    city.command("migrate")
    toy = [sys.executable, str(ROOT / "tests" / "processes" / "toy_platform.py"), str(city.data), str(free_ports())]
    platform = Platform([*toy, "work"], tmp_path)
    platform.await_ready()
    first = city.pid_of("work")
    run = city.data / "run"

    until("the job hangs", (run / "stuck").exists, within=60)
    until("work is another", lambda: city.pid_of("work") != first, within=60)
    assert "work ended with code 70; starting it again" in platform.said()
    log = (city.data / "logs" / "work.log").read_text()
    assert "the job test.stuck hangs" in log
    assert "lies_on_its_back_once" in log
    until("the job comes round again", (run / "went_on").exists, within=60)
    assert platform.stop() == 0
