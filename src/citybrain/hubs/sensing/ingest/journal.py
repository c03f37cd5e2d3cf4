"""The alarm journal: every transition, in order, for `work` to take in exactly once by file and offset.

    DIR/journal/alarms-<8 digits>.jsonl

The last line of an alarm is the truth about it. A line may repeat a state with another `at` or `value` (a late reading
moved the moment), and a withdrawn alarm may come back.
"""

from __future__ import annotations

import hashlib
import socket
from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path

import msgspec

from citybrain.base import clock
from citybrain.hubs.sensing.ingest.columns import NEVER
from citybrain.hubs.sensing.ingest.machine import Line, difference
from citybrain.hubs.sensing.ingest.rulebook import Named, Transition
from citybrain.hubs.sensing.ingest.segments import Appender

FILE_SIZE = 64 * 1024 * 1024
ENDED = ("resolved", "lapsed", "withdrawn")
Episode = tuple[str, int, int]  # rule, stream, start


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """One line of the journal."""

    seq: int
    alarm: str
    rule: str
    thing: str
    thing_id: int
    stream: int
    property: str
    state: str
    start_at: str
    at: str
    value: float | None
    sequence: int
    recorded_at: str
    wall_at: str


def iso(micros: int) -> str:
    return clock.from_micros(micros).isoformat().replace("+00:00", "Z")


def micros(text: str) -> int:
    return clock.to_micros(datetime.fromisoformat(text))


def alarm_id(rule: str, names: Named, start: int) -> str:
    """The same episode has the same id however often it is worked out."""
    what = "\0".join((rule, names.thing, names.property, str(start)))
    return hashlib.blake2b(what.encode(), digest_size=16).hexdigest()


class Journal:
    def __init__(self, folder: Path, socket_path: Path):
        self.folder, self.socket_path = folder, socket_path
        self._pending: list[bytes] = []
        self._poke = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._poke.setblocking(False)
        numbers = [number for number, _ in files(folder)]
        self._number = max(numbers, default=1)
        self.seq = 0
        for number in sorted(numbers, reverse=True):
            last = None
            for last in entries(_path(folder, number)):  # noqa: B007
                pass
            if last is not None:
                self.seq = last.seq
                break
        self._file = self._open()

    def _open(self) -> Appender:
        path = _path(self.folder, self._number)
        return Appender(path, keep=_whole_length(path) if path.exists() else 0)

    def _begin_file(self) -> None:
        """The next file; when it cannot be opened, the one before stays open and in use."""
        finished = self._file
        self._number += 1
        try:
            self._file = self._open()
        except OSError:
            self._number -= 1
            raise
        finished.close()

    @property
    def pending(self) -> int:
        return len(self._pending)

    def add(self, transitions: Iterable[Transition]) -> None:
        """Number them; `flush` writes. What cannot be written stays and is tried again."""
        recorded, wall = iso(clock.to_micros(clock.now())), iso(clock.to_micros(clock.wall_now()))
        for rule, stream, names, line in transitions:
            self.seq += 1
            entry = Entry(
                seq=self.seq,
                alarm=alarm_id(rule, names, line.start),
                rule=rule,
                thing=names.thing,
                thing_id=names.thing_id,
                stream=stream,
                property=names.property,
                state=line.state,
                start_at=iso(line.start),
                at=iso(line.at),
                value=line.value,
                sequence=line.sequence,
                recorded_at=recorded,
                wall_at=wall,
            )
            self._pending.append(msgspec.json.encode(entry))

    def flush(self) -> None:
        """Write and sync what is pending, and wake `work`. Raises OSError when the disk is full."""
        if not self._pending:
            return
        if self._file.offset >= FILE_SIZE:
            self._begin_file()
        lines = self._pending[:]
        self._file.append(b"\n".join(lines) + b"\n")
        del self._pending[: len(lines)]
        self.poke()

    def poke(self) -> None:
        try:
            self._poke.sendto(b"alarms", str(self.socket_path))
        except OSError:
            return  # nobody is listening, or the box is full: `work` looks by itself ten times a second

    def close(self) -> None:
        self._file.close()
        self._poke.close()


def _path(folder: Path, number: int) -> Path:
    return folder / f"alarms-{number:08d}.jsonl"


def files(folder: Path) -> list[tuple[int, Path]]:
    found = [(int(path.stem.removeprefix("alarms-")), path) for path in folder.glob("alarms-*.jsonl")]
    return sorted(found)


def entries(path: Path) -> Iterator[Entry]:
    """The whole lines of one file; a torn last line is left out."""
    for line in path.read_bytes()[: _whole_length(path)].splitlines():
        yield msgspec.json.decode(line, type=Entry)


def _whole_length(path: Path) -> int:
    return path.read_bytes().rfind(b"\n") + 1


def told_since(folder: Path, seq: int) -> list[Entry]:
    """Entries with a greater number than `seq`, oldest first."""
    found: list[list[Entry]] = []
    for _, path in reversed(files(folder)):
        part = list(entries(path))
        found.append([entry for entry in part if entry.seq > seq])
        if part and part[0].seq <= seq:
            break
    return [entry for part in reversed(found) for entry in part]


def untold(told: list[Entry], true: list[Transition], *, since: int = NEVER) -> list[Transition]:
    """What the journal lacks, or tells wrongly, after readings were worked through again.

    `since` is when the first of them was recorded, where there is no checkpoint (NEVER: there is one): an episode that
    had begun by then, and is over, follows from readings that have moved to the lake, and is left as it was told.
    """
    past = _over(told, true, since)
    told = [entry for entry in told if (entry.rule, entry.stream, micros(entry.start_at)) not in past]
    episodes: dict[Episode, tuple[Named, list[Line], list[Line]]] = {}
    for entry in told:
        names = Named(entry.thing_id, entry.thing, entry.property)
        line = Line(micros(entry.start_at), entry.state, micros(entry.at), entry.value, entry.sequence)
        episodes.setdefault((entry.rule, entry.stream, line.start), (names, [], []))[1].append(line)
    for rule, stream, names, line in true:
        episodes.setdefault((rule, stream, line.start), (names, [], []))[2].append(line)
    found: list[Transition] = []
    for (rule, stream, start), (names, before, after) in episodes.items():
        missing = _missing(start, _standing(before), _standing(after))
        found += [Transition(rule, stream, names, line) for line in missing]
    return found


def _over(told: list[Entry], true: list[Transition], since: int) -> set[Episode]:
    """The episodes begun before `since` and ended, unless what was worked out begins another before their end."""
    again: dict[tuple[str, int], int] = {}
    for rule, stream, _, line in true:
        again[rule, stream] = min(line.start, again.get((rule, stream), line.start))
    last: dict[Episode, Entry] = {}
    for entry in told:
        episode = entry.rule, entry.stream, micros(entry.start_at)
        if episode in last or micros(entry.recorded_at) < since:
            last[episode] = entry
    return {
        (rule, stream, start)
        for (rule, stream, start), entry in last.items()
        if entry.state in ENDED and micros(entry.at) < again.get((rule, stream), micros(entry.at) + 1)
    }


def _standing(lines: list[Line]) -> list[Line]:
    """The lines of an episode since it was last withdrawn; that line itself when it was the last word."""
    for place in range(len(lines) - 1, -1, -1):
        if lines[place].state == "withdrawn":
            return lines[place + 1 :] or [lines[place]]
    return lines


def _missing(start: int, told: list[Line], true: list[Line]) -> list[Line]:
    gone = Line(start, "withdrawn", start, None)
    if true in ([], [gone]):
        return [] if told == [gone] else [gone]
    return difference([] if told == [gone] else told, true)
