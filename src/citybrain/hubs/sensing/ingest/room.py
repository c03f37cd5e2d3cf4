"""Whether the disk has room for more readings: `sense` says no before the disk is full, not when it is.

The last CITYBRAIN_DISK_RESERVE MiB are left to what must not fail: the database, the alarm journal, checkpoints, and
whoever makes room again.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from citybrain.base import clock
from citybrain.base.errors import Misconfigured, Unavailable

MEBIBYTE = 1024 * 1024
RESERVE = 512
LOOK_EVERY_SECONDS = 1.0
RETRY_SECONDS = 30


def mebibytes_from(name: str, default: int) -> int:
    """Bytes of a setting in MiB; raises Misconfigured for what is no number from 0 on."""
    given = os.environ.get(name, "") or str(default)
    if not given.isdigit():
        raise Misconfigured("sense.mebibytes", name=name, given=given)
    return int(given) * MEBIBYTE


class Room:
    """The free space under a data directory, looked at once a second."""

    def __init__(self, data: Path, reserve: int):
        self.data, self.reserve = data, reserve
        self._free, self._looked_at = 0, float("-inf")

    @property
    def free(self) -> int:
        now = clock.monotonic()
        if now - self._looked_at >= LOOK_EVERY_SECONDS:
            self._free, self._looked_at = shutil.disk_usage(self.data).free, now
        return self._free

    def check(self) -> None:
        """Raises Unavailable when less than the reserve is free."""
        if self.free < self.reserve:
            free, reserve = self.free // MEBIBYTE, self.reserve // MEBIBYTE
            raise Unavailable("observation.disk_reserve", retry_after=RETRY_SECONDS, free=free, reserve=reserve)

    @property
    def trouble(self) -> str:
        """Why no readings are taken, in a sentence; empty while there is room."""
        if self.free >= self.reserve:
            return ""
        free, reserve = self.free // MEBIBYTE, self.reserve // MEBIBYTE
        return f"no readings are taken: {free} MiB are free, and the last {reserve} MiB are kept for the city itself"
