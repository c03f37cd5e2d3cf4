"""From hot to cold: every reading once, whatever is killed when."""

from __future__ import annotations

import struct
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from citybrain.base.clock import MovableClock
from citybrain.base.jobs.registry import registry
from citybrain.hubs.sensing.ingest import segments
from citybrain.hubs.sensing.ingest.store import Store
from citybrain.hubs.sensing.telemetry import moving
from citybrain.hubs.sensing.telemetry.lake import open_table
from citybrain.hubs.sensing.telemetry.naming import describe
from tests.hubs.sensing.telemetry.conftest import HOUR, MINUTE, Station

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def cold(data: Path) -> Counter[tuple[str, str, datetime, float, int]]:
    table = open_table(data)
    rows: Counter[tuple[str, str, datetime, float, int]] = Counter()
    for file in table.file_uris() if table else ():
        for row in pq.read_table(file).to_pylist():
            rows[row["thing"], row["property"], row["at"], row["value"], row["sequence"]] += 1
    return rows


def test_a_moved_reading_knows_its_thing_and_region(station: Station) -> None:
    station.reads(NOON, 35.0)
    assert station.move() == 1
    assert cold(station.data) == Counter({("air-1", "pm25", NOON, 35.0, 0): 1})
    (file,) = open_table(station.data).file_uris()  # type: ignore[union-attr]  # it is there
    assert "day=2026-03-01" in file
    row = pq.read_table(file).to_pylist()[0]
    assert row["region_path"] == "/4206/420606/420606001/"
    assert row["token"] == 7


def test_the_open_segment_stays(station: Station) -> None:
    station.reads(NOON, 35.0)
    assert moving.move_segments(station.data, describe) == 0
    assert station.move() == 1
    assert station.move() == 0
    assert len(segments.segments(station.data / "hot")) == 1


def test_a_kill_between_commit_and_delete_doubles_nothing(station: Station, monkeypatch: pytest.MonkeyPatch) -> None:
    for n in range(5):
        station.reads(NOON + n * MINUTE, float(n))
    station.close_segment()

    def killed(paths: object) -> None:
        if list(paths):  # type: ignore[call-overload]  # paths of segments
            raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(moving, "_delete", killed)
        with pytest.raises(KeyboardInterrupt):
            moving.move_segments(station.data, describe)
    assert sum(cold(station.data).values()) == 5
    assert station.values(from_=NOON, to=NOON + HOUR) == [0, 1, 2, 3, 4]  # both places hold them now
    station.reads(NOON, 0.0)  # and it is still known as a repetition
    station.reads(NOON + 9 * MINUTE, 9.0)
    assert station.move() == 1
    assert station.move() == 0
    assert set(cold(station.data).values()) == {1}
    assert station.values(from_=NOON, to=NOON + HOUR) == [0, 1, 2, 3, 4, 9]


def test_a_repetition_is_recognised_in_the_lake_after_a_restart(station: Station) -> None:
    station.reads(NOON, 1.0)
    station.reads(NOON + HOUR, 2.0)
    station.move()
    station.store.close()
    station.store = Store(station.data)
    station.reads(NOON, 1.0)
    station.reads(NOON, 5.0)
    station.reads(NOON, 1.0)
    station.move()
    assert cold(station.data) == Counter(
        {
            ("air-1", "pm25", NOON, 1.0, 0): 1,
            ("air-1", "pm25", NOON + HOUR, 2.0, 0): 1,
            ("air-1", "pm25", NOON, 5.0, 1): 1,
        }
    )


def test_without_a_checkpoint_the_lake_says_what_is_known(station: Station) -> None:
    station.reads(NOON, 1.0)
    station.move()
    station.store.close()
    (station.data / "hot" / "checkpoint.npz").write_bytes(b"broken")
    station.store = Store(station.data)
    station.reads(NOON, 1.0)
    station.reads(NOON + HOUR, 2.0)
    station.move()
    assert sorted(cold(station.data).values()) == [1, 1]


def test_readings_after_the_hot_folder_was_lost_go_to_the_lake_too(station: Station) -> None:
    for n in range(3):
        station.reads(NOON + n * MINUTE, float(n))
        station.move()
    station.store.close()
    for path in (station.data / "hot").iterdir():
        path.unlink()
    station.store = Store(station.data)
    station.reads(NOON + HOUR, 50.0)
    assert station.move() == 1
    assert sorted(value for _, _, _, value, _ in cold(station.data)) == [0.0, 1.0, 2.0, 50.0]


def test_days_in_pieces_are_put_together_when_they_are_over(station: Station, clock: MovableClock) -> None:
    for n in range(6):
        station.reads(NOON + n * MINUTE, float(n))
        station.reads(NOON + n * MINUTE, float(n), thing="air-2")
        station.move()
    before = cold(station.data)
    assert moving.compact(station.data) == 0
    clock.move(days=2)
    assert moving.compact(station.data) == 1
    table = open_table(station.data)
    assert table is not None
    assert len(table.file_uris()) == 1
    assert cold(station.data) == before
    assert table.transaction_version("sense") is not None
    assert station.values(from_=NOON, to=NOON + HOUR) == [0, 1, 2, 3, 4, 5]
    station.reads(NOON, 0.0)
    assert station.move() == 0  # known, wherever it lies now


def damaged_segment(station: Station) -> tuple[Path, bytes]:
    """A closed segment with a flipped bit in the second of its two readings, and what is in it then."""
    station.reads(NOON, 1.0)
    station.reads(NOON + MINUTE, 2.0)
    station.close_segment()
    (_, path), _ = segments.segments(station.data / "hot")
    content = bytearray(path.read_bytes())
    content[content.rindex(struct.pack("<d", 2.0))] ^= 1
    path.write_bytes(content)
    return path, bytes(content)


def test_a_damaged_segment_is_not_thrown_away(station: Station, caplog: pytest.LogCaptureFixture) -> None:
    path, content = damaged_segment(station)
    assert moving.move_segments(station.data, describe) == 1
    assert "is damaged" in caplog.text
    assert path.with_name(f"{path.name}.damaged").read_bytes() == content
    assert len(segments.segments(station.data / "hot")) == 1


def test_a_damaged_segment_is_not_thrown_away_by_who_was_killed_after_the_commit(
    station: Station, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, content = damaged_segment(station)
    commit = moving._commit

    def killed(*arguments: Any) -> None:
        commit(*arguments)
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(moving, "_commit", killed)
        with pytest.raises(KeyboardInterrupt):
            moving.move_segments(station.data, describe)
    assert moving.move_segments(station.data, describe) == 0
    assert not path.exists()
    assert path.with_name(f"{path.name}.damaged").read_bytes() == content
    assert sum(cold(station.data).values()) == 1


def test_readings_of_a_stream_without_a_name_are_kept(station: Station) -> None:
    station.reads(NOON, 35.0)
    station.close_segment()
    assert moving.move_segments(station.data, lambda streams: {}) == 1
    assert [row[3] for row in cold(station.data)] == [35.0]


def test_work_moves_by_itself(station: Station) -> None:
    station.reads(NOON, 35.0)
    station.close_segment()
    jobs = registry().recurring
    assert jobs["telemetry.move"].function() == 1
    assert jobs["telemetry.compact"].function() == 0
