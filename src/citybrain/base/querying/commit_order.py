"""The order in which rows became visible, for readers that keep a cursor over an append-only table.

SQLite has one writer at a time, so serial numbers are commit order. PostgreSQL hands out serial numbers before the
commit: a reader that has passed number 8 may still be shown a 7. Rows therefore carry the number of the transaction
that wrote them, are read in the order (xid, serial number), and a cursor never passes the oldest transaction that is
still running. A row of the reader's own transaction counts as settled, because nobody else can be shown it first.

Two functions in the database say so: `citybrain_xid()` and `citybrain_xmin()`. Both add a constant, which
`continue_after_restore` raises when a dump was loaded into a cluster whose transaction numbers are younger.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models.sql.compiler import SQLCompiler

CREATE = """
CREATE OR REPLACE FUNCTION citybrain_xid_offset() RETURNS bigint LANGUAGE sql IMMUTABLE AS 'SELECT {offset}::bigint';
CREATE OR REPLACE FUNCTION citybrain_xid() RETURNS bigint LANGUAGE sql VOLATILE AS
  'SELECT pg_current_xact_id()::text::bigint + citybrain_xid_offset()';
CREATE OR REPLACE FUNCTION citybrain_own_xid() RETURNS bigint LANGUAGE sql STABLE AS
  'SELECT pg_current_xact_id_if_assigned()::text::bigint + citybrain_xid_offset()';
CREATE OR REPLACE FUNCTION citybrain_xmin() RETURNS bigint LANGUAGE sql STABLE AS
  'SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint + citybrain_xid_offset()';
"""


class TransactionNumber(models.Func):
    """Default of an `xid` column: the writing transaction on PostgreSQL, 0 on SQLite."""

    template = "0"
    output_field = models.BigIntegerField()

    def as_postgresql(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **context: Any) -> Any:
        return "citybrain_xid()", []


def settled(connection: BaseDatabaseWrapper) -> str:
    """SQL condition on `xid`: every transaction that may still write before this row has ended."""
    if connection.vendor != "postgresql":
        return "TRUE"
    return "(xid < citybrain_xmin() OR xid = citybrain_own_xid())"


def create_functions(connection: BaseDatabaseWrapper) -> None:
    """Make the functions where they are not there yet (called by the migrations that need them)."""
    if connection.vendor != "postgresql":
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_proc WHERE proname = 'citybrain_xmin'")
        if not cursor.fetchone()[0]:
            cursor.execute(CREATE.format(offset=0))


def continue_after_restore(connection: BaseDatabaseWrapper, tables: Iterable[str]) -> int:
    """Raise the constant when stored transaction numbers lie ahead of this cluster's; returns what was added.

    Loading a dump into a new cluster starts its transaction numbers again near zero: new rows would sort before
    every cursor and never be read. Called by `citybrain migrate`, while nobody writes.
    """
    if connection.vendor != "postgresql":
        return 0
    with connection.cursor() as cursor:
        cursor.execute("SELECT citybrain_xid_offset(), pg_snapshot_xmax(pg_current_snapshot())::text::bigint")
        offset, following = cursor.fetchone()
        highest = 0
        for table in tables:
            cursor.execute(f"SELECT COALESCE(max(xid), 0) FROM {table}")  # noqa: S608 - names of our own tables
            highest = max(highest, cursor.fetchone()[0])
        if highest < following + offset:
            return 0
        cursor.execute(CREATE.format(offset=highest - following + 1))
        return int(highest - following + 1 - offset)
