"""`python -m citybrain.lab.life --data DIR`: lives on in the city of DIR, in whatever time its clock shows.

A client like any other: it reads what `city new` wrote for it in DIR/city, and everything else over HTTP.
"""

from __future__ import annotations

import argparse
import logging
import signal
import sys
import threading
import time
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from citybrain.lab.life.door import Closed
from citybrain.lab.life.engine import LONGEST_GAP, STEP, Life, find_done, open_life, save_done

log = logging.getLogger("citybrain.life")
STREAMS = 4
PULSE = 2.0  # wall seconds between two looks at the clock
WORK_EVERY = 8.0  # wall seconds between two looks of the staff at its cases


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="citybrain.lab.life", description=__doc__)
    parser.add_argument("--data", type=Path, default=Path("var"))
    parser.add_argument("--url", default="http://127.0.0.1:8000", help="of web (default: the next port is sense)")
    parser.add_argument("--sense-url", default="", help="of sense")
    parser.add_argument("--streams", type=int, default=STREAMS, help=f"how much is reported, 1 to 8 ({STREAMS})")
    options = parser.parse_args(arguments)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s", stream=sys.stderr)
    stop = threading.Event()
    for one in (signal.SIGTERM, signal.SIGINT):
        signal.signal(one, lambda *_: stop.set())
    url = options.url.rstrip("/")
    host, _, port = url.rpartition(":")
    life = open_life(options.data, url, options.sense_url or f"{host}:{int(port) + 1}", streams=options.streams)
    try:
        live(life, options.data, stop)
    finally:
        life.close()
    return 0


def live(life: Life, data: Path, stop: threading.Event) -> None:
    """Deliver up to now and let the staff work, again and again; a city that does not answer is waited for."""
    worked = 0.0
    while not stop.is_set():
        try:
            now = int(datetime.fromisoformat(life.door.city_time()).timestamp())
            catch_up(life, data, now, stop)
            if time.monotonic() - worked >= WORK_EVERY and not stop.is_set():
                worked = time.monotonic()
                life.work(now)
        except Closed as error:
            log.warning("%s", error)
        stop.wait(PULSE)


def catch_up(life: Life, data: Path, now: int, stop: threading.Event) -> None:
    """Everything since the last time, piece by piece; what is too old to be delivered is left out, and said so."""
    done = find_done(data)
    if done is None:
        done = now - 1
    if done < now - LONGEST_GAP:
        log.warning("nothing was delivered for %.1f days; what is older than a week is left out", (now - done) / 86_400)
        done = now - LONGEST_GAP
    while done < now and not stop.is_set():
        until = min(done + STEP, now)
        life.pour(done, until)
        save_done(data, until)
        done = until


if __name__ == "__main__":
    sys.exit(main())
