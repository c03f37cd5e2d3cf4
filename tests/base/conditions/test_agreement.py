"""The same condition means the same rows on a dict, in the ORM and in DuckDB, and its explanation says the same."""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import duckdb
import pytest
from django.apps.registry import Apps
from django.db import connection, models
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from citybrain.base.conditions import Compare, Condition, Not, dump, every, explain, load, one_of, to_sql
from citybrain.base.conditions import test as meets
from citybrain.base.querying import PathField, to_q

NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
POOLS: dict[str, list[Any]] = {
    "name": [None, "", "a", "b", "B", "路灯", "路灯不亮", "%", "_", "a'b", "é"],
    "count": [None, -3, 0, 1, 2, 7, 2**40],
    "share": [None, -0.5, 0.0, 0.1, 1.0, 2.0, 1e300],
    "open": [None, True, False],
    "at": [None, *(NOW - timedelta(seconds=s) for s in (0, 1, 59, 60, 61, 0.000001, 86400, -60))],
    "place": [None, "", "/", "/42/", "/42/4206/", "/42/4206/01/", "/420/", "/421/", "/43/"],
}
PREFIXES = ["/", "/42/", "/42/4206/", "/42/4206/01/", "/4/", "/43/", "/9/"]


class Specimen(models.Model):
    """A row with a nullable column of every kind."""

    name = models.CharField(max_length=50, null=True)
    count = models.BigIntegerField(null=True)
    share = models.FloatField(null=True)
    open = models.BooleanField(null=True)
    at = models.DateTimeField(null=True)
    place = PathField(null=True)

    class Meta:
        app_label = "specimens"
        apps = Apps()
        db_table = "test_specimen"


def specimens() -> list[dict[str, Any]]:
    """Each value of each pool at least twice, mixed by a fixed chance."""
    chance = random.Random(42)
    rows = []
    for number in range(90):
        row = {name: chance.choice(pool) for name, pool in POOLS.items()}
        rows.append({"id": number + 1, **row})
    for name, pool in POOLS.items():
        for row, value in zip(rows, itertools.cycle(pool), strict=False):
            if chance.random() < 0.3:
                row[name] = value
    return rows


ROWS = specimens()


