"""The values, in the lake: DIR/lake/indicators, one row for each value ever shown, never changed.

A value that late data changed is written again; the old one stays, with the moment at which it was known.
"""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa

from citybrain.hubs.data.facts.store import Store
from citybrain.hubs.data.facts.types import MONTH, TIME

S, F, I32, I64 = pa.string(), pa.float64(), pa.int32(), pa.int64()
SCHEMA = pa.schema(
    [
        ("seq", I64),
        ("indicator", S),
        ("version", I64),
        ("run", I64),
        ("period", S),
        ("start", TIME),
        ("end", TIME),
        ("dimension", S),
        ("code", S),
        ("path", S),
        ("value", F),
        ("numerator", F),
        ("denominator", F),
        ("rows", I64),
        ("recorded_at", TIME),
        MONTH,
    ]
)
COLUMNS = [name for name in SCHEMA.names if name not in ("seq", "month")]
SAME = ("value", "numerator", "denominator", "rows", "version")
"""What a value is compared by: when none of these changed, nothing is written."""


def store_of(data: Path) -> Store:
    return Store(data / "lake" / "indicators", SCHEMA)


def files(data: Path) -> list[str]:
    table = store_of(data).table
    return sorted(table.file_uris()) if table is not None else []
