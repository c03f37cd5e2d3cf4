"""The supervisor keeps its children running, and takes them with it whatever way it goes."""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

import pytest

from tests.processes.ground import ROOT, Platform, alive, descendants, free_ports, is_free, until

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

    platform.process.kill()
    platform.process.wait(10)

    until("every child is gone", lambda: not any(map(alive, children)))
    until("the port is free", lambda: is_free(port))


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
