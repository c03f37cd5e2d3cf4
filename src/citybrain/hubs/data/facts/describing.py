"""What can be read from the lake: every table and view with its columns, their types and what they mean."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import yaml

from citybrain.hubs.data.facts.lake import blank_lake
from citybrain.hubs.data.facts.registry import facts

MEANINGS = Path(__file__).with_name("columns.yaml")
SHORT = {"TIMESTAMP WITH TIME ZONE": "TIMESTAMPTZ"}
INNER = "month"
"""The partition of stored tables: SQL does not see it."""


@dataclass(frozen=True)
class Column:
    """`about` is empty for a column of which columns.yaml says nothing."""

    table: str
    name: str
    type: str
    about: str


def describe(data: Path) -> Iterator[tuple[str, list[Column]]]:
    """Every table and view that SQL may read from, with its columns; of a table of changes only what is its own."""
    meanings = yaml.safe_load(MEANINGS.read_text(encoding="utf-8"))
    histories = {one.history: one.name for one in facts().references()}
    with blank_lake(data) as lake:
        for name in sorted(["events", *facts().names()]):
            said = histories.get(name, name)
            rows = [row for row in lake.query(f'DESCRIBE "{name}"').to_pylist() if row["column_name"] != INNER]
            yield name, [_column(name, said, row["column_name"], row["column_type"], meanings) for row in rows]


def _column(table: str, said: str, name: str, kind: str, meanings: dict[str, str]) -> Column:
    return Column(table, name, SHORT.get(kind, kind), meanings.get(f"{said}.{name}", meanings.get(name, "")))


def unused_meanings(data: Path) -> list[str]:
    """What columns.yaml says of columns that are not there."""
    columns = [column for _, there in describe(data) for column in there]
    used = {column.name for column in columns} | {f"{column.table}.{column.name}" for column in columns}
    return sorted(set(yaml.safe_load(MEANINGS.read_text(encoding="utf-8"))) - used)
