"""The lake's table of readings: DIR/lake/readings, a Delta table with a partition for each day (UTC).

Columns: thing, property (as they were named when the reading was moved), at, value, quality, sequence, recorded_at,
token, stream, region_path. Values are numbers as `sense` stores them: a boolean is 0 or 1, an enum its place.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from fcntl import LOCK_EX, flock
from pathlib import Path

import pyarrow as pa
from deltalake import DeltaTable

TIME = pa.timestamp("us", tz="UTC")
SCHEMA = pa.schema(
    [
        ("thing", pa.string()),
        ("property", pa.string()),
        ("at", TIME),
        ("value", pa.float64()),
        ("quality", pa.int8()),
        ("sequence", pa.int16()),
        ("recorded_at", TIME),
        ("token", pa.int32()),
        ("stream", pa.int32()),
        ("region_path", pa.string()),
        ("day", pa.string()),
    ]
)


def table_path(data: Path) -> Path:
    return data / "lake" / "readings"


def open_table(data: Path) -> DeltaTable | None:
    """The table at its newest version; None while nothing has been moved."""
    path = table_path(data)
    if not (path / "_delta_log").is_dir() or not DeltaTable.is_deltatable(str(path)):
        return None
    return DeltaTable(str(path))


def files_between(data: Path, first: date, last: date) -> list[str]:
    """The files of the days from `first` to `last`, both included."""
    table = open_table(data)
    if table is None:
        return []
    days = [("day", ">=", first.isoformat()), ("day", "<=", last.isoformat())]
    return sorted(table.file_uris(file_pruning_predicate=days))


@contextmanager
def only_writer(data: Path) -> Iterator[None]:
    """Hold DIR/run/lake.lock: one process at a time moves or compacts; the kernel frees it when the process dies."""
    with (data / "run" / "lake.lock").open("a") as lock:
        flock(lock, LOCK_EX)
        yield
