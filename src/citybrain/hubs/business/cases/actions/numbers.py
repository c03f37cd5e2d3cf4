"""Readable case numbers: two letters, the day in the city, and a running number, such as `XY2026030200001`.

They are unique and rise; a number may be left out where an opening failed. On SQLite, which has one writer anyway, the
day's counter is a row of the same transaction. On PostgreSQL such a row would make every opening wait for the commit
of the one before: there the number is the distance of a sequence (which nobody waits for) from where it stood at the
day's first case.
"""

from __future__ import annotations

import re
from datetime import date

from django.db import connection, transaction

from citybrain.hubs.business.cases.queries.catalogue import Catalogue

SEQUENCE = "cases_number"
BASE = "SELECT last FROM cases_numberday WHERE day = %s"
LETTERS = re.compile(r"[A-Z]{2}")
PLAIN_PREFIX = "AJ"  # 案件
_first_of_day: dict[date, int] = {}


def next_number(declared: Catalogue, day: date) -> str:
    """The next number of a day (the city's local date), in the caller's transaction."""
    running = _by_sequence(day) if connection.vendor == "postgresql" else _by_counter(day)
    letters = LETTERS.match(declared.city_code.upper())
    return f"{letters[0] if letters else PLAIN_PREFIX}{day:%Y%m%d}{running:05d}"


def _by_counter(day: date) -> int:
    return _ask(
        "INSERT INTO cases_numberday (day, last) VALUES (%s, 1)"
        " ON CONFLICT (day) DO UPDATE SET last = cases_numberday.last + 1 RETURNING last",
        connection.ops.adapt_datefield_value(day),
    )


def _by_sequence(day: date) -> int:
    base = _first_of_day.get(day)
    if base is None:
        base = _base_of(day)
    return _ask("SELECT nextval(%s)", SEQUENCE) - base


def _base_of(day: date) -> int:
    """Where the sequence stood before the day's first case.

    Remembered only when it is committed: a base that was rolled back would let two processes count from two places.
    """
    known = _find(BASE, day)
    if known is None:
        with connection.cursor() as cursor:
            insert = "INSERT INTO cases_numberday (day, last) VALUES (%s, nextval(%s)) ON CONFLICT DO NOTHING"
            cursor.execute(insert, [day, SEQUENCE])
        known = _ask(BASE, day)
    base = known
    transaction.on_commit(lambda: _remember(day, base))
    return base


def _ask(sql: str, *values: date | str | None) -> int:
    found = _find(sql, *values)
    if found is None:
        raise LookupError(sql)
    return found


def _find(sql: str, *values: date | str | None) -> int | None:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        row = cursor.fetchone()
    return int(row[0]) if row else None


def _remember(day: date, base: int) -> None:
    if len(_first_of_day) > 1000:
        _first_of_day.clear()
    _first_of_day[day] = base
