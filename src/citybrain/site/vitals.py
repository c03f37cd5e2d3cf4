"""Whether a process that runs is also at work. One that hangs is started again; one that is only busy is left alone.

A process shows *signs of life*: its heartbeat file is touched, or its health address answers (whatever it answers).
Where no sign comes, what the process does decides: while it computes, or reads and writes, it is busy and has ten times
as long. Time counts only as far as the watcher itself was awake, so that a machine that slept or stood still blames
nobody.
"""

from __future__ import annotations

import contextlib
import os
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path

from citybrain.base.errors import Misconfigured

HUNG_AFTER = 180.0
BUSY_FACTOR = 10
LONGEST_TICK = 2.0
BUSY_SHARE = 0.05  # of one processor
BUSY_CHARACTERS = 4096  # a second
PROBE_EVERY, PROBE_TIMEOUT = 2.0, 5.0
TICKS_PER_SECOND = os.sysconf("SC_CLK_TCK")


def hung_after() -> float:
    """CITYBRAIN_HUNG_SECONDS; raises Misconfigured when nothing can be meant by it."""
    given = os.environ.get("CITYBRAIN_HUNG_SECONDS", "")
    try:
        seconds = float(given or HUNG_AFTER)
    except ValueError:
        seconds = -1.0
    if seconds != 0 and not 5 <= seconds < 86_400:
        raise Misconfigured("start.hung_seconds", given=given)
    return seconds


@dataclass(frozen=True, slots=True)
class Doing:
    """What a process and its children have done so far: seconds of processor, characters read and written."""

    seconds: float = 0.0
    characters: int = 0


@dataclass
class Silence:
    """How long a process has shown no sign of life, and for how much of that, at last, it did nothing at all."""

    hung_after: float
    sign: object = None
    doing: Doing | None = None
    silent: float = 0.0
    idle: float = 0.0

    def note(self, sign: object, measure: Callable[[], Doing], passed: float) -> bool:
        """Take in what is seen after `passed` seconds; true when the process hangs."""
        passed = min(passed, LONGEST_TICK)
        if sign != self.sign:
            self.sign, self.doing, self.silent, self.idle = sign, None, 0.0, 0.0
            return False
        self.silent += passed
        if self.silent >= self.hung_after / 2:  # measuring costs; a healthy process is never measured
            before, self.doing = self.doing, measure()
            self.idle = self.idle + passed if before and not self._moved(before, self.doing, passed) else 0.0
        return self.idle >= self.hung_after / 2 or self.silent >= self.hung_after * BUSY_FACTOR

    @staticmethod
    def _moved(before: Doing, now: Doing, passed: float) -> bool:
        computed, carried = now.seconds - before.seconds, now.characters - before.characters
        return computed > BUSY_SHARE * passed or carried > BUSY_CHARACTERS * passed


class Probe:
    """Asks a health address every other second (or `every`) in a thread of its own, and counts the answers."""

    def __init__(self, url: str, *, every: float = PROBE_EVERY):
        self.url, self.every, self.answers = url, every, 0
        self._stop = threading.Event()
        threading.Thread(target=self._ask, daemon=True, name=f"probe {url}").start()

    def stop(self) -> None:
        self._stop.set()

    def _ask(self) -> None:
        while not self._stop.wait(self.every):
            if responds(self.url):
                self.answers += 1


def responds(url: str) -> bool:
    """Whether anything at all is answered: one that says that it is unwell is not hung."""
    try:
        with urllib.request.urlopen(url, timeout=PROBE_TIMEOUT):
            return True
    except urllib.error.HTTPError as error:
        error.close()
        return True
    except OSError:
        return False


def beat_of(path: Path) -> int:
    try:
        return path.stat().st_mtime_ns
    except FileNotFoundError:
        return 0


def doing_of(group: int) -> Doing:
    """What the processes of a group have done; nothing where the kernel does not tell."""
    return _add_up(Path("/proc").glob("[0-9]*"), lambda fields: int(fields[2]) == group)


def doing_of_threads(pid: int, threads: Iterable[int]) -> Doing:
    """What these threads of a process have done; what the process itself has where none is named."""
    folders = [Path(f"/proc/{pid}/task/{thread}") for thread in threads]
    return _add_up(folders or [Path(f"/proc/{pid}")], lambda _: True)


def _add_up(folders: Iterable[Path], wanted: Callable[[list[str]], bool]) -> Doing:
    seconds, characters = 0.0, 0
    for folder in folders:
        with contextlib.suppress(OSError, ValueError, IndexError):
            fields = (folder / "stat").read_text().rsplit(")", 1)[1].split()
            if wanted(fields):
                seconds += (int(fields[11]) + int(fields[12])) / TICKS_PER_SECOND
                lines = (folder / "io").read_text().splitlines()
                characters += sum(int(line.split(": ")[1]) for line in lines[:2])
    return Doing(seconds, characters)


@dataclass
class Watch:
    """The signs of one running process: its heartbeat file, its health address, or both. What it does is what its whole
    group does, unless `measure` says otherwise.
    """

    pid: int
    silence: Silence
    heartbeat: Path | None = None
    probe: Probe | None = None
    measure: Callable[[int], Doing] = doing_of
    looked_at: float = field(default_factory=time.monotonic)

    def hangs(self) -> bool:
        now = time.monotonic()
        passed, self.looked_at = now - self.looked_at, now
        sign = (beat_of(self.heartbeat) if self.heartbeat else 0, self.probe.answers if self.probe else 0)
        return self.silence.note(sign, lambda: self.measure(self.pid), passed)

    def stop(self) -> None:
        if self.probe:
            self.probe.stop()
