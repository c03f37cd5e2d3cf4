"""Runs the processes of the platform: starts them, says when they are ready, restarts what dies, stops them cleanly.

Every child dies with this process (the kernel sees to it), so a supervisor that is killed hard leaves no orphan that
holds a port. Output of each child goes to `DIR/logs/NAME.log`.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from citybrain.base.errors import Misconfigured
from citybrain.site.orphans import die_with_parent

READY_WITHIN = 60.0
FIRST_PAUSE, LONGEST_PAUSE = 0.2, 10.0
STEADY_AFTER = 30.0
STOP_WITHIN = 10.0
LOG_LIMIT = 32 * 1024 * 1024


@dataclass
class Child:
    """One process: how it is started, where it says that it is well, and how often it had to be started again."""

    name: str
    command: list[str]
    health: str | None = None
    environment: dict[str, str] = field(default_factory=dict)
    process: subprocess.Popen[bytes] | None = None
    started_at: float = 0.0
    pause: float = FIRST_PAUSE
    next_start: float = 0.0
    restarts: int = 0


def check_port_free(port: int) -> None:
    """Raises Misconfigured with the port when something listens on it already."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            raise Misconfigured("start.port_in_use", port=port) from error


def take_lock(path: Path) -> int:
    """Hold `path` for as long as this process lives; raises Misconfigured when another platform runs there."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        os.close(descriptor)
        raise Misconfigured("start.already_running", data=str(path.parent.parent)) from error
    return descriptor


class Supervisor:
    """Keeps a list of children running until told to stop."""

    def __init__(self, data: Path, children: list[Child], say: Callable[[str], None] = print):
        self.data, self.children, self.say = data, children, say
        self.stopping = False

    def run(self, ready_line: str) -> int:
        """Start everything, print `ready_line` once all answer, and watch; returns the exit code."""
        signal.signal(signal.SIGTERM, self._stop)
        signal.signal(signal.SIGINT, self._stop)
        try:
            for child in self.children:
                self._start(child)
            if not self._await_ready():
                return 0 if self.stopping else 1
            self.say(ready_line)
            while not self.stopping:
                self._restart_the_dead()
                time.sleep(0.1)
            return 0
        finally:
            self._end_all()

    def _stop(self, *_: object) -> None:
        self.stopping = True

    def _start(self, child: Child) -> None:
        log_path = self.data / "logs" / f"{child.name}.log"
        if log_path.exists() and log_path.stat().st_size > LOG_LIMIT:
            log_path.replace(log_path.with_suffix(".log.1"))
        me = os.getpid()
        with log_path.open("ab") as log:
            child.process = subprocess.Popen(
                child.command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                env={**os.environ, **child.environment},
                preexec_fn=lambda: die_with_parent(parent=me),
                start_new_session=True,
            )
        child.started_at = time.monotonic()
        (self.data / "run" / f"{child.name}.pid").write_text(str(child.process.pid), encoding="ascii")

    def _await_ready(self) -> bool:
        waiting = [child for child in self.children if child.health]
        deadline = time.monotonic() + READY_WITHIN
        while waiting and not self.stopping:
            waiting = [child for child in waiting if not answers(child.health)]
            dead = next((c for c in self.children if c.process and c.process.poll() is not None), None)
            if dead is not None:
                self.say(f"{dead.name} ended while starting; its last words:\n{self._last_words(dead)}")
                return False
            if time.monotonic() > deadline:
                self.say(
                    f"{waiting[0].name} did not answer within {READY_WITHIN:.0f} s:\n{self._last_words(waiting[0])}"
                )
                return False
            time.sleep(0.05)
        return not self.stopping

    def _last_words(self, child: Child) -> str:
        path = self.data / "logs" / f"{child.name}.log"
        lines = path.read_text(encoding="utf-8", errors="replace").splitlines()[-12:]
        return "\n".join([*(f"  {line}" for line in lines), f"  (all of it: {path})"])

    def _restart_the_dead(self) -> None:
        now = time.monotonic()
        for child in self.children:
            process = child.process
            if process is not None and process.poll() is not None:
                if now - child.started_at > STEADY_AFTER:
                    child.pause = FIRST_PAUSE
                self.say(f"{child.name} ended with code {process.returncode}; starting it again in {child.pause:.1f} s")
                _end_group(process, signal.SIGKILL)
                child.process, child.next_start = None, now + child.pause
                child.pause = min(child.pause * 2, LONGEST_PAUSE)
                child.restarts += 1
            elif process is None and now >= child.next_start:
                self._start(child)

    def _end_all(self) -> None:
        running = [child.process for child in self.children if child.process and child.process.poll() is None]
        for process in running:
            process.terminate()
        deadline = time.monotonic() + STOP_WITHIN
        for process in running:
            try:
                process.wait(max(0.0, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                self.say(f"process {process.pid} did not stop within {STOP_WITHIN:.0f} s and is killed")
        for process in running:
            _end_group(process, signal.SIGKILL)
            process.wait()
        for child in self.children:
            (self.data / "run" / f"{child.name}.pid").unlink(missing_ok=True)


def _end_group(process: subprocess.Popen[bytes], how: signal.Signals) -> None:
    try:
        os.killpg(process.pid, how)
    except ProcessLookupError:
        return


def answers(url: str | None) -> bool:
    """Whether a process answers its health address with success."""
    if url is None:
        return True
    try:
        with urllib.request.urlopen(url, timeout=2) as response:
            return bool(response.status == 200)
    except (OSError, urllib.error.URLError):
        return False


def find_mosquitto() -> str | None:
    return shutil.which("mosquitto") or ("/usr/sbin/mosquitto" if Path("/usr/sbin/mosquitto").exists() else None)


def python(*arguments: str) -> list[str]:
    return [sys.executable, "-m", *arguments]
