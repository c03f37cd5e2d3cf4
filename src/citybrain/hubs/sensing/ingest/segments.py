"""Hot segments: files of Arrow IPC stream format that readings are appended to and synced before anybody is told yes.

    DIR/hot/segment-<16 digits>.arrow

One group commit is one record batch with the CRC-32 of its columns beside it. A crash can leave a torn last batch:
`recover` cuts it off. A segment is never appended to after a restart; the next one is begun.
"""

from __future__ import annotations

import logging
import os
import zlib
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa

from citybrain.hubs.sensing.ingest.columns import SCHEMA

log = logging.getLogger("citybrain.sense")
END_OF_STREAM = b"\xff\xff\xff\xff\x00\x00\x00\x00"
HEAD: bytes = SCHEMA.serialize().to_pybytes()


def segment_path(hot: Path, number: int) -> Path:
    return hot / f"segment-{number:016d}.arrow"


def segments(hot: Path) -> list[tuple[int, Path]]:
    """All segments by number."""
    found = [(int(path.stem.removeprefix("segment-")), path) for path in hot.glob("segment-*.arrow")]
    return sorted(found)


def checksum(batch: pa.RecordBatch) -> int:
    crc = 0
    for column in batch.columns:
        for buffer in column.buffers():
            if buffer is not None:
                crc = zlib.crc32(buffer, crc)
    return crc


def _message(batch: pa.RecordBatch) -> memoryview:
    sink = pa.BufferOutputStream()
    writer = pa.ipc.new_stream(sink, SCHEMA)
    writer.write_batch(batch, custom_metadata={"crc32": f"{checksum(batch):08x}"})
    return memoryview(sink.getvalue())[len(HEAD) :]


def sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def write_all(descriptor: int, data: bytes | memoryview) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(descriptor, view) :]


class Appender:
    """A file that only grows by synced pieces: what failed is cut off again, so that the file stays readable."""

    def __init__(self, path: Path, *, keep: int = 0, head: bytes = b""):
        """Open for appending after the first `keep` bytes; what follows them is cut off.

        Raises OSError when it cannot be opened, `head` not be written or the name not be synced; then nothing is open.
        """
        self.path = path
        self.offset = keep
        self._descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o640)
        try:
            self._torn = os.fstat(self._descriptor).st_size != keep
            if head:
                self.append(head)
            sync_folder(path.parent)
        except OSError:
            self.close()
            raise

    def append(self, data: bytes | memoryview) -> None:
        """Write and sync; raises OSError (a full disk, for example) and leaves the file as it was."""
        if self._torn:
            self._cut()
        try:
            write_all(self._descriptor, data)
            os.fdatasync(self._descriptor)
        except OSError:
            self._torn = True
            self._cut()
            raise
        self.offset += len(data)

    def _cut(self) -> None:
        os.ftruncate(self._descriptor, self.offset)
        os.fdatasync(self._descriptor)
        self._torn = False

    def close(self) -> None:
        os.close(self._descriptor)


class Segment(Appender):
    """The segment that is being written."""

    def __init__(self, hot: Path, number: int):
        super().__init__(segment_path(hot, number), head=HEAD)
        self.number = number

    def write(self, batch: pa.RecordBatch) -> None:
        self.append(_message(batch))

    def finish(self) -> None:
        """Mark the end, where there is room for it, and close."""
        try:
            self.append(END_OF_STREAM)
        except OSError as error:
            log.warning("%s is closed without its end mark: %s", self.path, error)
        finally:
            self.close()


def read(path: Path, *, start: int = 0, end: int | None = None) -> Iterator[tuple[pa.RecordBatch, int]]:
    """The whole batches of a segment with the offset after each, from those that begin at or after `start`.

    Stops at a torn or unfinished tail without complaint, and at `end` when it is given. Raises FileNotFoundError when
    the segment has been moved to the lake.
    """
    data = pa.py_buffer(path.read_bytes())  # not mapped: the writer may cut a failed tail off under us
    if len(data) < len(HEAD):
        return
    source = pa.BufferReader(data)
    reader = pa.ipc.open_stream(source)
    while True:
        before = source.tell()
        if end is not None and before >= end:
            return
        try:
            batch, metadata = reader.read_next_batch_with_custom_metadata()
        except (StopIteration, pa.ArrowInvalid, OSError):
            return
        if metadata is None or int(metadata["crc32"], 16) != checksum(batch):
            return
        if before >= start:
            yield batch, source.tell()


def _good_length(path: Path) -> int:
    good = len(HEAD)
    for _, offset in read(path):
        good = offset
    return good


def is_whole(path: Path) -> bool:
    """Whether the segment can be read to its end."""
    good = _good_length(path)
    return path.stat().st_size in (good, good + len(END_OF_STREAM))


def recover(path: Path) -> int:
    """Cut a torn tail off and return the length that is left (0: not even the head was written, the file is gone).

    Only for the segment that was being written: what cannot be read in an older one is damage, and is left as it is.
    """
    good = _good_length(path)
    size = path.stat().st_size
    if size < len(HEAD):
        path.unlink()
        return 0
    if size not in (good, good + len(END_OF_STREAM)):
        os.truncate(path, good)
    return good
