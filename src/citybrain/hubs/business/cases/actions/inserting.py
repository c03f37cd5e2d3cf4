"""Inserting rows as one statement, without the detours of the ORM: opening a case writes five kinds of rows, and the
ORM would spend more time on composing the statements than the database on performing them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

from django.db import connection
from django.db.models import AutoField, DateTimeField, Field, JSONField, Model

Convert = Callable[[Any], Any]


@cache
def _plan(model: type[Model]) -> tuple[str, str, tuple[tuple[str, Convert | None], ...]]:
    """Table, column names, and for each column the attribute and what turns its value into the database's (or None)."""
    fields = [field for field in model._meta.concrete_fields if not isinstance(field, AutoField)]
    quote = connection.ops.quote_name
    names = ", ".join(quote(str(field.column)) for field in fields)
    how = tuple((field.attname, _conversion(field)) for field in fields)
    return quote(model._meta.db_table), names, how


def insert(rows: Sequence[Model]) -> None:
    """Insert new rows of one model in their order, and give them their keys."""
    table, names, how = _plan(type(rows[0]))
    for row in rows:
        _take_keys(row)
    one = f"({', '.join(['%s'] * len(how))})"
    sql = f"INSERT INTO {table} ({names}) VALUES {', '.join([one] * len(rows))} RETURNING id"  # noqa: S608 - our own names
    values = [
        getattr(row, name) if convert is None else convert(getattr(row, name)) for row in rows for name, convert in how
    ]
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        keys = [key for (key,) in cursor.fetchall()]
    for row, key in zip(rows, keys, strict=True):
        row.pk = key
        row._state.adding, row._state.db = False, connection.alias


def _conversion(field: Field[Any, Any]) -> Convert | None:
    if isinstance(field, DateTimeField):
        return lambda moment: connection.ops.adapt_datetimefield_value(moment)
    if isinstance(field, JSONField):
        return lambda value: field.get_db_prep_save(value, connection)
    return None


def _take_keys(row: Model) -> None:
    """A row that was made before its case was inserted learns the key of the case now."""
    case = row._state.fields_cache.get("case")
    if case is not None:
        row.case_id = case.pk  # type: ignore[attr-defined]  # the rows of casework that hang on a case
