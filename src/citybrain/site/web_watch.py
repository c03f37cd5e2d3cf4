"""`web` looks after its workers: one that hangs is ended, and granian starts another in its place."""

from __future__ import annotations

import contextlib
import logging
import os
import signal
import threading
import time
from collections.abc import Callable
from pathlib import Path

from citybrain.site.pulse import heartbeat_of, threads_in
from citybrain.site.vitals import Doing, Silence, Watch, doing_of_threads

log = logging.getLogger("citybrain.web")
LOOK_EVERY = 1.0
LAST_WORDS = 0.5


class Workers:
    """The workers that run now, each with its silence; `pids` names them."""

    def __init__(self, pids: Callable[[], list[int]], run: Path, hung_after: float):
        self.pids, self.run, self.hung_after = pids, run, hung_after
        self.watches: dict[int, Watch] = {}

    def look(self) -> None:
        """End those that hang; call it once a second."""
        now = self.pids()
        for pid in self.watches.keys() - now:
            del self.watches[pid]
            heartbeat_of(self.run, pid).unlink(missing_ok=True)
        for pid in now:
            watch = self.watches.setdefault(pid, self._watch(pid))
            if watch.hangs():
                self._end(pid, watch.silence.silent)

    def _watch(self, pid: int) -> Watch:
        heartbeat = heartbeat_of(self.run, pid)

        def measure(pid: int) -> Doing:
            """Of the threads in requests: the others go on taking connections, which is no work."""
            return doing_of_threads(pid, threads_in(heartbeat))

        return Watch(pid, Silence(self.hung_after), heartbeat, measure=measure)

    @staticmethod
    def _end(pid: int, silent: float) -> None:
        log.error("worker %s has shown no sign of life for %.0f s and is replaced; its threads:", pid, silent)
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGUSR1)  # it answers with the stacks of its threads
            os.kill(pid, signal.SIGCONT)
            time.sleep(LAST_WORDS)
            os.kill(pid, signal.SIGKILL)


def watch_workers(pids: Callable[[], list[int]], run: Path, hung_after: float) -> None:
    """Look after the workers in a thread, for as long as this process runs, and show that it does."""
    workers = Workers(pids, run, hung_after)

    def watch() -> None:
        while True:
            time.sleep(LOOK_EVERY)
            try:
                workers.look()
                (run / "web.heartbeat").touch()
            except Exception:
                log.exception("could not look after the workers")

    threading.Thread(target=watch, daemon=True, name="watch of workers").start()
