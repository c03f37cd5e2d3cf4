"""The `work` process: delivers messages, takes in alarms, runs clocks, schedules and jobs."""

from __future__ import annotations

import argparse
import os
import signal
import sys
import threading
from pathlib import Path


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="citybrain.site.work")
    parser.add_argument("--data", type=Path, default=Path("var"))
    options = parser.parse_args(arguments)
    os.environ["CITYBRAIN_DATA"] = str(options.data.resolve())

    from citybrain.site.start import set_up

    set_up(options.data)

    from citybrain.base.jobs import Worker
    from citybrain.site.discovery import modules_named

    modules_named("subscriptions")
    modules_named("jobs")
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    signal.signal(signal.SIGINT, lambda *_: stop.set())
    Worker().run(stop)
    return 0


if __name__ == "__main__":
    sys.exit(main())
