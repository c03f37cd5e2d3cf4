"""A backup whose digests are right, and whose content is not: looking inside finds it."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa
import pytest
from deltalake import write_deltalake

from citybrain.base.errors import Misconfigured
from citybrain.guarantees.maintenance.archive import Reader, Writer
from citybrain.guarantees.maintenance.examining import examine
from citybrain.guarantees.maintenance.schema import check_not_newer, read_version, write_version
from citybrain.hubs.sensing.ingest import segments
from citybrain.hubs.sensing.ingest.columns import Rows, Stored


@pytest.fixture
def data(tmp_path):
    """A hot segment of two batches, a journal of one line, a table of two files."""
    folder = tmp_path / "data"
    (folder / "hot").mkdir(parents=True)
    segment = segments.Segment(folder / "hot", 1)
    for second in (1, 2):
        segment.write(batch(second))
    segment.finish()
    line = {
        "seq": 1, "alarm": "a", "rule": "r", "thing": "air-1", "thing_id": 1, "stream": 1, "property": "so2",
        "state": "firing", "start_at": "2026-03-02T01:00:00Z", "at": "2026-03-02T01:00:00Z", "value": 600.0,
        "sequence": 0, "recorded_at": "2026-03-02T01:00:00Z", "wall_at": "2026-03-02T01:00:00Z",
    }  # fmt: skip
    (folder / "journal").mkdir()
    (folder / "journal" / "alarms-00000001.jsonl").write_text(json.dumps(line) + "\n")
    for number in (1, 2):
        write_deltalake(str(folder / "lake" / "readings"), pa.table({"value": [number]}), mode="append")
    return folder


def batch(second: int) -> pa.RecordBatch:
    import numpy as np

    rows = Rows(np.array([1], np.int32), np.array([second], np.int64), np.array([20.0]), np.array([0], np.int8))
    return Stored(rows, np.array([0], np.int16), np.array([1], np.int32), second).batch()


def complaints(data: Path, tmp_path: Path, *, without: str = "") -> list[str]:
    """What is said of a backup of the folder as it stands (there is no database in it, which is said too)."""
    with Writer(tmp_path / "backup.tar") as writer:
        for path in sorted(data.rglob("*")):
            if path.is_file() and not (without and without in path.name):
                with path.open("rb") as file:
                    writer.add(str(path.relative_to(data)), file, packed=path.suffix != ".parquet")
        writer.finish({"tables": {}, "notes": [], "audit_head": None})
        writer.place()
    with Reader(tmp_path / "backup.tar") as reader:
        found = [f"{wrong.where} {wrong.what}" for wrong in examine(reader, tmp_path / "looked")]
    assert found.pop() == "city.sqlite3 is not there: the backup holds no database"
    return found


def test_a_sound_folder_has_nothing_wrong(data, tmp_path):
    assert complaints(data, tmp_path) == []


def test_a_segment_that_breaks_off(data, tmp_path):
    (path,) = (data / "hot").glob("*.arrow")
    path.write_bytes(path.read_bytes()[:-100])
    assert complaints(data, tmp_path) == [f"hot/{path.name} breaks off after 1 readings"]


def test_a_line_of_the_journal_that_is_none(data, tmp_path):
    with (data / "journal" / "alarms-00000001.jsonl").open("a") as file:
        file.write('{"seq": "two"}\n')
    (found,) = complaints(data, tmp_path)
    assert found.startswith("journal/alarms-00000001.jsonl line 2 is no change of an alarm")


def test_a_file_of_the_lake_without_its_footer(data, tmp_path):
    path = sorted((data / "lake" / "readings").glob("*.parquet"))[0]
    path.write_bytes(path.read_bytes()[:-4])
    (found,) = complaints(data, tmp_path)
    assert found.startswith(f"lake/readings/{path.name} cannot be read")


def test_a_file_that_the_log_names_and_nobody_has(data, tmp_path):
    path = sorted((data / "lake" / "readings").glob("*.parquet"))[0]
    assert complaints(data, tmp_path, without=path.name) == [
        f"lake/readings/{path.name} is named by the log of lake/readings and missing"
    ]


def test_a_log_with_a_gap(data, tmp_path):
    (found,) = complaints(data, tmp_path, without="00000000000000000000.json")
    assert found.startswith("lake/readings/_delta_log cannot be opened as a table")


@pytest.mark.django_db
def test_a_folder_of_a_newer_format_is_refused(tmp_path):
    write_version(tmp_path)
    check_not_newer(tmp_path)
    since = datetime.fromisoformat(read_version(tmp_path)["since"])
    assert since <= datetime.now(UTC)

    (tmp_path / "version.json").write_text('{"version": "9.0", "format": 2}')
    with pytest.raises(Misconfigured, match=r"written by a newer version, 9\.0: .* version\.json: format 2"):
        check_not_newer(tmp_path)
