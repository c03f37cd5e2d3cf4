"""Reading audit records in the order in which they are sealed."""

from __future__ import annotations

from typing import Any

from django.db import connection

from citybrain.base.querying.commit_order import settled
from citybrain.base.querying.times import stored

COLUMNS = "id, at, wall_at, actor_key, actor_label, action, object_kind, object_key, data"
Row = tuple[Any, ...]


def rows_after(xid: int, number: int, limit: int) -> list[tuple[int, Row]]:
    """The next settled records after a place, each with its xid."""
    if connection.vendor == "postgresql":
        where, order, parameters = "(xid, id) > (%s, %s)", "xid, id", [xid, number]
    else:
        where, order, parameters = "id > %s", "id", [number]
    sql = f"SELECT xid, {COLUMNS} FROM audit_record WHERE {where} AND {settled(connection)} ORDER BY {order} LIMIT {limit:d}"  # noqa: S608, E501 - constants
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return [(row[0], _row(row[1:])) for row in cursor.fetchall()]


def rows_with(ids: list[int]) -> dict[int, Row]:
    """The records with these ids, as far as they exist."""
    found: dict[int, Row] = {}
    for start in range(0, len(ids), 500):
        part = ids[start : start + 500]
        marks = ", ".join(["%s"] * len(part))
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT {COLUMNS} FROM audit_record WHERE id IN ({marks})", part)  # noqa: S608
            found |= {row[0]: _row(row) for row in cursor.fetchall()}
    return found


def count_after(xid: int, number: int) -> int:
    """How many records stand after a place in the order."""
    if connection.vendor == "postgresql":
        where, parameters = "(xid, id) > (%s, %s)", [xid, number]
    else:
        where, parameters = "id > %s", [number]
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM audit_record WHERE {where}", parameters)  # noqa: S608
        return int(cursor.fetchone()[0])


def _row(row: Row) -> Row:
    return (row[0], stored(row[1]), stored(row[2]), *row[3:])
