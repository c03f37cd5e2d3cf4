"""Which index a page of a long list is read by, where the database does not know.

A list is a few conditions, an order and fifty rows. Either its rows are met in their order and those that do not match
are passed over, or all rows of one narrow condition are gathered and sorted. SQLite takes the second way for every
range of paths, also where a third of a million rows lies in it; so it is told. PostgreSQL keeps statistics and chooses
well by itself.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from django.db import connections
from django.db.models import Max, Model, Q, QuerySet
from django.db.models.sql.datastructures import BaseTable

from citybrain.base import clock

M = TypeVar("M", bound=Model)
SMALL, MOST_COUNTED = 20_000, 10_000
LOOK_EVERY = 60.0  # seconds
_sizes: dict[tuple[str, str], tuple[float, int]] = {}


@dataclass(frozen=True)
class Way:
    """An index, the rows that stand in it, and whether they stand in the order of the list.

    `rows` must be among the conditions of the list: a partial index cannot be read otherwise.
    """

    index: str
    rows: Q
    is_ordered: bool = False


class _ReadBy(BaseTable):
    """A table of FROM with the index that it is read by."""

    def __init__(self, table_name: str, alias: str | None, index: str = ""):
        super().__init__(table_name, alias)
        self.index = index

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, Any]:
        sql, parameters = super().as_sql(compiler, connection)
        return f"{sql} INDEXED BY {connection.ops.quote_name(self.index)}", parameters

    def relabeled_clone(self, change_map: Any) -> _ReadBy:
        return _ReadBy(self.table_name, change_map.get(self.table_alias, self.table_alias), self.index)


def by_best_way(rows: QuerySet[M], find_ways: Callable[[], Sequence[Way]], *, limit: int = 50) -> QuerySet[M]:
    """The same rows, read by the index that is expected to touch the fewest of them for `limit` rows of the list.

    One of the ways must be ordered. They are not even asked for where the table is small or the database chooses well.
    """
    if connections[rows.db].vendor != "sqlite":
        return rows
    everything = rows.model._default_manager.using(rows.db)
    total = _size(everything)
    if total < SMALL:
        return rows
    ways = find_ways()
    counts = [everything.filter(way.rows).order_by()[:MOST_COUNTED].count() if way.rows else total for way in ways]
    best = min(range(len(ways)), key=lambda one: _touched(ways, counts, one, total, limit))
    read = rows.all()
    alias = read.query.get_initial_alias()
    read.query.alias_map[alias] = _ReadBy(rows.model._meta.db_table, alias, ways[best].index)
    return read


def _size(everything: QuerySet[Any]) -> int:
    """About how many rows the table has, looked at once a minute."""
    table = (everything.db, everything.model._meta.db_table)
    looked_at, size = _sizes.get(table, (float("-inf"), 0))
    if clock.monotonic() - looked_at > LOOK_EVERY:
        size = everything.aggregate(last=Max("pk"))["last"] or 0
        _sizes[table] = (clock.monotonic(), size)
    return size


def _touched(ways: Sequence[Way], counts: Sequence[int], one: int, total: int, limit: int) -> float:
    """How many rows are looked at by one way. A count that was broken off says "at least so many": as many rows are
    gathered at the least, and no more of those that are met are taken to match.
    """
    gathered = float(total) if counts[one] >= MOST_COUNTED else float(counts[one])
    if not ways[one].is_ordered:
        return gathered
    share = 1.0
    for other, count in enumerate(counts):
        if other != one:
            share *= max(count, 1) / max(total, count, 1)
    return min(gathered, limit / share)
