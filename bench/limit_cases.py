"""The limit of `cases.py`: as many rows as one opened and dispatched case makes, of the same size, by plain SQL.

One transaction a case, into tables without indexes, by as many connections as can write at once; no HTTP,
no rule, no right, no number, no clock. `python limit_cases.py URL-OR-FILE CASES ROWS BYTES WRITERS` prints cases per
second.
"""

from __future__ import annotations

import sqlite3
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any


def connect(where: str) -> Any:
    if where.startswith("postgresql://"):
        import psycopg

        return psycopg.connect(where, autocommit=True)
    connection = sqlite3.connect(where, isolation_level=None, timeout=60)
    connection.executescript("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;")
    return connection


def write(where: str, cases: int, rows: int, size: int) -> None:
    connection = connect(where)
    mark = "%s" if where.startswith("postgresql://") else "?"
    begin = "BEGIN" if mark == "%s" else "BEGIN IMMEDIATE"
    insert = f"INSERT INTO bare_row (data) VALUES ({mark})"
    data = ("x" * size,)
    for _ in range(cases):
        connection.execute(begin)
        for _ in range(rows):
            connection.execute(insert, data)
        connection.execute("COMMIT")
    connection.close()


def main(where: str, cases: int, rows: int, size: int, writers: int) -> float:
    connection = connect(where)
    connection.execute("DROP TABLE IF EXISTS bare_row")
    key = "bigserial" if where.startswith("postgresql://") else "integer"
    connection.execute(f"CREATE TABLE bare_row (id {key} PRIMARY KEY, data text)")
    began = time.perf_counter()
    with ThreadPoolExecutor(writers) as pool:
        list(pool.map(lambda _: write(where, cases // writers, rows, size), range(writers)))
    taken = time.perf_counter() - began
    connection.execute("DROP TABLE bare_row")
    return cases // writers * writers / taken


if __name__ == "__main__":
    print(main(sys.argv[1], *map(int, sys.argv[2:])))
