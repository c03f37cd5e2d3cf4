"""The moment of a backup: everything that changes is held by name, or copied, within milliseconds.

What the platform replaces (a checkpoint, a snapshot, a file of the lake) is held by a second name in DIR/run/backup, so
that nobody can take it away while it is read; what only grows is held with its length at that moment; what is small or
written in place is copied. Nothing here knows what the parts mean beyond that.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

COPIED_BELOW = 1024 * 1024


@dataclass(frozen=True)
class Held:
    """A file of the backup: its name in the data directory, where it can be read, and how much of it belongs."""

    name: str
    path: Path
    length: int


class Stage:
    """DIR/run/backup, emptied at first: what a backup that was killed had left there goes."""

    def __init__(self, data: Path):
        self.data, self.folder = data, data / "run" / "backup"
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir(parents=True)
        self.held: list[Held] = []

    def clear(self) -> None:
        shutil.rmtree(self.folder, ignore_errors=True)

    def hold(self, path: Path, *, growing: bool = False, length: int | None = None) -> Held | None:
        """Hold one file; None when it is not there. `growing` files are never copied: they may be long."""
        name = str(path.relative_to(self.data))
        target = self.folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        try:
            if not growing and path.stat().st_size < COPIED_BELOW:
                shutil.copyfile(path, target)
            else:
                link_or_copy(path, target)
        except FileNotFoundError:
            return None
        held = Held(name, target, target.stat().st_size if length is None else length)
        self.held.append(held)
        return held

    def hold_all(self, folder: Path) -> None:
        for path in files_below(folder):
            self.hold(path)

    def cut(self, held: Held, length: int) -> None:
        """Let only the first `length` bytes belong; none at all lets the file go."""
        self.held.remove(held)
        if length:
            self.held.append(Held(held.name, held.path, length))


def link_or_copy(path: Path, target: Path) -> None:
    """A second name for the file; a copy where the file system, or another disk, does not give one."""
    try:
        os.link(path.resolve(), target)
    except FileNotFoundError:
        raise
    except OSError:
        shutil.copyfile(path, target)


def files_below(folder: Path) -> Iterator[Path]:
    """Every regular file, in the order of names; half-written ones (`.part`) are nobody's yet."""
    for parent, folders, names in os.walk(folder, followlinks=True):
        folders.sort()
        for name in sorted(names):
            path = Path(parent) / name
            if path.suffix != ".part" and path.is_file():
                yield path
