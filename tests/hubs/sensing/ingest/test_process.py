"""Starting, stopping, and living with a disk that is full."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from citybrain.hubs.sensing.ingest import checkpoint, segments
from tests.hubs.sensing.ingest.process import Sense, command, free_port, until
from tests.hubs.sensing.ingest.world import folders, told, write_snapshot

pytestmark = pytest.mark.processes
BEGAN = datetime.now(UTC) - timedelta(hours=1)


def reading(second: int, value: float = 10.0, thing: str = "air-1") -> dict[str, Any]:
    at = BEGAN + timedelta(seconds=second)
    return {"thing": thing, "property": "pm25", "at": at.isoformat(), "value": value}


def refused(*arguments: str) -> tuple[int, str]:
    done = subprocess.run(
        [sys.executable, "-m", "citybrain.hubs.sensing.ingest", *arguments], capture_output=True, text=True, timeout=30
    )
    return done.returncode, done.stderr


def stored(data: Path) -> int:
    return sum(batch.num_rows for _, path in segments.segments(data / "hot") for batch, _ in segments.read(path))


def test_the_hot_path_loads_no_django() -> None:
    script = "import citybrain.hubs.sensing.ingest.__main__, sys; print([m for m in sys.modules if 'django' in m])"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_a_port_in_use_is_told_in_a_sentence(data: Path) -> None:
    with Sense(data) as running:
        other = folders(data / "other")
        code, said = refused("--data", str(other), "--port", str(running.port))
    assert code == 2
    assert f"Port {running.port} is in use" in said
    assert "--port" in said


def test_one_sense_for_each_data_directory(data: Path) -> None:
    with Sense(data) as running:
        code, said = refused("--data", str(data), "--port", str(free_port()))
        assert running.process is not None
        assert code == 2
        assert f"process {running.process.pid}" in said
        running.kill()
    with Sense(data):
        pass  # a killed one holds nothing


def test_wrong_settings_are_told_in_a_sentence(data: Path) -> None:
    code, said = refused("--data", str(data), "--port", "1", "--mqtt", "1883")
    assert (code, "HOST:PORT" in said) == (2, True)
    (data / "file").write_text("")
    code, said = refused("--data", str(data / "file"), "--port", "1")
    assert (code, "cannot be used" in said) == (2, True)
    (data / "clock.json").write_text("{}")
    code, said = refused("--data", str(data), "--port", str(free_port()))
    assert (code, "clock.json" in said) == (2, True)


def test_before_the_first_snapshot_senders_are_asked_to_wait(tmp_path: Path) -> None:
    with Sense(folders(tmp_path)) as running:
        answer = running.send([reading(0)])
        assert (answer.status_code, answer.headers["retry-after"]) == (503, "1")
        assert running.http.get("/health").status_code == 503
        write_snapshot(tmp_path)
        until(lambda: running.send([reading(0)]).status_code == 200, "the snapshot is read", seconds=2)
        assert running.http.get("/health").json()["status"] == "ok"


def test_a_broken_snapshot_leaves_the_last_good_one_in_force(data: Path) -> None:
    with Sense(data) as running:
        (data / "snapshot" / "things.json").write_text("{")
        until(lambda: "things.json cannot be read" in running.log(), "it is said")
        assert running.send([reading(0)]).json()["accepted"] == 1


def test_a_new_thing_is_known_within_a_second(data: Path) -> None:
    with Sense(data) as running:
        assert running.send([reading(0, thing="air-5")]).json()["accepted"] == 0
        write_snapshot(data, things=5, version=2)
        until(lambda: running.send([reading(0, thing="air-5")]).json()["accepted"] == 1, "air-5 is known", seconds=1)
        running.send([reading(5, 150.0, thing="air-5")])
        until(lambda: told(data), "its alarm is told")
    assert [(entry.thing, entry.state) for entry in told(data)] == [("air-5", "firing")]


def test_sigterm_acknowledges_what_is_queued_and_writes_a_checkpoint(data: Path) -> None:
    """Senders in the middle of their request get their yes, the process ends cleanly, and starts without a replay."""
    answers: list[int] = []

    def keep_sending(running: Sense, number: int) -> None:
        for second in range(10_000):
            try:
                answers.append(running.send([reading(second, thing=f"air-{number}")]).json()["accepted"])
            except Exception:
                return

    with Sense(data) as running:
        threads = [threading.Thread(target=keep_sending, args=(running, n + 1)) for n in range(4)]
        for thread in threads:
            thread.start()
        until(lambda: len(answers) > 50, "readings are sent")
        began = time.monotonic()
        assert running.stop() == 0
        assert time.monotonic() - began < 3
        for thread in threads:
            thread.join()
    assert stored(data) == sum(answers)
    meta = checkpoint.read_meta(data / "hot")
    ((number, path),) = segments.segments(data / "hot")
    assert meta is not None
    assert (meta.segment, meta.offset) == (number, path.stat().st_size - len(segments.END_OF_STREAM))


def test_sigterm_without_anything_to_do(data: Path) -> None:
    with Sense(data) as running:
        began = time.monotonic()
        assert running.stop() == 0
        assert time.monotonic() - began < 3


def test_an_alarm_wakes_whoever_listens(data: Path) -> None:
    import socket

    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as box:
        box.bind(str(data / "run" / "work.sock"))
        box.settimeout(5)
        with Sense(data) as running:
            running.send([reading(0, 500.0)])
            assert box.recv(100) == b"alarms"
            assert [entry.state for entry in told(data)] == ["firing"]


def test_silence_is_noticed_by_the_clock_of_the_city(data: Path) -> None:
    rule = {"key": "air/silent", "model": "air", "property": "pm25", "kind": "silence", "after_seconds": 3500}
    write_snapshot(data, rules=[rule])
    with Sense(data) as running:
        running.send([reading(0)])
        until(lambda: told(data), "the silence is told")
        running.send([reading(3590)])
        until(lambda: len(told(data)) > 1, "it is over")
    assert [entry.state for entry in told(data)] == ["firing", "resolved"]


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of three megabytes."""
    place = tmp_path / "small"
    place.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=3m", "none", str(place)], capture_output=True)
    if mounted.returncode:
        pytest.skip("a small file system cannot be mounted here (root is needed)")
    yield place
    subprocess.run(["umount", "-l", str(place)], check=True)


