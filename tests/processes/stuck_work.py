"""The real `work` with one job more: its first round never ends, although it may take two seconds; later ones end."""

from __future__ import annotations

import os
import sys
import threading
from datetime import timedelta
from pathlib import Path

from citybrain.base.jobs import every
from citybrain.site import work


@every(name="test.stuck", seconds=1, limit=timedelta(seconds=2))
def lies_on_its_back_once() -> None:
    run = Path(os.environ["CITYBRAIN_DATA"]) / "run"
    try:
        (run / "stuck").touch(exist_ok=False)
    except FileExistsError:
        (run / "went_on").touch()
    else:
        threading.Event().wait()


if __name__ == "__main__":
    sys.exit(work.main())
