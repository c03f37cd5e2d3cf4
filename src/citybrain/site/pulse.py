"""A web worker shows that its requests move: its heartbeat file is written while none of them is stuck.

From outside a worker whose only request thread hangs looks well: it still takes connections, and the others answer. So
the worker itself says how it is, from a thread beside, which also falls silent when the whole process hangs. The file
names the threads that were inside a request, so that who watches can see whether they compute, read or write.
"""

from __future__ import annotations

import contextlib
import os
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

BEAT_EVERY = 1.0
MOVES_WITHIN = 10.0  # for so long a request may take before the worker shows no sign of life
PREFIX = "web-"

Application = Callable[[dict[str, Any], Any], Iterable[bytes]]


def heartbeat_of(run: Path, pid: int) -> Path:
    return run / f"{PREFIX}{pid}.heartbeat"


class Pulse:
    """The WSGI application with, for each thread that is inside it now, since when."""

    def __init__(self, application: Application, now: Callable[[], float] = time.monotonic):
        self.application, self.now = application, now
        self.inside: dict[int, float] = {}

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        thread = threading.get_native_id()
        self.inside[thread] = self.now()
        try:
            response = self.application(environ, start_response)
        finally:
            del self.inside[thread]
        return Streamed(response, self) if getattr(response, "streaming", False) else response

    def moves(self) -> bool:
        """Whether no request has been inside for long: they end, or there is none."""
        return all(self.now() - since < MOVES_WITHIN for since in self.inside.copy().values())

    def show(self, heartbeat: Path) -> None:
        """Write the file from now on, in a thread, for as long as requests move."""

        def beat() -> None:
            while True:
                if self.moves():
                    with contextlib.suppress(OSError):  # a full disk: opening it has set its time
                        heartbeat.write_text(" ".join(map(str, self.inside.copy())) + "\n", encoding="ascii")
                time.sleep(BEAT_EVERY)

        threading.Thread(target=beat, daemon=True, name="pulse").start()


class Streamed:
    """A response that is made while it is sent: making a piece counts as being inside, a slow receiver does not."""

    def __init__(self, response: Iterable[bytes], pulse: Pulse):
        self.response, self.pieces, self.pulse = response, iter(response), pulse

    def __iter__(self) -> Iterator[bytes]:
        return self

    def __next__(self) -> bytes:
        thread = threading.get_native_id()
        self.pulse.inside[thread] = self.pulse.now()
        try:
            return next(self.pieces)
        finally:
            del self.pulse.inside[thread]

    def close(self) -> None:
        close = getattr(self.response, "close", None)
        if close:
            close()


def threads_in(heartbeat: Path) -> list[int]:
    """Kernel numbers of the threads that were inside a request at the last beat."""
    try:
        return [int(word) for word in heartbeat.read_text(encoding="ascii").split()]
    except (OSError, ValueError):
        return []


def show_pulse(application: Application, run: Path) -> Pulse:
    """Wrap the application of this worker, whose heartbeat is shown in `run`."""
    pulse = Pulse(application)
    pulse.show(heartbeat_of(run, os.getpid()))
    return pulse
