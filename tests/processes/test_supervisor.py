"""The supervisor keeps its children running, and takes them with it whatever way it goes."""

from __future__ import annotations

import os
import signal
import socket
import sys
import threading
from functools import partial
from pathlib import Path

import pytest

from citybrain.base.errors import Misconfigured
from citybrain.site.logs import turn_over
from citybrain.site.supervisor import await_ports_free
from citybrain.site.vitals import Doing, Silence
from tests.processes.ground import ROOT, Platform, alive, descendants, free_ports, is_free, until
from tests.processes.toy_platform import HUNG_AFTER

pytestmark = [
    pytest.mark.processes,
    pytest.mark.skipif(sys.platform != "linux", reason="uses /proc and prctl of Linux"),
]
TOY = [sys.executable, str(ROOT / "tests" / "processes" / "toy_platform.py")]


def start(folder: Path, port: int, *more: str) -> Platform:
    (folder / "data").mkdir(exist_ok=True)
    return Platform([*TOY, str(folder / "data"), str(port), *more], folder)


def pid_of(folder: Path, name: str) -> int:
    return int((folder / "data" / "run" / f"{name}.pid").read_text())


def test_a_killed_child_is_started_again(tmp_path):
    platform = start(tmp_path, port := free_ports())
    platform.await_ready()
    first = pid_of(tmp_path, "web")

    os.kill(first, signal.SIGKILL)

    until("another web process", lambda: pid_of(tmp_path, "web") != first)
    until("the port answers again", lambda: not is_free(port))
    assert "web ended with code -9; starting it again" in platform.said()
    assert platform.stop() == 0


def test_told_to_stop_it_leaves_nobody_behind(tmp_path):
    platform = start(tmp_path, port := free_ports())
    platform.await_ready()
    children = descendants(platform.process.pid)
    assert len(children) == 2

    assert platform.stop() == 0

    assert [pid for pid in children if alive(pid)] == []
    assert is_free(port)
    assert list((tmp_path / "data" / "run").glob("*.pid")) == []


def test_killed_hard_it_leaves_no_orphan_that_holds_a_port(tmp_path):
    platform = start(tmp_path, port := free_ports())
    platform.await_ready()
    children = descendants(platform.process.pid)
    assert len(children) == 2

    platform.process.kill()
    platform.process.wait(10)

    until("every child is gone", lambda: not any(map(alive, children)))
    until("the port is free", lambda: is_free(port))
    assert list(map(alive, children)) == [False, False]


def test_a_child_that_cannot_start_is_named_with_its_last_words(tmp_path):
    platform = start(tmp_path, port := free_ports(), "broken")

    assert platform.process.wait(30) == 1

    assert "broken ended while starting" in platform.said()
    assert "no bread today" in platform.said()
    assert is_free(port)


def test_two_platforms_on_one_directory_are_refused(tmp_path):
    platform = start(tmp_path, free_ports())
    platform.await_ready()
    (tmp_path / "second").mkdir()

    second = Platform([*TOY, str(tmp_path / "data"), str(free_ports())], tmp_path / "second")

    assert second.process.wait(30) != 0
    assert "already runs on" in second.said()
    assert platform.stop() == 0


class TestHanging:
    """A process that is there and does nothing is as bad as one that is not."""

    def test_one_that_hangs_is_started_again_and_says_where_it_hung(self, tmp_path):
        platform = start(tmp_path, free_ports(), "worker")
        platform.await_ready()
        first = pid_of(tmp_path, "worker")

        (tmp_path / "data" / "run" / "hang").touch()

        until("another worker", lambda: pid_of(tmp_path, "worker") != first)
        assert "worker has shown no sign of life for" in platform.said()
        assert "lies_on_its_back" in (tmp_path / "data" / "logs" / "worker.log").read_text()
        assert pid_of(tmp_path, "web") in descendants(platform.process.pid), "the others are left alone"
        assert "web ended" not in platform.said()
        assert platform.stop() == 0

    def test_one_that_answers_no_more_is_started_again(self, tmp_path):
        platform = start(tmp_path, port := free_ports())
        platform.await_ready()
        first = pid_of(tmp_path, "web")

        os.kill(first, signal.SIGSTOP)

        until("another web process", lambda: pid_of(tmp_path, "web") != first, within=30)
        until("the port answers again", lambda: not is_free(port))
        assert platform.stop() == 0

    def test_one_that_computes_is_only_busy(self, tmp_path):
        platform = start(tmp_path, free_ports(), "worker")
        platform.await_ready()
        first = pid_of(tmp_path, "worker")
        spin = tmp_path / "data" / "run" / "spin"

        (tmp_path / "spin").write_text(str(HUNG_AFTER * 3))
        (tmp_path / "spin").rename(spin)

        until("it has finished", lambda: not spin.exists(), within=40)
        assert pid_of(tmp_path, "worker") == first
        assert "no sign of life" not in platform.said()
        assert platform.stop() == 0


