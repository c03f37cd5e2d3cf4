"""A process that takes the journal in until it is killed, or has all: `taker.py DIR [--finish]`."""

from __future__ import annotations

import sys
import time
from pathlib import Path


def main(data: Path, finish: bool) -> None:
    from citybrain.site.start import set_up

    set_up(data)
    from citybrain.hubs.sensing.alarms.intake import take_in

    print("ready", flush=True)
    while True:
        taken = take_in(limit=7)
        if not taken and finish:
            return
        if not taken:
            time.sleep(0.002)


if __name__ == "__main__":
    main(Path(sys.argv[1]), "--finish" in sys.argv)
