"""Keeping the logs of the processes small while they run."""

from __future__ import annotations

import shutil
from pathlib import Path

LIMIT = 32 * 1024 * 1024
KEPT = 3


def turn_over(log: Path, *, limit: int = LIMIT, kept: int = KEPT) -> bool:
    """Move what a log holds to NAME.log.1 (and that to .2 …) when it is longer than `limit`; true when it was.

    The process goes on writing to the same open file, which is emptied: it appends, so it begins at the top again. What
    it writes between the last look and the emptying, some microseconds, is lost.
    """
    if not log.exists() or log.stat().st_size <= limit:
        return False
    for number in range(kept, 1, -1):
        older = log.with_name(f"{log.name}.{number - 1}")
        if older.exists():
            older.replace(log.with_name(f"{log.name}.{number}"))
    with log.open("r+b") as source, log.with_name(f"{log.name}.1").open("wb") as target:
        while source.tell() < log.stat().st_size:
            shutil.copyfileobj(source, target)
        source.truncate(0)
    return True