class TestSilence:
    """The same by numbers: hung after 10 seconds, looked at every second."""

    def watch(self, *, sign=lambda n: 0, doing=lambda n: Doing(), passed=1.0, looks=300) -> int | None:
        silence = Silence(10.0)
        return next((n for n in range(looks) if silence.note(sign(n), partial(doing, n), passed)), None)

    def test_one_that_does_nothing_hangs_after_its_time(self):
        assert self.watch() == 10

    def test_one_that_beats_does_not(self):
        assert self.watch(sign=lambda n: n // 9) is None

    @pytest.mark.parametrize(
        "doing", [lambda n: Doing(seconds=0.2 * n), lambda n: Doing(characters=10_000 * n)], ids=["computes", "writes"]
    )
    def test_one_that_works_without_a_beat_has_ten_times_as_long(self, doing):
        assert self.watch(doing=doing) == 100

    def test_a_background_thread_that_ticks_is_no_work(self):
        assert self.watch(doing=lambda n: Doing(seconds=0.01 * n, characters=100 * n)) == 10

    def test_one_that_worked_and_then_stands_still_hangs(self):
        assert self.watch(doing=lambda n: Doing(seconds=0.5 * min(n, 20))) == 25

    def test_a_machine_that_slept_blames_nobody(self):
        """Twenty minutes pass between two looks: the watcher slept too."""
        assert self.watch(passed=1200.0, looks=5) is None


class TestLogs:
    def test_a_log_is_turned_over_while_its_process_writes(self, tmp_path):
        platform = start(tmp_path, free_ports(), "chatter")
        platform.await_ready()
        logs = tmp_path / "data" / "logs"

        until("three older parts", lambda: len(list(logs.glob("chatter.log.*"))) == 3, within=30)
        until("the oldest is thrown away", lambda: numbers(logs / "chatter.log.3")[0] > 0, within=30)
        assert platform.stop() == 0

        parts = [numbers(logs / name) for name in ("chatter.log.3", "chatter.log.2", "chatter.log.1", "chatter.log")]
        together = [number for part in parts for number in part]
        assert together == sorted(set(together)), "in order, nothing twice"
        missing = together[-1] - together[0] + 1 - len(together)
        assert missing <= len(parts), "at most what was written in the instant of turning"

    def test_a_short_log_stays_as_it_is(self, tmp_path):
        log = tmp_path / "web.log"
        assert not turn_over(log, limit=10)
        log.write_text("short")
        assert not turn_over(log, limit=10)
        assert log.read_text() == "short"


def numbers(log: Path) -> list[int]:
    return [int(line[:9]) for line in log.read_text().splitlines() if line[:9].isdigit()]


def test_what_a_hard_kill_left_is_given_a_moment(tmp_path):
    """Right after a kill the old processes may still hold their ports; a new start waits for them to be gone."""
    (tmp_path / "run").mkdir()
    port = free_ports()
    with socket.socket() as left:
        left.bind(("127.0.0.1", port))
        left.listen()
        with pytest.raises(Misconfigured, match=str(port)):
            await_ports_free(tmp_path, [port])  # nothing ran here: somebody else has it

        (tmp_path / "run" / "web.pid").write_text("1")
        with pytest.raises(Misconfigured, match=str(port)):
            await_ports_free(tmp_path, [port], within=0.3)
        threading.Timer(0.3, left.close).start()
        await_ports_free(tmp_path, [port])
