"""Where a backup is unpacked: a folder of its own, seen by nobody until it is whole. No Django here.

`citybrain restore` works in `.NAME.restoring` beside the folder that is to appear, and the last step is its renaming. A
restore that was killed leaves that hidden folder, and the next one clears it away. `citybrain backup verify` works in
a temporary folder that goes when it ends.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from citybrain.base.errors import BadInput, Conflict

RESTORE = ("restore",)
VERIFY = ("backup", "verify")


def needs_ground(arguments: Sequence[str]) -> bool:
    """Whether these words of the command line work without a city of their own."""
    given = tuple(arguments)
    asks = "-h" in given or "--help" in given
    return not asks and (given[:1] == RESTORE or given[:2] == VERIFY)


@contextmanager
def ground(arguments: Sequence[str], data: Path) -> Iterator[Path]:
    """The folder in which such a command works; it is gone at the end, unless the command has given it its name."""
    if tuple(arguments)[:1] == RESTORE:
        with restoring(data) as folder:
            yield folder
    else:
        with tempfile.TemporaryDirectory(prefix="citybrain-verify-") as name:
            yield Path(name)


@contextmanager
def restoring(target: Path) -> Iterator[Path]:
    """Raises BadInput where `target` holds anything already, Conflict while another restore works for it."""
    target = target.resolve()
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise BadInput("backup.not_empty", data=str(target))
    if not target.parent.is_dir():
        raise BadInput("backup.no_folder", folder=str(target.parent))
    folder, mark = (target.with_name(f".{target.name}.{end}") for end in ("restoring", "restoring.lock"))
    descriptor = os.open(mark, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise Conflict("backup.another_restore", data=str(target)) from error
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(mode=0o700)
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)
            mark.unlink(missing_ok=True)
    finally:
        os.close(descriptor)
