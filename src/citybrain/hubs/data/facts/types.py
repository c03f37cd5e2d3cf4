"""What can lie in the lake as facts: tables fed by messages, copies of reference data, tables of others, and views."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import pyarrow as pa

from citybrain.base.bus import Event

TIME = pa.timestamp("us", tz="UTC")
STATE = "lake_state"
Row = dict[str, Any]


@dataclass(frozen=True)
class FactTable:
    """An append-only table with one row for each message of some types (`case.*`).

    `row` gives the table's own columns, or None where a message says nothing that belongs in it. Every table also has
    the columns of `ENVELOPE`. `name` is what SQL calls it; names are never given to another meaning.
    """

    name: str
    types: tuple[str, ...]
    columns: tuple[pa.Field, ...]
    row: Callable[[Event], Row | None]
    reaches_back: str = "occurred_at"
    """The column that says how far back a new row may change what was known."""

    def wants(self, event_type: str) -> bool:
        return any(event_type.startswith(one[:-1]) if one.endswith("*") else event_type == one for one in self.types)

    @property
    def schema(self) -> pa.Schema:
        return pa.schema([*ENVELOPE, *self.columns, MONTH])


ENVELOPE: tuple[pa.Field, ...] = (
    pa.field("seq", pa.int64()),  # dense and rising in the order of the outbox: a watermark is one number
    pa.field("event", pa.string()),
    pa.field("type", pa.string()),
    pa.field("subject", pa.string()),
    pa.field("occurred_at", TIME),
    pa.field("recorded_at", TIME),
    pa.field("cause", pa.string()),
    pa.field("region_path", pa.string()),
    pa.field("organisation_paths", pa.list_(pa.string())),
)
MONTH = pa.field("month", pa.string())
"""The partition: year and month of `recorded_at` (UTC)."""


@dataclass(frozen=True)
class Reference:
    """Reference data as it stood from one moment on: a row for each change of an entry, and one when it went.

    `rows` gives every entry as it stands now, `key` names the column that tells them apart. In SQL the name is a view
    of the newest row of each entry that is still there; the table with all of them is called `<name>_history`.
    """

    name: str
    key: str
    columns: tuple[pa.Field, ...]
    rows: Callable[[], Iterable[Row]]
    types: tuple[str, ...]
    """Messages after which somebody should look again."""

    @property
    def history(self) -> str:
        return f"{self.name}_history"

    @property
    def schema(self) -> pa.Schema:
        own = [pa.field("seq", pa.int64()), pa.field("recorded_at", TIME), pa.field("is_gone", pa.bool_())]
        return pa.schema([*own, *self.columns, MONTH])

    @property
    def view(self) -> str:
        """SQL of the entries as they stand at the watermark."""
        names = ", ".join(f'"{column.name}"' for column in self.columns)
        return (
            f"SELECT {names} FROM (SELECT * FROM {self.history}"  # noqa: S608 - names of our own tables
            f' QUALIFY row_number() OVER (PARTITION BY "{self.key}" ORDER BY seq DESC) = 1) WHERE NOT is_gone'
        )


@dataclass(frozen=True)
class External:
    """A table that another room keeps in the lake by itself, such as readings.

    `files` are its Parquet files now. `mark` is the watermark of a moment: every row for which `until` holds with this
    number bound is in the files already, and no later row will ever be one of them.
    """

    name: str
    schema: pa.Schema
    files: Callable[[Path], list[str]]
    mark: Callable[[Path], int]
    select: str
    """SQL with `{files}` and `{mark}`."""
    known_at: str
    """The same for a moment instead of a watermark: `{files}` and `{moment}`."""


@dataclass(frozen=True)
class View:
    """A SELECT with a name, over tables and other views; the docstring of the SQL is `about`."""

    name: str
    sql: str
    about: str = ""


@dataclass(frozen=True)
class Tally:
    """A count that both sides must agree on: what stands in the database, and what the lake says of the same.

    `stands` counts rows by a name, as recorded up to a moment; `sql` gives the same as (name, count), where
    `getvariable('until')` is the moment.
    """

    name: str
    stands: Callable[[datetime], Mapping[str, int]]
    sql: str
