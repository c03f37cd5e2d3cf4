"""The city of a replay: a data directory of its own with a driven clock, prepared and started by its command line."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path

from citybrain.base import clock
from citybrain.base.errors import Conflict, Unavailable
from citybrain.base.processes import end_with_parent

COMMAND = (str(Path(sys.executable).with_name("citybrain")),)
READY = "ready http"
TAKEN = "A platform already runs on"
PORTS = 4
START_WITHIN = 120.0
STOP_WITHIN = 60.0
Say = Callable[[str], None]


class City:
    """The platform on `data`, started as a process of our own on free ports."""

    WORKERS = 1  # that answer HTTP

    def __init__(self, data: Path, *, port: int = 0, say: Say = print):
        self.data, self.say = data, say
        self.port = port or free_ports(PORTS)
        self.url = f"http://127.0.0.1:{self.port}"
        self._process: subprocess.Popen[bytes] | None = None

    def declare_clock(self, start: datetime) -> clock.DrivenClock:
        """Give the directory a driven clock that begins at `start`; one that is there goes on where it stands.

        Raises Conflict when the directory belongs to a city whose clock is not driven.
        """
        self.data.mkdir(parents=True, exist_ok=True)
        if not (self.data / "clock.json").exists():
            if (self.data / "city.sqlite3").exists():
                raise Conflict("replay.not_driven", data=str(self.data))
            clock.declare(self.data, "driven", start=start)
        found = clock.open_clock(self.data)
        if not isinstance(found, clock.DrivenClock):
            raise Conflict("replay.not_driven", data=str(self.data))
        return found

    def command(self, *arguments: str) -> str:
        """Run `citybrain …` on the directory; answers what it printed. Raises Unavailable with its words."""
        done = subprocess.run(  # noqa: S603  # our own command line, words not parsed by a shell
            [*COMMAND, *arguments, "--data", str(self.data)],
            capture_output=True, text=True, env=self._environment(), check=False, preexec_fn=end_with_parent,
        )  # fmt: skip
        if done.returncode:
            words = " ".join(arguments)
            raise Unavailable("replay.command_failed", words=words, why=(done.stderr or done.stdout).strip()[-2000:])
        return done.stdout

    def token(self, name: str) -> str:
        """A token that may report the past and read what came of it."""
        made = self.command("token", "create", "--name", name, "--role", "integrator", "--mode", "history")
        return made.strip().splitlines()[-1]

    def start(self) -> None:
        """Start the platform and wait until it says that it is ready; one that is just ending is waited for."""
        deadline = time.monotonic() + START_WITHIN
        while not self._started(deadline):
            self.say("an earlier run on this directory is still ending")
            time.sleep(1.0)

    def _started(self, deadline: float) -> bool:
        """False when the directory is still taken by an earlier platform, which ends when its replay was killed."""
        output = self.data / "logs" / "replay-up.log"
        output.parent.mkdir(parents=True, exist_ok=True)
        words = ["up", "--port", str(self.port), "--empty", "--workers", str(self.WORKERS), "--data", str(self.data)]
        with output.open("wb") as sink:
            self._process = subprocess.Popen(  # noqa: S603
                [*COMMAND, *words], stdout=sink, stderr=subprocess.STDOUT, env=self._environment(),
                start_new_session=True, preexec_fn=end_with_parent,
            )  # fmt: skip
        while READY not in (said := output.read_text(encoding="utf-8", errors="replace")):
            is_over = time.monotonic() > deadline
            if TAKEN in said and not is_over:
                self.stop()
                return False
            if self._process.poll() is not None or is_over:
                self.stop()
                raise Unavailable("replay.not_started", why=said.strip()[-2000:] or "it says nothing")
            time.sleep(0.05)
        return True

    def stop(self) -> None:
        """Stop the platform cleanly; one that does not listen is killed."""
        if self._process is None:
            return
        if self._process.poll() is None:
            self._process.terminate()
        try:
            self._process.wait(STOP_WITHIN)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process = None

    def _environment(self) -> dict[str, str]:
        """The database is always the directory's own: a replay never pours into a city that somebody lives in."""
        kept = {name: value for name, value in os.environ.items() if name != "CITYBRAIN_DATABASE_URL"}
        return {**kept, "CITYBRAIN_DATA": str(self.data), "LANG": "C.UTF-8"}


def prepare(city: City, commands: Sequence[Sequence[str]]) -> None:
    """Database, packs, and the mapping's own commands."""
    for words in (("migrate",), *commands):
        city.say(f"citybrain {' '.join(words)}")
        for line in city.command(*words).splitlines():
            city.say(f"  {line}")


def free_ports(count: int) -> int:
    """The first of `count` consecutive loopback ports that nobody uses now."""
    for _ in range(100):
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            first = int(probe.getsockname()[1])
        if first + count < 65_536 and all(_is_free(first + offset) for offset in range(count)):
            return first
    raise Unavailable("replay.no_ports")


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True
