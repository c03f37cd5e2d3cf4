"""Scratch cities: a temporary directory each, with a database of its own, played by a process of its own.

Everything that reads or writes a city works on the database and the clock of its process, so a rehearsal never has to
be told apart from the living city: it has no way to it.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from threading import Thread
from typing import IO, Any

import msgspec

from citybrain.base.errors import Unavailable
from citybrain.base.processes import end_with_parent
from citybrain.lab.rehearsal.reference import Rows
from citybrain.lab.rehearsal.types import Changes, History, Part, Played

COMMAND = (str(Path(sys.executable).with_name("citybrain")),)
PARTS: tuple[Part, ...] = ("before", "after")
LOOK_SECONDS = 0.25
Heard = Callable[[dict[Part, tuple[int, int]]], None]
"""Told again and again how far each process is: steps done, and of how many."""
_encode, _decode = msgspec.msgpack.encode, msgspec.msgpack.decode


@contextmanager
def scratch_folder() -> Iterator[Path]:
    """A folder that is gone afterwards, whatever happens; only its owner may read it."""
    folder = Path(tempfile.mkdtemp(prefix="citybrain-rehearsal-"))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def write_order(folder: Path, history: History, reference: Rows, changes: Changes) -> None:
    """What both processes read."""
    for name, value in (("history", history), ("reference", reference), ("changes", changes)):
        (folder / f"{name}.msgpack").write_bytes(_encode(value))


def read_order(folder: Path) -> tuple[History, Changes]:
    history = _decode((folder / "history.msgpack").read_bytes(), type=History)
    return history, _decode((folder / "changes.msgpack").read_bytes(), type=Changes)


def read_rows(folder: Path) -> Rows:
    return _decode((folder / "reference.msgpack").read_bytes(), type=Rows)


def write_played(folder: Path, part: Part, played: Played) -> None:
    (folder / f"{part}.msgpack").write_bytes(_encode(played))


def play_both(folder: Path, heard: Heard) -> dict[Part, Played]:
    """Prepare one scratch city, make it two, and play both at once; raises Unavailable with the words of one that
    failed.
    """
    _run(folder, folder / "before", ["rehearse", "--scratch", "prepare"])
    shutil.copytree(folder / "before", folder / "after")
    children = {part: _start(folder, folder / part, ["rehearse", "--scratch", part]) for part in PARTS}
    far: dict[Part, tuple[int, int]] = {}
    listeners = [Thread(target=_listen, args=(part, child.stdout, far)) for part, child in children.items()]
    try:
        for listener in listeners:
            listener.start()
        while any(child.poll() is None for child in children.values()):
            time.sleep(LOOK_SECONDS)
            heard(dict(far))
        for listener in listeners:
            listener.join()
    finally:
        for child in children.values():
            child.kill()
            child.wait()
    for part, child in children.items():
        if child.returncode:
            raise _failed(folder / f"{part}.log")
    return {part: _decode((folder / f"{part}.msgpack").read_bytes(), type=Played) for part in PARTS}


def _run(folder: Path, data: Path, words: Sequence[str]) -> None:
    child = _start(folder, data, words)
    child.communicate()
    if child.returncode:
        raise _failed(folder / f"{words[-1]}.log")


def _start(folder: Path, data: Path, words: Sequence[str]) -> subprocess.Popen[str]:
    with (folder / f"{words[-1]}.log").open("w") as log:
        return subprocess.Popen(  # noqa: S603  # our own command line, words not parsed by a shell
            [*COMMAND, *words, "--order", str(folder), "--data", str(data)],
            stdout=subprocess.PIPE, stderr=log, text=True, env=_environment(data), preexec_fn=end_with_parent,
        )  # fmt: skip


def _failed(log: Path) -> Unavailable:
    return Unavailable("rehearsal.failed", why=log.read_text(encoding="utf-8", errors="replace").strip()[-2000:])


def _listen(part: Part, lines: IO[str] | None, far: dict[Part, tuple[int, int]]) -> None:
    for line in lines or ():
        done, _, of = line.strip().partition("/")
        if done.isdigit() and of.isdigit():
            far[part] = int(done), int(of)


def _environment(data: Path) -> dict[str, Any]:
    """The database is always the directory's own; it is thrown away, so nothing waits for the disk."""
    kept = {name: value for name, value in os.environ.items() if name != "CITYBRAIN_DATABASE_URL"}
    return {**kept, "CITYBRAIN_DATA": str(data), "CITYBRAIN_SYNC": "normal", "LANG": "C.UTF-8", "PYTHONHASHSEED": "0"}
