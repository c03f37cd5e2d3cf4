"""Ground for tests that start real processes: free ports, waiting with a deadline, reading lines."""

from __future__ import annotations

import os
import random
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
CITYBRAIN = [sys.executable, "-m", "citybrain.site.cli"]


def free_ports(count: int = 1) -> int:
    """The first of `count` consecutive loopback ports that nobody uses now.

    From below those that the kernel gives to clients (32768 and up on Linux), so that no connection takes one
    meanwhile; and by chance, so that tests which run side by side do not try the same.
    """
    for _ in range(200):
        first = random.SystemRandom().randrange(10_000, 32_000)
        if all(is_free(first + offset) for offset in range(count)):
            return first
    raise AssertionError("no free ports on this machine")


def is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def until(what: str, true: Callable[[], object], *, within: float = 20.0) -> None:
    """Wait until `true()` holds; fails naming `what` when it does not in time."""
    deadline = time.monotonic() + within
    while not true():
        assert time.monotonic() < deadline, f"not within {within:.0f} s: {what}"
        time.sleep(0.02)


def alive(pid: int) -> bool:
    """Whether a process runs (a zombie does not)."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False


def descendants(pid: int) -> list[int]:
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [one for child in map(int, children) for one in (child, *descendants(child))]


class Platform:
    """A platform started as a process of its own, whose output is kept in a file."""

    def __init__(self, command: list[str], folder: Path, **environment: str):
        self.output = folder / "output.txt"
        with self.output.open("wb") as sink:
            self.process = subprocess.Popen(
                command, stdout=sink, stderr=subprocess.STDOUT, cwd=ROOT, env={**os.environ, **environment}
            )

    def said(self) -> str:
        return self.output.read_text(encoding="utf-8", errors="replace")

    def await_ready(self, within: float = 60.0) -> None:
        until("ready, or an end", lambda: "ready http" in self.said() or self.process.poll() is not None, within=within)
        assert "ready http" in self.said(), self.said()

    def stop(self) -> int:
        self.process.terminate()
        return self.process.wait(30)
