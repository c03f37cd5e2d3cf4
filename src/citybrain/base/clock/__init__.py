"""The city clock: one time for a data directory, read by every process.

It runs in one of three modes, kept in `DIR/clock.json`:

- `real`: city time is wall time;
- `scaled`: city time runs `speed` times as fast from an anchor (a demo city lives a day in an hour);
- `driven`: city time stands still until somebody moves it (a replay), kept in eight bytes of `DIR/clock.now`.

Deadlines, silences and schedules use `now()`. Wall time is asked for by name, with `wall_now()`. No Django here.
"""

from __future__ import annotations

import contextlib
import json
import mmap
import os
import struct
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Protocol

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
LONGEST_SECONDS = 10 * 366 * 86_400
"""The longest time that may be declared: a moment that is moved by it stays within the calendar."""


class Clock(Protocol):
    """Anything that tells city time as an aware datetime in UTC."""

    def now(self) -> datetime: ...


def wall_now() -> datetime:
    """The time of the machine, in UTC: for logs, tokens and measurements, never for deadlines."""
    return datetime.now(UTC)


def to_micros(moment: datetime) -> int:
    """Microseconds since 1970 of an aware datetime, exact."""
    return (moment - EPOCH) // MICROSECOND


def from_micros(micros: int) -> datetime:
    return EPOCH + timedelta(microseconds=micros)


class RealClock:
    mode = "real"

    def now(self) -> datetime:
        return wall_now()


class ScaledClock:
    """City time that runs `speed` times as fast as wall time since an anchor."""

    mode = "scaled"

    def __init__(self, *, wall_anchor: datetime, city_anchor: datetime, speed: float):
        self.wall_anchor, self.city_anchor, self.speed = wall_anchor, city_anchor, speed

    def now(self) -> datetime:
        return self.city_anchor + (wall_now() - self.wall_anchor) * self.speed


class DrivenClock:
    """City time that only moves when told to, shared between processes through eight bytes of a file.

    `start` is where it was when it was declared.
    """

    mode = "driven"

    def __init__(self, path: Path, start: datetime | None = None):
        self.start = start or EPOCH
        if not path.exists():
            part = path.with_name(f"{path.name}.{os.getpid()}.{threading.get_ident()}")
            part.write_bytes(struct.pack("<q", to_micros(start or EPOCH)))
            with contextlib.suppress(FileExistsError):  # whoever is first wins: all processes map the same file
                os.link(part, path)
            part.unlink()
        self._file = path.open("r+b")
        self._map = mmap.mmap(self._file.fileno(), 8)

    def now(self) -> datetime:
        return from_micros(struct.unpack("<q", self._map[:8])[0])

    def move_to(self, moment: datetime) -> None:
        """Set city time; it never runs backwards (an earlier moment is ignored)."""
        micros = to_micros(moment)
        if micros > struct.unpack("<q", self._map[:8])[0]:
            self._map[:8] = struct.pack("<q", micros)

    def close(self) -> None:
        self._map.close()
        self._file.close()


class MovableClock:
    """A clock for tests: stands still until moved."""

    mode = "movable"

    def __init__(self, moment: datetime):
        self.moment = moment

    def now(self) -> datetime:
        return self.moment

    def move(self, **delta: float) -> datetime:
        self.moment += timedelta(**delta)
        return self.moment

    def move_to(self, moment: datetime) -> None:
        self.moment = moment


_clock: Clock = RealClock()


def now() -> datetime:
    """City time of this process, aware, in UTC."""
    return _clock.now()


def current() -> Clock:
    return _clock


def install(clock: Clock) -> Clock:
    """Make `clock` this process's city clock; returns the one it replaces."""
    global _clock
    previous, _clock = _clock, clock
    return previous


@contextmanager
def installed(clock: Clock) -> Iterator[Clock]:
    previous = install(clock)
    try:
        yield clock
    finally:
        install(previous)


def open_clock(data: Path) -> Clock:
    """The clock that `DIR/clock.json` declares; real when there is no such file.

    Raises ValueError with the file's name when the file cannot be understood.
    """
    path = data / "clock.json"
    if not path.exists():
        return RealClock()
    try:
        settings = json.loads(path.read_text(encoding="utf-8"))
        mode = settings["mode"]
        if mode == "real":
            return RealClock()
        if mode == "scaled":
            scaled = ScaledClock(
                wall_anchor=datetime.fromisoformat(settings["wall_anchor"]),
                city_anchor=datetime.fromisoformat(settings["city_anchor"]),
                speed=float(settings["speed"]),
            )
            if not (scaled.now().tzinfo and scaled.speed > 0):
                raise ValueError("anchors need a zone, and speed is greater than 0")
            return scaled
        if mode == "driven":
            return DrivenClock(data / "clock.now", datetime.fromisoformat(settings["start"]))
    except (KeyError, TypeError, ValueError) as error:
        raise ValueError(f"{path} does not describe a clock: {error}") from error
    raise ValueError(f"{path}: mode {mode!r} is not one of real, scaled, driven")


def declare(data: Path, mode: str, *, start: datetime | None = None, speed: float = 1.0) -> None:
    """Write `DIR/clock.json`; `start` is the first city time of a scaled or driven clock."""
    settings: dict[str, object] = {"mode": mode}
    if mode == "scaled":
        anchor = wall_now()
        settings |= {"wall_anchor": anchor.isoformat(), "city_anchor": (start or anchor).isoformat(), "speed": speed}
    elif mode == "driven":
        settings |= {"start": (start or wall_now()).isoformat()}
    elif mode != "real":
        raise ValueError(f"clock mode {mode!r} is not one of real, scaled, driven")
    part = data / f"clock.json.{os.getpid()}"
    part.write_text(json.dumps(settings), encoding="utf-8")
    part.replace(data / "clock.json")


def monotonic() -> float:
    """Seconds for measuring durations inside one process."""
    return time.monotonic()
