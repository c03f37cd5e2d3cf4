"""The latest reading of every stream: the high-water mark of the store, and what other processes read at once.

DIR/hot/latest.bin is a header and one 32-byte record per stream id, mapped into memory. Writers make the header's
version odd, write, and make it even again; a reader that saw an odd or changed version reads again (a seqlock). The
file is a mirror: after a restart it is written anew from the checkpoint and the segments.
"""

from __future__ import annotations

import mmap
import struct
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from citybrain.hubs.sensing.ingest.arrange import Arranged, lasts
from citybrain.hubs.sensing.ingest.columns import NEVER, Ints, Stored, Streams

RECORD = np.dtype(
    {
        "names": ["at", "value", "recorded_at", "quality", "sequence"],
        "formats": ["<i8", "<f8", "<i8", "i1", "<i2"],
        "offsets": [0, 8, 16, 24, 26],
        "itemsize": 32,
    }
)
EMPTY = np.zeros(1, RECORD)
EMPTY["at"] = NEVER
HEADER = struct.Struct("<8sQQQQ")  # magic, version, capacity, durable segment, durable offset
HEADER_SIZE = 64
MAGIC = b"CBLATEST"
ROOM = 4096


class Latest:
    """The array in memory and its mirror in the file. Index 0 is no stream."""

    def __init__(self, path: Path):
        self.path = path
        self._part = path.with_name(f"{path.name}.part")
        self._published = False
        self._version = 0
        self._durable = (0, 0)
        self._create(np.repeat(EMPTY, ROOM))

    def _create(self, records: NDArray[np.void]) -> None:
        with self._part.open("wb") as file:
            file.write(self._header(len(records), self._version).ljust(HEADER_SIZE, b"\0"))
            file.write(records.tobytes())
        with self._part.open("r+b") as file:
            self._map = mmap.mmap(file.fileno(), 0)
        self.records: NDArray[np.void] = np.frombuffer(self._map, RECORD, offset=HEADER_SIZE)
        if self._published:
            self._part.replace(self.path)

    def publish(self) -> None:
        """Put the file in place: until everything is restored, readers go on seeing what the last run left."""
        self._part.replace(self.path)
        self._published = True

    def _header(self, capacity: int, version: int) -> bytes:
        return HEADER.pack(MAGIC, version, capacity, *self._durable)

    @property
    def at(self) -> Ints:
        """The high-water mark of each stream; NEVER where nothing was received."""
        found: Ints = self.records["at"]
        return found

    def reserve(self, size: int) -> None:
        """Make room for stream ids below `size`; readers open the file anew for every question."""
        if size > len(self.records):
            grown = np.repeat(EMPTY, max(size, 2 * len(self.records)))
            grown[: len(self.records)] = self.records
            self._create(grown)

    def record(self, stream: int) -> Any:
        """The latest of one stream; of a thing registered just now there may be no room yet."""
        return self.records[stream] if stream < len(self.records) else EMPTY[0]

    def restore(self, records: NDArray[np.void]) -> None:
        self.reserve(len(records))
        self.records[: len(records)] = records

    def update(self, stream: Streams, records: NDArray[np.void], durable: tuple[int, int]) -> None:
        """Set records; where a stream occurs twice the last one counts."""
        self._durable = durable
        self._map[:HEADER_SIZE] = self._header(len(self.records), self._version + 1).ljust(HEADER_SIZE, b"\0")
        self.records[stream] = records
        self._version += 2
        self._map[:HEADER_SIZE] = self._header(len(self.records), self._version).ljust(HEADER_SIZE, b"\0")


@dataclass(frozen=True)
class LatestView:
    """What another process sees: records of the streams asked for, and how far the hot segments are durable."""

    records: NDArray[np.void]
    segment: int
    offset: int


def read_latest(path: Path, streams: Streams, *, patience: float = 0.2) -> LatestView | None:
    """The latest records of the streams, whole; None when `sense` has never run in this data directory.

    A writer is at work for microseconds. One that seems to be for longer was killed in the middle: then what stands
    there is taken, until `sense` is back and writes the file anew.
    """
    until = time.monotonic() + patience
    while True:
        view, whole = _try_read(path, streams)
        if whole or view is None or time.monotonic() > until:
            return view
        time.sleep(0.0002)


def _try_read(path: Path, streams: Streams) -> tuple[LatestView | None, bool]:
    """What stands there, and whether no writer was at work meanwhile."""
    try:
        with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as mapped:
            before = HEADER.unpack_from(mapped)
            found = _pick(mapped, streams, before[2])
            after = HEADER.unpack_from(mapped)
    except (FileNotFoundError, ValueError):
        return None, False
    whole = before[1] % 2 == 0 and before[1] == after[1]
    return (LatestView(found, after[3], after[4]) if before[0] == MAGIC else None), whole


def _pick(mapped: Any, streams: Streams, capacity: int) -> NDArray[np.void]:
    records = np.frombuffer(mapped, RECORD, offset=HEADER_SIZE)
    known = (streams >= 0) & (streams < min(capacity, len(records)))
    found = np.repeat(EMPTY, len(streams))
    found[known] = records[streams[known]]
    del records
    return found


def newest(stored: Stored, arranged: Arranged, high: Ints) -> Ints:
    """Which of the stored rows become the latest of their stream: one a stream, corrections of the latest included."""
    if arranged.late is None:
        return arranged.order[lasts(arranged.streams)]
    rows = stored.rows
    fresh = np.flatnonzero(rows.at >= high[rows.stream])
    order = fresh[np.lexsort((stored.sequence[fresh], rows.at[fresh], rows.stream[fresh]))]
    return order[lasts(rows.stream[order])]


def records_of(at: Ints, value: Any, quality: Any, sequence: Any, recorded_at: int) -> NDArray[np.void]:
    records = np.zeros(len(at), RECORD)
    records["at"], records["value"], records["recorded_at"] = at, value, recorded_at
    records["quality"], records["sequence"] = quality, sequence
    return records
