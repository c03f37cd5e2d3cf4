"""Reading the lake: DuckDB over the files of its tables, as they stood at a watermark.

A watermark is one number for each table (`Marks`): the highest `seq` that counts, or for a table of another room the
number that this room gives. What was computed at a watermark comes out the same when it is computed again, whatever
was added since.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import duckdb
import pyarrow as pa

from citybrain.base import clock
from citybrain.base.errors import BadInput
from citybrain.base.places.queries import find_city
from citybrain.hubs.data.facts import archive, references
from citybrain.hubs.data.facts.engine import scratch
from citybrain.hubs.data.facts.refusing import complaint_of, complaint_of_parser
from citybrain.hubs.data.facts.registry import facts
from citybrain.hubs.data.facts.store import Store, folder, reach_of
from citybrain.hubs.data.facts.types import External, FactTable, Reference, View

Marks = dict[str, int]
STEADY_SINCE = 2020


class Lake:
    """The lake as it stands now, as it stood at a watermark, or as it was known at a moment.

    Tables and views come into being in this DuckDB when a SELECT first names them; `marks` grows with them.
    """

    def __init__(
        self, data: Path, connection: Any, *, marks: Mapping[str, int] | None, known_at: datetime | None,
        is_blank: bool = False,
    ):  # fmt: skip
        self._is_blank = is_blank
        self._data, self._connection, self._known_at = data, connection, known_at
        self._given = marks
        self.marks: Marks = {}
        self._there: set[str] = set()
        self._kept: dict[str, str] = {}
        self._named: dict[str, frozenset[str]] = {}
        self._connection.execute(f"CREATE MACRO local(t) AS {local_sql('UTC' if is_blank else _zone())}")

    def query(self, sql: str, parameters: list[Any] | None = None) -> pa.Table:
        """Run a SELECT, whose tables are made first; with parameters it reads what is there already.

        Raises BadInput `lake.sql` for SQL that does not run.
        """
        try:
            if parameters is None:
                self.prepare(sql)
            return self._connection.sql(sql, params=parameters).to_arrow_table()
        except duckdb.Error as error:
            raise BadInput("lake.sql", **complaint_of(error, facts().names()).data()) from error

    def keep(self, name: str, sql: str, *, of: str = "") -> None:
        """Run a SELECT once and keep its rows under a name for the SELECTs that follow.

        With `of`, which says all that the rows depend on, what was kept of the same is not run again. What was kept
        before under that name goes first: both beside each other may be more than the memory holds.
        """
        if of and self._kept.get(name) == of:
            return
        self.prepare(sql)
        if self._kept.pop(name, None) is not None:
            self._there.discard(name)
            self._connection.execute(f'DROP TABLE temp.main."{name}"')
        self._connection.execute(f'CREATE TEMP TABLE "{name}" AS {sql}')
        self._there.add(name)
        self._kept[name] = of

    def hold(self, name: str) -> None:
        """Compute a view once, for the SELECTs that follow."""
        if name not in self._there:
            self.keep(name, self._view_sql(name))

    def register(self, name: str, rows: pa.Table) -> None:
        """Let SELECTs read an Arrow table under a name."""
        self._connection.register(name, rows)
        self._there.add(name)

    def make_view(self, name: str, files: list[str], schema: pa.Schema) -> None:
        """Let SELECTs read further files of the lake under a name."""
        if files:
            sql = f"SELECT * FROM read_parquet({_list(files)}, union_by_name = true)"  # noqa: S608 - our own files
            self._connection.execute(f'CREATE VIEW "{name}" AS {sql}')
        else:
            self._connection.register(name, schema.empty_table())
        self._there.add(name)

    def names_in(self, sql: str) -> frozenset[str]:
        """The tables and views that a SELECT names itself."""
        if sql not in self._named:
            ((parsed,),) = self._connection.execute("SELECT json_serialize_sql(?)", [sql]).fetchall()
            tree = json.loads(parsed)
            if tree["error"]:
                raise BadInput("lake.sql", **complaint_of_parser(tree, sql).data())
            self._named[sql] = frozenset(_tables(tree))
        return self._named[sql]

    def let(self, name: str, moment: datetime) -> None:
        """Let SELECTs use a moment as `getvariable('name')`."""
        self._connection.execute(f"SET VARIABLE {name} = {_literal(moment)}")

    def macro(self, signature: str, body: str) -> None:
        self._connection.execute(f"CREATE OR REPLACE MACRO {signature} AS {body}")

    def tables_of(self, sql: str) -> set[str]:
        """The stored tables that a SELECT reads, through every view between."""
        found: set[str] = set()
        for name in self.names_in(sql):
            entry = facts().entries.get(name)
            found |= self.tables_of(entry.sql) if isinstance(entry, View) else {name}
        return found

    def prepare(self, sql: str) -> None:
        for name in sorted(self.names_in(sql)):
            self._need(name)

    def _need(self, name: str) -> None:
        if name in self._there:
            return
        entry = facts().entries.get(name)
        reference = next((one for one in facts().references() if one.history == name), None)
        if reference is not None:
            self._make_stored(name, references.store_of(self._data, reference))
        elif isinstance(entry, FactTable):
            self._make_stored(name, Store(folder(self._data) / name, entry.schema))
        elif isinstance(entry, External):
            self._make_external(entry)
        elif isinstance(entry, View | Reference):
            sql = self._view_sql(name)
            self._connection.execute(f'CREATE VIEW "{name}" AS {sql}')
        elif name == "events":
            self._make_stored(name, archive.store_of(self._data))
        else:
            return  # the SELECT names something of its own, or DuckDB will say that there is no such table
        self._there.add(name)

    def _view_sql(self, name: str) -> str:
        entry = facts().entries[name]
        assert isinstance(entry, View | Reference)
        sql = entry.view if isinstance(entry, Reference) else entry.sql
        self.prepare(sql)
        return sql

    def _make_stored(self, name: str, store: Store) -> None:
        table = store.table if not self._is_blank else None
        mark = self._mark(name, lambda: reach_of(table)[1])
        if table is None:
            self._connection.register(name, store.schema.empty_table())
            return
        columns = ", ".join(f'"{column}"' for column in store.schema.names if column != "month")
        where = f"seq <= {mark}" if self._known_at is None else f"recorded_at <= {_literal(self._known_at)}"
        self._connection.execute(
            f'CREATE VIEW "{name}" AS SELECT {columns} FROM'  # noqa: S608 - names of our own tables
            f" ({store.read_sql(self._connection, table)}) WHERE {where}"
        )

    def _make_external(self, entry: External) -> None:
        if self._is_blank:
            self._connection.register(entry.name, entry.schema.empty_table())
            return
        mark = self._mark(entry.name, lambda: entry.mark(self._data))  # before the files: they hold all up to it
        files = entry.files(self._data)
        if not files:
            self._connection.register(entry.name, entry.schema.empty_table())
            return
        if self._known_at is None:
            sql = entry.select.format(files=_list(files), mark=mark)
        else:
            sql = entry.known_at.format(files=_list(files), moment=_literal(self._known_at))
        self._connection.execute(f'CREATE VIEW "{entry.name}" AS {sql}')

    def _mark(self, name: str, now: Any) -> int:
        given = self._given.get(name) if self._given is not None else None
        self.marks[name] = int(now()) if given is None else given
        return self.marks[name]


@cache
def local_sql(zone: str) -> str:
    """SQL that turns a moment `t` into city time.

    A zone that no longer changes its clocks is added as a number from its last change on: asking DuckDB's calendar for
    every row of a table of readings takes ten times as long. Beyond 2199, where `infinity` lies, the calendar is asked.
    """
    asked = f"timezone('{zone}', t)"
    months = [datetime(year, month, 1, tzinfo=UTC) for year in range(1900, 2200) for month in range(1, 13)]
    offset = months[-1].astimezone(ZoneInfo(zone)).utcoffset()
    since = next((one for one in reversed(months) if one.astimezone(ZoneInfo(zone)).utcoffset() != offset), months[0])
    if offset is None or since.year >= STEADY_SINCE:
        return asked
    steady = f"t >= TIMESTAMPTZ '{since.year + 1}-02-01 00:00:00Z' AND t < TIMESTAMPTZ '2200-01-01 00:00:00Z'"
    micros = offset // timedelta(microseconds=1)
    return f"CASE WHEN {steady} THEN make_timestamp(epoch_us(t) + {micros}) ELSE {asked} END"


def _tables(tree: Any) -> Iterator[str]:
    """Every table that a parsed SELECT names, its own WITH among them."""
    if isinstance(tree, dict):
        if tree.get("type") == "BASE_TABLE":
            yield tree["table_name"]
        tree = list(tree.values())
    if isinstance(tree, list):
        for part in tree:
            yield from _tables(part)


@contextmanager
def lake(data: Path, *, marks: Mapping[str, int] | None = None, known_at: datetime | None = None) -> Iterator[Lake]:
    """Open the lake: as it stands now, or with `marks` or `known_at` as it stood."""
    with scratch(data) as connection:
        yield Lake(data, connection, marks=marks, known_at=known_at)


@contextmanager
def blank_lake(data: Path) -> Iterator[Lake]:
    """A lake with every table and no row, in which a SELECT can be tried."""
    with scratch(data) as connection:
        yield Lake(data, connection, marks=None, known_at=None, is_blank=True)


def _zone() -> str:
    found = find_city()
    return found.time_zone if found else "UTC"


def _list(files: list[str]) -> str:
    quoted = ", ".join("'" + one.replace("'", "''") + "'" for one in sorted(files))
    return f"[{quoted}]"


def _literal(moment: datetime) -> str:
    return f"make_timestamptz({clock.to_micros(moment)})"
