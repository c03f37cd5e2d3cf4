"""Acts that begin at the same moment, each in a thread with a connection of its own."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from django.db import connection

from citybrain.base.errors import CityError


def at_once(*acts: Callable[[], Any]) -> list[str]:
    """Run the acts in threads that start together; `done` or the code of the refusal, for each."""
    start = threading.Barrier(len(acts))

    def run(act: Callable[[], Any]) -> str:
        start.wait()
        try:
            act()
            return "done"
        except CityError as refused:
            return refused.code
        finally:
            connection.close()

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(run, acts))
