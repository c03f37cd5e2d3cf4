"""Fact tables as Delta tables: DIR/lake/facts/<name>, appended to and never changed.

A commit carries, in the same atomic step, the place in the outbox that it reaches (two application transactions, one
for each number of the place). So a batch that is done again after a kill finds what it already wrote and adds nothing.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from fcntl import LOCK_EX, flock
from pathlib import Path
from typing import Any

import pyarrow as pa
from deltalake import CommitProperties, DeltaTable, Transaction, WriterProperties, write_deltalake

from citybrain.base.bus.outbox import BEGINNING, Place

WRITER = WriterProperties(compression="ZSTD", max_row_group_size=262_144)
PIECES = 20  # a month in more files than this is put into fewer
KEEP_HOURS = 24  # replaced files stay so long for those who still read them
XID, POSITION, LAST = "facts.xid", "facts.position", "facts.last"


def folder(data: Path) -> Path:
    return data / "lake" / "facts"


@contextmanager
def only_writer(data: Path) -> Iterator[None]:
    """Hold DIR/run/facts.lock: one process at a time writes facts; the kernel frees it when the process dies."""
    (data / "run").mkdir(parents=True, exist_ok=True)
    with (data / "run" / "facts.lock").open("a") as lock:
        flock(lock, LOCK_EX)
        yield


class Store:
    """One Delta table."""

    def __init__(self, path: Path, schema: pa.Schema):
        self.path, self.schema = path, schema

    @property
    def table(self) -> DeltaTable | None:
        """The table at its newest version; None while nothing was written."""
        if not (self.path / "_delta_log").is_dir() or not DeltaTable.is_deltatable(str(self.path)):
            return None
        return DeltaTable(str(self.path))

    def read_sql(self, connection: Any, table: DeltaTable) -> str:
        """SQL of all its rows; a column that was declared after they were written is null."""
        files = ", ".join("'" + one.replace("'", "''") + "'" for one in sorted(table.file_uris()))
        rows = f"SELECT * FROM read_parquet([{files}], union_by_name = true)"  # noqa: S608 - our own files
        if set(self.schema.names) <= {field.name for field in table.schema().fields}:
            return rows
        connection.register(f"blank_{self.path.name}", self.schema.empty_table())
        return f'{rows} UNION ALL BY NAME SELECT * FROM "blank_{self.path.name}"'  # noqa: S608 - its own name

    def append(self, rows: Sequence[dict[str, Any]], *, place: Place | None = None) -> None:
        """Write rows (with their `seq` and `month`) in one commit that also says how far it reaches."""
        self.append_table(pa.Table.from_pylist(list(rows), schema=self.schema), place=place)

    def append_table(self, rows: pa.Table, *, place: Place | None = None) -> None:
        """The same for rows that are an Arrow table; the last one has the highest `seq`."""
        reach = [Transaction(LAST, rows.column("seq")[-1].as_py())]
        if place is not None:
            reach += [Transaction(XID, place.xid), Transaction(POSITION, place.position)]
        write_deltalake(
            str(self.path),
            rows,
            mode="append",
            partition_by=["month"],
            schema_mode="merge",
            writer_properties=WRITER,
            commit_properties=CommitProperties(app_transactions=reach),
        )

    def compact(self) -> int:
        """Put months that lie in many pieces together, and remove what was replaced a day ago; returns the months."""
        table = self.table
        if table is None:
            return 0
        months = _in_pieces(table)
        for month in months:
            table.optimize.compact(partition_filters=[("month", "=", month)], writer_properties=WRITER)
        table.vacuum(KEEP_HOURS, dry_run=False, enforce_retention_duration=False)
        return len(months)

    def remove(self) -> None:
        shutil.rmtree(self.path, ignore_errors=True)


def reach_of(table: DeltaTable | None) -> tuple[Place, int]:
    """How far a table has come: its place in the outbox, and the highest `seq` in it (0: none)."""
    if table is None:
        return BEGINNING, 0
    xid, position = table.transaction_version(XID), table.transaction_version(POSITION)
    return Place(xid or 0, position or 0), table.transaction_version(LAST) or 0


def _in_pieces(table: DeltaTable) -> list[str]:
    actions = pa.table(table.get_add_actions(flatten=True))
    if not actions.num_rows:
        return []
    by_month = actions.group_by("partition.month").aggregate([("path", "count")])
    return sorted(row["partition.month"] for row in by_month.to_pylist() if row["path_count"] > PIECES)
