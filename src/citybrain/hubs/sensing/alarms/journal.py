"""The journal that `sense` writes: DIR/journal/alarms-<8 digits>.jsonl, one transition a line, only ever appended.

Read by file and offset. A line without its newline is not there yet: it is left until it is whole, and passed over when
a later file exists (its writer died; it was never acknowledged and is written again).
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import msgspec
from django.conf import settings

log = logging.getLogger(__name__)
READ_BYTES = 512 * 1024


class Line(msgspec.Struct, frozen=True):
    """One transition of one alarm."""

    seq: int
    alarm: str
    rule: str
    thing: str
    thing_id: int
    property: str
    state: str
    start_at: datetime
    at: datetime
    recorded_at: datetime
    value: float | None = None
    sequence: int = 0
    stream: int = 0


@dataclass(frozen=True)
class Position:
    """How far somebody has read: everything before `offset` of `file`, and every line up to `seq`."""

    file: str = ""
    offset: int = 0
    seq: int = 0


def journal_folder() -> Path:
    return Path(settings.DATA_DIR) / "journal"


def journal_files(folder: Path) -> list[Path]:
    return sorted(folder.glob("alarms-*.jsonl"))


def read_lines(folder: Path, position: Position, *, limit: int) -> tuple[list[Line], Position]:
    """At most `limit` lines after a position, and the position after them; lines that cannot be read are logged."""
    later = [path for path in journal_files(folder) if path.name >= position.file]
    for index, path in enumerate(later):
        has_successor = index + 1 < len(later)  # looked up before reading: nothing is appended to it any more
        offset = position.offset if path.name == position.file else 0
        lines, end = _read_file(path, offset, limit)
        if lines or end > offset:
            seq = max([position.seq, *(line.seq for line in lines)])
            fresh = [line for line in lines if line.seq > position.seq]
            return fresh, Position(path.name, end, seq)
        if not has_successor:
            return [], Position(path.name, offset, position.seq)
    return [], position


def _read_file(path: Path, offset: int, limit: int) -> tuple[list[Line], int]:
    size = READ_BYTES
    while True:
        with path.open("rb") as file:
            file.seek(offset)
            data = file.read(size)
        end = data.rfind(b"\n") + 1
        if end or len(data) < size:
            break
        size *= 2  # one line longer than the buffer
    raw = data[:end].splitlines(keepends=True)[:limit]
    lines = [line for one in raw if (line := _decode(one, path)) is not None]
    return lines, offset + sum(map(len, raw))


def _decode(raw: bytes, path: Path) -> Line | None:
    if not raw.strip():
        return None
    try:
        return msgspec.json.decode(raw, type=Line)
    except msgspec.DecodeError as error:
        log.error("%s: a line of the journal cannot be read and is passed over: %s", path.name, error)
        return None


def bytes_after(folder: Path, position: Position) -> int:
    """How much of the journal has not been read yet."""
    waiting = 0
    for path in journal_files(folder):
        if path.name >= position.file:
            waiting += path.stat().st_size - (position.offset if path.name == position.file else 0)
    return waiting
