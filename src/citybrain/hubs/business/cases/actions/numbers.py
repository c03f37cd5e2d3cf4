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
LETTERS = re.compile(r"[A-Z]{2}")
PLAIN_PREFIX = "AJ"  # 案件
_first_of_day: dict[date, int] = {}


def next_number(declared: Catalogue, day: date) -> str:
    """The next number of a day (the city's local date), in the caller's transaction."""
    running = _by_sequence(day) if connection.vendor == "postgresql" else _by_counter(day)
    letters = LETTERS.match(declared.city_code.upper())
    return f"{letters[0] if letters else PLAIN_PREFIX}{day:%Y%m%d}{running:05d}"


def _by_counter(day: date) -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO cases_numberday (day, last) VALUES (%s, 1)"
            " ON CONFLICT (day) DO UPDATE SET last = cases_numberday.last + 1 RETURNING last",
            [connection.ops.adapt_datefield_value(day)],
        )
        return int(cursor.fetchone()[0])


def _by_sequence(day: date) -> int:
    with connection.cursor() as cursor:
        base = _first_of_day.get(day)
        if base is None:
            base = _base_of(cursor, day)
        cursor.execute("SELECT nextval(%s)", [SEQUENCE])
        return int(cursor.fetchone()[0]) - base


def _base_of(cursor: object, day: date) -> int:
    """Where the sequence stood before the day's first case. Remembered only when it is committed: a base that was rolled
    back would let two processes count from different places.
    """
    execute = cursor.execute  # type: ignore[attr-defined]  # a cursor of whichever database
    execute(f"INSERT INTO cases_numberday (day, last) VALUES (%s, nextval('{SEQUENCE}')) ON CONFLICT DO NOTHING", [day])
    execute("SELECT last FROM cases_numberday WHERE day = %s", [day])
    base = int(cursor.fetchone()[0])  # type: ignore[attr-defined]  # as above
    transaction.on_commit(lambda: _remember(day, base))
    return base


def _remember(day: date, base: int) -> None:
    if len(_first_of_day) > 1000:
        _first_of_day.clear()
    _first_of_day[day] = base
