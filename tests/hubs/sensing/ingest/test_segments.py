"""Segments: what a crash or a bad disk leaves behind is read up to the last whole group, and no further."""

from __future__ import annotations

import errno
import os
import time
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from citybrain.hubs.sensing.ingest import segments
from citybrain.hubs.sensing.ingest.columns import Rows, Stored
from citybrain.hubs.sensing.ingest.latest import Latest, read_latest, records_of
from citybrain.hubs.sensing.ingest.segments import Segment


def group(count: int, first: int = 0) -> pa.RecordBatch:
    rows = Rows(
        np.arange(1, count + 1, dtype=np.int32),
        np.arange(first, first + count, dtype=np.int64),
        np.arange(count, dtype=np.float64),
        np.zeros(count, np.int8),
    )
    return Stored(rows, np.zeros(count, np.int16), np.full(count, 3, np.int32), 99).batch()


@pytest.fixture
def segment(tmp_path: Path) -> Segment:
    """Three groups of 10, 20 and 30 rows."""
    written = Segment(tmp_path, 1)
    for count in (10, 20, 30):
        written.write(group(count))
    return written


def sizes(path: Path) -> list[int]:
    return [batch.num_rows for batch, _ in segments.read(path)]


def test_a_segment_is_an_arrow_stream_that_anybody_can_read(segment: Segment) -> None:
    segment.finish()
    table = pa.ipc.open_stream(segment.path.read_bytes()).read_all()
    assert table.num_rows == 60
    assert table.column("token").to_pylist() == [3] * 60
    assert Stored.of(group(4)).recorded_at == 99


@pytest.mark.parametrize("cut", [1, 7, 8, 100, 700])
def test_a_torn_tail_is_cut_off(segment: Segment, cut: int) -> None:
    segment.close()
    os.truncate(segment.path, segment.offset - cut)
    assert sizes(segment.path) == [10, 20]
    assert segments.recover(segment.path) == segment.path.stat().st_size
    assert sizes(segment.path) == [10, 20]


def test_blocks_that_were_never_written_are_seen(segment: Segment) -> None:
    """After a power cut a file may have its length and zeros inside: the checksum tells."""
    segment.close()
    content = bytearray(segment.path.read_bytes())
    content[-200:-100] = bytes(100)
    segment.path.write_bytes(content)
    assert sizes(segment.path) == [10, 20]
    content[-1500:] = bytes(1500)
    segment.path.write_bytes(content)
    assert sizes(segment.path) == [10, 20][: len(sizes(segment.path))]
    segments.recover(segment.path)
    assert segments.recover(segment.path) == segment.path.stat().st_size


def test_a_damaged_segment_is_told_from_a_whole_one(segment: Segment) -> None:
    assert segments.is_whole(segment.path)
    segment.finish()
    assert segments.is_whole(segment.path)
    content = bytearray(segment.path.read_bytes())
    content[len(segments.HEAD) + 400] ^= 1
    segment.path.write_bytes(content)
    assert not segments.is_whole(segment.path)
    assert sizes(segment.path) == []


def test_zeros_after_the_end_are_cut_off(segment: Segment) -> None:
    segment.close()
    with segment.path.open("ab") as file:
        file.write(bytes(5000))
    assert segments.recover(segment.path) == segment.offset
    assert segment.path.stat().st_size == segment.offset


def test_a_segment_without_its_head_is_removed(tmp_path: Path) -> None:
    path = segments.segment_path(tmp_path, 5)
    path.write_bytes(segments.HEAD[:20])
    assert sizes(path) == []
    assert segments.recover(path) == 0
    assert not path.exists()


def test_a_segment_that_cannot_be_begun_leaves_no_file_open(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """On a full disk it is tried each second: descriptors would run out within the hour."""

    def full(*_: object) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")

    before = len(os.listdir("/proc/self/fd"))
    with monkeypatch.context() as patched:
        patched.setattr(os, "write", full)
        for _ in range(3):
            with pytest.raises(OSError, match="No space"):
                Segment(tmp_path, 1)
    assert len(os.listdir("/proc/self/fd")) == before
    begun = Segment(tmp_path, 1)
    begun.write(group(10))
    begun.finish()
    assert sizes(begun.path) == [10]


def test_reading_from_and_up_to_an_offset(segment: Segment) -> None:
    offsets = [offset for _, offset in segments.read(segment.path)]
    assert [batch.num_rows for batch, _ in segments.read(segment.path, start=offsets[0])] == [20, 30]
    assert [batch.num_rows for batch, _ in segments.read(segment.path, end=offsets[1])] == [10, 20]
    segment.close()


def test_finished_twice_is_recovered_as_it_is(segment: Segment) -> None:
    segment.finish()
    before = segment.path.read_bytes()
    segments.recover(segment.path)
    assert segment.path.read_bytes() == before


def test_the_latest_values_grow_and_are_read_by_others(tmp_path: Path) -> None:
    path = tmp_path / "latest.bin"
    assert read_latest(path, np.array([1], np.int32), patience=0) is None
    latest = Latest(path)
    assert read_latest(path, np.array([1], np.int32), patience=0) is None  # nothing is shown before it is whole
    latest.publish()
    big = 10_000
    latest.reserve(big + 1)
    streams = np.array([2, big], np.int32)
    latest.update(streams, records_of(np.array([5, 6]), [1.5, 2.5], 0, 0, 7), (3, 4096))
    view = read_latest(path, np.array([big, 2, 1, 10**6, -1], np.int32))
    assert view is not None
    assert (view.segment, view.offset) == (3, 4096)
    assert view.records["value"][:2].tolist() == [2.5, 1.5]
    assert (view.records["at"][2:] == -(2**63)).all()


def test_a_record_in_the_middle_of_its_writing_is_waited_for_but_not_for_ever(tmp_path: Path) -> None:
    latest = Latest(tmp_path / "latest.bin")
    latest.publish()
    latest.update(np.array([1], np.int32), records_of(np.array([5]), [1.0], 0, 0, 7), (1, 1))
    latest._map[:64] = latest._header(4096, 7).ljust(64, b"\0")  # odd: a writer is at work, and was killed
    began = time.monotonic()
    view = read_latest(latest.path, np.array([1], np.int32), patience=0.05)
    assert time.monotonic() - began >= 0.05
    assert view is not None
    assert view.records["value"].tolist() == [1.0]
