"""The `web` process: Django over WSGI by granian (under ASGI Django is several times slower)."""

from __future__ import annotations

import argparse
import os
import shutil
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from citybrain.site.start import tell_stacks_when_asked
from citybrain.site.vitals import hung_after
from citybrain.site.web_watch import watch_workers


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="citybrain.site.web")
    parser.add_argument("--data", type=Path, default=Path("var"))
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8000)
    parser.add_argument("--workers", type=int, default=2)
    options = parser.parse_args(arguments)
    tell_stacks_when_asked()
    os.environ["CITYBRAIN_DATA"] = str(options.data.resolve())
    os.environ["CITYBRAIN_PORT"] = str(options.port)
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(empty_folder(options.data.resolve() / "run" / "metrics"))

    run = options.data.resolve() / "run"
    for left in run.glob("web*.heartbeat"):
        left.unlink(missing_ok=True)

    from granian.constants import Interfaces
    from granian.server import Server

    server = Server(
        "citybrain.site.web_worker:application",
        address=options.host,
        port=options.port,
        interface=Interfaces.WSGI,
        workers=options.workers,
        blocking_threads=1,
        backlog=2048,
        respawn_failed_workers=True,
        log_access=False,
    )
    hung = hung_after()
    if hung:
        watch_workers(lambda: pids_of(server.wrks), run, hung)
    server.serve()
    return 0


def pids_of(workers: Iterable[Any]) -> list[int]:
    """Of granian's workers those that have been started; the list changes while we read it."""
    return [pid for worker in tuple(workers) if (pid := getattr(worker.inner, "pid", None))]


def empty_folder(folder: Path) -> Path:
    """Where the workers of this run add up their metrics; what a former run left is removed."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return folder


if __name__ == "__main__":
    sys.exit(main())
