"""Readings in the lake, as SQL may ask for them: the newest correction of each, up to a watermark.

The watermark is the newest `recorded_at` that was moved; rows before it are all in the lake, because segments move in
the order in which they were written. Rows recorded at just that moment may still lie in the next segment and wait.
"""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa

from citybrain.base import clock
from citybrain.hubs.data.facts.registry import declare
from citybrain.hubs.data.facts.types import External
from citybrain.hubs.sensing.telemetry.lake import SCHEMA, open_table

NAMES = "thing, property, occurred_at, value, quality, sequence, recorded_at, stream, region_path"
NAMED = {"occurred_at": "at"}
"""`at` alone is a word of SQL."""
READ = """
WITH known AS NOT MATERIALIZED (SELECT * RENAME ("at" AS occurred_at) FROM read_parquet({{files}}) WHERE {where}),
corrected AS (SELECT stream, occurred_at, max(sequence) AS newest FROM known WHERE sequence > 0 GROUP BY ALL)
SELECT {names} FROM known ANTI JOIN corrected
  ON known.stream = corrected.stream AND known.occurred_at = corrected.occurred_at AND known.sequence < corrected.newest
"""


def files(data: Path) -> list[str]:
    table = open_table(data)
    return sorted(table.file_uris()) if table is not None else []


def mark(data: Path) -> int:
    """The newest `recorded_at` in the lake, in microseconds."""
    table = open_table(data)
    if table is None:
        return 0
    newest = pa.table(table.get_add_actions(flatten=True)).column("max.recorded_at").to_pylist()
    return max((clock.to_micros(one) for one in newest if one), default=0)


declare(
    External(
        "readings",
        pa.schema([SCHEMA.field(NAMED.get(name, name)).with_name(name) for name in NAMES.split(", ")]),
        files,
        mark,
        READ.format(names=NAMES, where="recorded_at < make_timestamptz({mark})"),
        READ.format(names=NAMES, where="recorded_at <= {moment}"),
    )
)