def fill(path: Path) -> None:
    """Write until the disk is full."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT)
    with contextlib.suppress(OSError):
        while os.write(descriptor, b"x" * 1024):
            pass
    os.close(descriptor)


def test_a_full_disk_is_said_and_got_over(small_disk: Path) -> None:
    """No reading is acknowledged that has no room; when there is room again it goes on without a restart."""
    data = folders(small_disk)
    write_snapshot(data)
    with Sense(data, environment={"CITYBRAIN_DISK_RESERVE": "0"}) as running:
        assert running.send([reading(n) for n in range(100)]).json()["accepted"] == 100
        ballast = data / "ballast"
        fill(ballast)
        refusal = running.send([reading(n) for n in range(100, 3000)])
        assert refusal.status_code == 503
        assert refusal.json()["code"] == "observation.disk_full"
        assert int(refusal.headers["retry-after"]) > 0
        assert running.http.get("/health").status_code == 503
        ballast.unlink()
        assert running.send([reading(n) for n in range(100, 3000)]).json()["accepted"] == 2900
        assert running.http.get("/health").status_code == 200
        running.kill()
    assert stored(data) == 3000
    with Sense(data, environment={"CITYBRAIN_DISK_RESERVE": "0"}) as running:
        assert running.send([reading(n) for n in range(3000)]).json()["duplicates"] == 3000


def test_command_line(data: Path) -> None:
    done = subprocess.run([*command(data, 1)[:3], "--help"], capture_output=True, text=True, check=True)
    assert "--mqtt HOST:PORT" in done.stdout
