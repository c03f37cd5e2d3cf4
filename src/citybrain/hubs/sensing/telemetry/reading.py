"""Rows of one stream out of hot segments and lake, as DuckDB sees them together.

The list of hot segments is taken first and the lake's version after: a segment that moves in between is seen twice,
never not at all, and (at, sequence) tells its rows apart.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from citybrain.base import clock
from citybrain.hubs.sensing.ingest import segments
from citybrain.hubs.sensing.ingest.columns import SCHEMA
from citybrain.hubs.sensing.ingest.latest import read_latest
from citybrain.hubs.sensing.telemetry.lake import files_between

NAMES = ("at", "value", "quality", "sequence", "recorded_at")
COLUMNS = '"at", value, quality, sequence, recorded_at'  # "at" alone is a word of SQL
LAKE = f'SELECT {COLUMNS} FROM read_parquet(?) WHERE stream = ? AND "at" >= ? AND "at" < ?'  # noqa: S608
NEWEST = 'QUALIFY row_number() OVER (PARTITION BY "at" ORDER BY sequence DESC) = 1'


@dataclass(frozen=True)
class Span:
    """Event times from `start` up to, not including, `end`; as the city knew them at `known_at`, if that is given."""

    start: datetime
    end: datetime
    known_at: datetime | None = None


@cache
def _database() -> Any:
    database = duckdb.connect()
    database.execute("SET TimeZone = 'UTC'; SET threads = 2")
    return database


class Source:
    """The rows of a stream in a span, to be asked for with SQL."""

    def __init__(self, data: Path, stream: int, span: Span):
        self._hot = _hot_rows(data, stream, span)
        self._files = files_between(data, span.start.astimezone(UTC).date(), span.end.astimezone(UTC).date())
        self._stream, self._span = stream, span

    def query(self, select: str, *parameters: Any) -> pa.Table:
        """Run a SELECT that reads from `readings`, the newest correction of each."""
        return self._query(NEWEST, select, parameters)

    def one(self, sequence: int) -> dict[str, Any] | None:
        """The row with this sequence, also when it was corrected since."""
        found = self._query("", "SELECT * FROM readings WHERE sequence = ? LIMIT 1", (sequence,)).to_pylist()
        return dict(found[0]) if found else None

    def _query(self, which: str, select: str, parameters: Sequence[Any]) -> pa.Table:
        both, bound = f"SELECT {COLUMNS} FROM hot", []  # noqa: S608
        if self._files:
            both += f" UNION ALL {LAKE}"
            bound += [self._files, self._stream, self._span.start, self._span.end]
        known = "WHERE recorded_at <= ?" if self._span.known_at else ""
        bound += [self._span.known_at] if self._span.known_at else []
        sql = f"WITH readings AS (SELECT * FROM ({both}) {known} {which}) {select}"  # noqa: S608
        cursor = _database().cursor()
        try:
            cursor.register("hot", self._hot)
            return cursor.sql(sql, params=[*bound, *parameters]).to_arrow_table()
        finally:
            cursor.close()


def _hot_rows(data: Path, stream: int, span: Span) -> pa.Table:
    """Rows of the stream in hot segments, as far as they are durable."""
    latest = read_latest(data / "hot" / "latest.bin", np.zeros(0, np.int32))
    found: list[pa.RecordBatch] = []
    for number, path in segments.segments(data / "hot"):
        end = latest.offset if latest is not None and latest.segment == number else None
        found += _matching(path, end, stream, span)
    table = pa.Table.from_batches(found, schema=SCHEMA)
    return table.select(NAMES)


def _matching(path: Path, end: int | None, stream: int, span: Span) -> Iterator[pa.RecordBatch]:
    try:
        for batch, _ in segments.read(path, end=end):
            own = batch.filter(pc.equal(batch.column("stream"), stream)) if batch.num_rows else batch
            if own.num_rows:
                at = own.column("at")
                inside = pc.and_(pc.greater_equal(at, _scalar(span.start)), pc.less(at, _scalar(span.end)))
                yield own.filter(inside)
    except FileNotFoundError:
        return  # moved to the lake, whose version is looked up after this


def _scalar(moment: datetime) -> pa.Scalar:
    return pa.scalar(clock.to_micros(moment), pa.int64()).cast(pa.timestamp("us", tz="UTC"))


def around(moment: datetime) -> Span:
    """The span that holds just this moment."""
    return Span(moment, moment + timedelta(microseconds=1))