@pytest.fixture
def tables(db: None) -> Iterator[duckdb.DuckDBPyConnection]:
    sqlite = connection.vendor == "sqlite"
    kinds = ("text", "bigint", "double precision", "bool", "datetime" if sqlite else "timestamptz",
             "text" if sqlite else 'text COLLATE "C"')  # fmt: skip
    columns = ", ".join(f'"{name}" {kind}' for name, kind in zip(POOLS, kinds, strict=True))
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE TABLE test_specimen (id bigint PRIMARY KEY, {columns})")
    Specimen.objects.bulk_create([Specimen(**row) for row in ROWS])
    lake = duckdb.connect()
    lake.execute("SET TimeZone = 'Asia/Shanghai'")
    lake.execute("CREATE TABLE specimen (id BIGINT, name VARCHAR, count BIGINT, share DOUBLE, open BOOLEAN,"
                 " \"at\" TIMESTAMPTZ, place VARCHAR, places VARCHAR[])")  # fmt: skip
    lake.executemany("INSERT INTO specimen VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                     [[*row.values(), [row["place"], "/77/"]] for row in ROWS])  # fmt: skip
    yield lake
    lake.close()
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE test_specimen")


def values_of(field: str) -> st.SearchStrategy[Any]:
    return st.sampled_from([value for value in POOLS[field] if value is not None])


@st.composite
def comparisons(draw: st.DrawFn) -> Condition:
    field = draw(st.sampled_from(list(POOLS)))
    ops = ["eq", "ne", "in", "known"]
    ops += [] if field == "open" else ["lt", "le", "gt", "ge", "between"]
    ops += ["within"] * 3 if field == "place" else []
    ops += ["older_than", "younger_than"] if field == "at" else []
    op = draw(st.sampled_from(ops))
    if op == "known":
        return Compare(field, op, draw(st.booleans()))
    if op == "within":
        return Compare(field, op, draw(st.sampled_from(PREFIXES)))
    if op in ("older_than", "younger_than"):
        return Compare(field, op, draw(st.sampled_from([0, 1, 59.5, 60, 86400, 1e-6, 3e9])))
    if op == "in":
        return Compare(field, op, tuple(draw(st.lists(values_of(field), max_size=4))))
    if op == "between":
        return Compare(field, op, (draw(values_of(field)), draw(values_of(field))))
    return Compare(field, op, draw(values_of(field)))


def trees() -> st.SearchStrategy[Condition]:
    leaves = comparisons() | st.sampled_from([load(True), load(False)])
    lists = lambda below: st.lists(below, max_size=4)  # noqa: E731
    return st.recursive(
        leaves,
        lambda below: (
            st.builds(Not, below)
            | lists(below).map(lambda parts: load({"all": [dump(part) for part in parts]}))
            | lists(below).map(lambda parts: load({"any": [dump(part) for part in parts]}))
        ),
        max_leaves=12,
    )


def by_dict(condition: Condition) -> set[int]:
    return {row["id"] for row in ROWS if meets(condition, row, now=NOW)}


def by_orm(condition: Condition) -> set[int]:
    columns = {name: name for name in POOLS}
    return set(Specimen.objects.filter(to_q(condition, columns, now=NOW)).values_list("id", flat=True))


def by_duckdb(condition: Condition, lake: duckdb.DuckDBPyConnection) -> set[int]:
    sql, parameters = to_sql(condition, {name: f'"{name}"' for name in POOLS}, now=NOW)
    return {row[0] for row in lake.execute(f"SELECT id FROM specimen WHERE {sql}", parameters).fetchall()}


@given(condition=trees())
@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_dict_orm_and_duckdb_mean_the_same_rows(tables: duckdb.DuckDBPyConnection, condition: Condition) -> None:
    expected = by_dict(condition)
    assert by_orm(condition) == expected
    assert by_duckdb(condition, tables) == expected


@given(condition=trees())
@settings(max_examples=200, deadline=None)
def test_explaining_says_what_testing_says(condition: Condition) -> None:
    for row in ROWS[:20]:
        found = explain(condition, row, now=NOW)
        assert found.met is meets(condition, row, now=NOW)
        assert all(leaf.parts == () for leaf in found.deciding())


@given(condition=trees())
@settings(max_examples=200, deadline=None)
def test_a_condition_written_as_json_is_the_same_condition(condition: Condition) -> None:
    again = load(dump(condition))
    for row in ROWS[:20]:
        assert meets(again, row, now=NOW) is meets(condition, row, now=NOW)
    assert load(dump(again)) == again


@given(parts=st.lists(trees(), max_size=4))
@settings(max_examples=100, deadline=None)
def test_folding_constants_changes_nothing(parts: list[Condition]) -> None:
    for row in ROWS[:10]:
        results = [meets(part, row, now=NOW) for part in parts]
        assert meets(every(*parts), row, now=NOW) is all(results)
        assert meets(one_of(*parts), row, now=NOW) is any(results)


@pytest.mark.parametrize("prefix", PREFIXES)
def test_within_a_list_of_paths_means_one_of_them(tables: duckdb.DuckDBPyConnection, prefix: str) -> None:
    condition = Compare("places", "within", prefix)
    expected = {row["id"] for row in ROWS if meets(condition, {"places": [row["place"], "/77/"]})}
    sql, parameters = to_sql(condition, {"places": "places"}, lists=frozenset({"places"}))
    assert {row[0] for row in tables.execute(f"SELECT id FROM specimen WHERE {sql}", parameters).fetchall()} == expected


def test_a_time_given_as_text_means_the_same_time(tables: duckdb.DuckDBPyConnection) -> None:
    for op in ("eq", "ne", "lt", "le", "gt", "ge"):
        condition = load({"field": "at", "is": op, "value": "2026-03-02T08:59:00+08:00"})
        expected = by_dict(condition)
        assert expected == by_dict(Compare("at", op, NOW - timedelta(seconds=60)))
        assert by_orm(condition) == by_duckdb(condition, tables) == expected
