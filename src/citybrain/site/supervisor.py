"""Runs the processes of the platform: starts them, says when they are ready, starts anew what dies or hangs, stops them
cleanly.

Every child dies with this process (the kernel sees to it), so a supervisor that is killed hard leaves no orphan that
holds a port. Output of each child goes to `DIR/logs/NAME.log`.
"""

from __future__ import annotations

import fcntl
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from citybrain.base.errors import Misconfigured
from citybrain.base.processes import die_with_parent
from citybrain.site import logs
from citybrain.site.vitals import HUNG_AFTER, PROBE_EVERY, Probe, Silence, Watch

READY_WITHIN = 60.0
FIRST_PAUSE, LONGEST_PAUSE = 0.2, 10.0
STEADY_AFTER = 30.0
STOP_WITHIN = 10.0
LEFT_WITHIN = 15.0
LOOK_EVERY = 1.0
LAST_WORDS = 0.5


@dataclass
class Child:
    """One process: how it is started (in which folder, as which user), where it shows that it is well, and how often it
    had to be started again.
    """

    name: str
    command: list[str]
    health: str | None = None
    heartbeat: Path | None = None
    folder: Path | None = None
    account: tuple[int, int] | None = None  # user and group, where it runs as another
    environment: dict[str, str] = field(default_factory=dict)
    process: subprocess.Popen[bytes] | None = None
    watch: Watch | None = None
    started_at: float = 0.0
    pause: float = FIRST_PAUSE
    next_start: float = 0.0
    restarts: int = 0

    def spawn(self, output: IO[bytes] | int) -> subprocess.Popen[bytes]:
        """Start it in a session of its own; it dies with this process."""
        me = os.getpid()
        return subprocess.Popen(
            self.command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            cwd=self.folder,
            env={**os.environ, **self.environment},
            user=self.account[0] if self.account else None,
            group=self.account[1] if self.account else None,
            extra_groups=[] if self.account else None,
            preexec_fn=lambda: die_with_parent(parent=me),  # after the change of user, which would undo it
            start_new_session=True,
        )


def check_port_free(port: int) -> None:
    """Raises Misconfigured with the port when something listens on it already."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            raise Misconfigured("start.port_in_use", port=port) from error


def await_ports_free(data: Path, ports: Iterable[int], within: float = LEFT_WITHIN) -> None:
    """Raises Misconfigured for a port that something listens on.

    After a hard kill (the pid files are still there) what ran here before is given a moment to be gone.
    """
    deadline = time.monotonic() + (within if any((data / "run").glob("*.pid")) else 0)
    for port in ports:
        while True:
            try:
                check_port_free(port)
                break
            except Misconfigured:
                if time.monotonic() >= deadline:
                    raise
                time.sleep(0.1)


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
    """Keeps a list of children running until told to stop. A child that shows no sign of life for `hung_after` seconds
    hangs (see `vitals`); 0 looks at none.
    """

    def __init__(
        self,
        data: Path,
        children: list[Child],
        say: Callable[[str], None] = print,
        *,
        hung_after: float = HUNG_AFTER,
        log_limit: int = logs.LIMIT,
    ):
        self.data, self.children, self.say = data, children, say
        self.hung_after, self.log_limit = hung_after, log_limit
        self.stopping = False
        self.looked_at = 0.0

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
                self._look()
                time.sleep(0.1)
            return 0
        finally:
            self._end_all()

    def _stop(self, *_: object) -> None:
        self.stopping = True

    def _start(self, child: Child) -> None:
        with self._log_of(child).open("ab") as log:
            child.process = child.spawn(log)
        child.started_at = time.monotonic()
        if self.hung_after and (child.health or child.heartbeat):
            probe = Probe(child.health, every=min(PROBE_EVERY, self.hung_after / 5)) if child.health else None
            child.watch = Watch(child.process.pid, Silence(self.hung_after), child.heartbeat, probe)
        self._write_pid(child.name, child.process.pid)

    def _write_pid(self, name: str, pid: int) -> None:
        """Whole or not at all: whoever reads it while this process is killed finds the old number or the new one."""
        path = self.data / "run" / f"{name}.pid"
        part = path.with_suffix(".pid.part")
        part.write_text(str(pid), encoding="ascii")
        part.replace(path)

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
        path = self._log_of(child)
        lines = path.read_text(encoding="utf-8", errors="replace").splitlines()[-12:]
        return "\n".join([*(f"  {line}" for line in lines), f"  (all of it: {path})"])

    def _log_of(self, child: Child) -> Path:
        return self.data / "logs" / f"{child.name}.log"

    def _look(self) -> None:
        """Once a second: end what hangs, so that it is started again, and turn over logs that have grown long."""
        if time.monotonic() - self.looked_at < LOOK_EVERY:
            return
        self.looked_at = time.monotonic()
        for child in self.children:
            logs.turn_over(self._log_of(child), limit=self.log_limit)
            if child.process is not None and child.watch is not None and child.watch.hangs():
                self.say(f"{child.name} has shown no sign of life for {child.watch.silence.silent:.0f} s; "
                         f"where it hangs stands in {self._log_of(child)}")  # fmt: skip
                _signal_group(child.process, signal.SIGUSR1)  # each process answers with the stacks of its threads
                _signal_group(child.process, signal.SIGCONT)
                time.sleep(LAST_WORDS)
                _signal_group(child.process, signal.SIGKILL)
                child.process.wait()

    def _restart_the_dead(self) -> None:
        now = time.monotonic()
        for child in self.children:
            process = child.process
            if process is not None and process.poll() is not None:
                if now - child.started_at > STEADY_AFTER:
                    child.pause = FIRST_PAUSE
                self.say(f"{child.name} ended with code {process.returncode}; starting it again in {child.pause:.1f} s")
                _signal_group(process, signal.SIGKILL)
                if child.watch is not None:
                    child.watch.stop()
                child.process, child.watch, child.next_start = None, None, now + child.pause
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
            _signal_group(process, signal.SIGKILL)
            process.wait()
        for child in self.children:
            (self.data / "run" / f"{child.name}.pid").unlink(missing_ok=True)


def _signal_group(process: subprocess.Popen[bytes], how: signal.Signals) -> None:
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


def python(*arguments: str) -> list[str]:
    return [sys.executable, "-m", *arguments]
