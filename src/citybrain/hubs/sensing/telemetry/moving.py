"""From hot segments to the lake, exactly once.

A commit to the Delta table carries, in the same atomic step, the number of the last segment that it holds (an
application transaction). Segments are deleted after the commit; a kill in between leaves segments whose number the
table already has, and the next run only deletes them.
"""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from deltalake import CommitProperties, DeltaTable, Transaction, WriterProperties, write_deltalake
from numpy.typing import NDArray

from citybrain.base import clock
from citybrain.hubs.sensing.ingest import checkpoint, segments
from citybrain.hubs.sensing.ingest.lakekeys import APPLICATION
from citybrain.hubs.sensing.telemetry.lake import SCHEMA, only_writer, open_table, table_path

log = logging.getLogger(__name__)
COMMIT_ROWS = 2_000_000
PIECES = 4  # a past day in more files than this is put into one
COMPACT_DAYS = 30  # at most so many days in one go
COMPACT_BYTES = 1_000_000_000
KEEP_HOURS = 24  # replaced files stay so long for those who still read them
WRITER = WriterProperties(compression="ZSTD", max_row_group_size=262_144)


@dataclass(frozen=True)
class StreamName:
    """What a stream is called in the lake."""

    thing: str
    property: str
    region_path: str


UNKNOWN = StreamName("", "", "")
Describe = Callable[[Iterable[int]], dict[int, StreamName]]


def move_segments(data: Path, describe: Describe) -> int:
    """Move every segment that the last checkpoint is done with; returns the number of readings that were moved."""
    meta = checkpoint.read_meta(data / "hot")
    if meta is None:
        return 0
    moved = 0
    with only_writer(data):
        done = _last_moved(open_table(data))
        ready = [(number, path) for number, path in segments.segments(data / "hot") if number < meta.segment]
        _delete(path for number, path in ready if number <= done)
        for numbers, paths, table in _portions([one for one in ready if one[0] > done]):
            _set_aside(path for path in paths if not segments.is_whole(path))
            if table.num_rows:
                _commit(data, _named(table, describe), numbers[-1])
            moved += table.num_rows
            _delete(paths)
    return moved


def _last_moved(table: DeltaTable | None) -> int:
    return (table.transaction_version(APPLICATION) or 0) if table is not None else 0


def _delete(paths: Iterable[Path]) -> None:
    for path in paths:
        path.unlink(missing_ok=True)


def _set_aside(paths: Iterable[Path]) -> None:
    """A segment that cannot be read to its end is kept under another name: nobody deletes what nobody has read.

    That name is given before the commit, beside its own: a kill after it leaves nothing to do but to delete the latter.
    """
    for path in paths:
        log.error("%s is damaged: what can be read goes to the lake, the file is kept as %s.damaged", path, path.name)
        with contextlib.suppress(FileExistsError):
            path.with_name(f"{path.name}.damaged").hardlink_to(path)


def _portions(ready: list[tuple[int, Path]]) -> Iterator[tuple[list[int], list[Path], pa.Table]]:
    """Segments in order, as many at a time as make a good commit."""
    numbers: list[int] = []
    paths: list[Path] = []
    batches: list[pa.RecordBatch] = []
    for number, path in ready:
        numbers.append(number)
        paths.append(path)
        batches += [batch for batch, _ in segments.read(path)]
        if sum(batch.num_rows for batch in batches) >= COMMIT_ROWS:
            yield numbers, paths, pa.Table.from_batches(batches)
            numbers, paths, batches = [], [], []
    if numbers:
        from_none = pa.Table.from_batches(batches, schema=batches[0].schema if batches else pa.schema([]))
        yield numbers, paths, from_none


def _named(table: pa.Table, describe: Describe) -> pa.Table:
    """The table with the names of its streams and its days, sorted so that a stream's rows stand together."""
    streams = table.column("stream").to_numpy()
    known, place = np.unique(streams, return_inverse=True)
    names = describe(known.tolist())
    rows = [names.get(stream, UNKNOWN) for stream in known.tolist()]
    if any(row is UNKNOWN for row in rows):
        log.warning("readings of %s streams without a name go to the lake by number", rows.count(UNKNOWN))
    columns = {
        "thing": _spread([row.thing for row in rows], place),
        "property": _spread([row.property for row in rows], place),
        "region_path": _spread([row.region_path for row in rows], place),
        "day": pc.strftime(table.column("at"), format="%Y-%m-%d"),
    }
    columns |= {name: table.column(name) for name in table.column_names}
    named = pa.table([columns[name] for name in SCHEMA.names], schema=SCHEMA)
    return named.sort_by([("day", "ascending"), ("stream", "ascending"), ("at", "ascending")])


def _spread(texts: list[str], place: NDArray[np.intp]) -> pa.Array:
    return pa.array(texts, pa.string()).take(pa.array(place))


def _commit(data: Path, table: pa.Table, last: int) -> None:
    write_deltalake(
        str(table_path(data)),
        table,
        mode="append",
        partition_by=["day"],
        writer_properties=WRITER,
        commit_properties=CommitProperties(app_transactions=[Transaction(APPLICATION, last)]),
    )


def compact(data: Path) -> int:
    """Put days that are over and lie in many pieces into one file each, and remove what was replaced a day ago.

    Returns the number of days. Days of more than a gigabyte are left as they are.
    """
    with only_writer(data):
        table = open_table(data)
        if table is None:
            return 0
        days = _in_pieces(table)[:COMPACT_DAYS]
        for day in days:
            one_day = [("day", "=", day)]
            table.optimize.z_order(["stream", "at"], partition_filters=one_day, writer_properties=WRITER)
        table.vacuum(KEEP_HOURS, dry_run=False, enforce_retention_duration=False)
        return len(days)


def _in_pieces(table: DeltaTable) -> list[str]:
    actions = pa.table(table.get_add_actions(flatten=True))
    if not actions.num_rows:
        return []
    by_day = actions.group_by("partition.day").aggregate([("size_bytes", "sum"), ("path", "count")])
    over = (clock.now() - timedelta(days=1)).date().isoformat()
    return sorted(
        row["partition.day"]
        for row in by_day.to_pylist()
        if row["path_count"] > PIECES and row["size_bytes_sum"] < COMPACT_BYTES and row["partition.day"] < over
    )
