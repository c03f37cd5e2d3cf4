"""What was agreed on for backups, read from the environment. No Django here: the settings read it."""

from __future__ import annotations

import re
from datetime import time
from pathlib import Path

from citybrain.base.errors import Misconfigured

TIME = re.compile(r"([01]\d|2[0-3]):([0-5]\d)\Z")


def backup_folder(given: str) -> Path | None:
    """Where nightly backups go; None: none are made."""
    return Path(given).resolve() if given else None


def backup_time(given: str) -> time:
    """`03:00` in the city's own zone; raises Misconfigured for anything else."""
    found = TIME.match(given)
    if not found:
        raise Misconfigured("backup.time", given=given)
    return time(int(found[1]), int(found[2]))


def backups_kept(given: str) -> int:
    if not given.isdigit() or not 1 <= int(given) <= 1000:
        raise Misconfigured("backup.kept", given=given)
    return int(given)
