"""The database of a city at one moment: SQLite by its own backup, PostgreSQL by pg_dump, both from a held snapshot.

with source.standing_still():     nobody commits what the moment depends on; some milliseconds
    …                             (the snapshot is taken)
source.write(writer)              any time later, the state of that moment
"""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any, Protocol

import psycopg
from django.conf import settings
from django.db import connection, models

from citybrain.base.accounts.models import Token
from citybrain.base.audit.models import Block
from citybrain.base.errors import Misconfigured, Unavailable
from citybrain.guarantees.maintenance.archive import Writer
from citybrain.hubs.sensing.alarms.models import AlarmRule, JournalCursor
from citybrain.hubs.sensing.things.models import Stream, Thing

SQLITE_FILE, DUMP_FILE = "city.sqlite3", "city.pgdump"
WAIT_SECONDS = 30.0
LOOK_AGAIN_SECONDS = 0.001
MOVING: tuple[type[models.Model], ...] = (Token, Block, AlarmRule, JournalCursor, Thing, Stream)
"""What the folders of `sense` and the database say together: streams of readings, the journal's cursor, the witness."""


class Source(Protocol):
    """A database whose state of one moment can be read afterwards."""

    vendor: str

    def standing_still(self) -> AbstractContextManager[None]: ...

    def size(self) -> int: ...

    def write(self, writer: Writer, beside: Path) -> None: ...

    def counts(self) -> dict[str, int]: ...

    def column(self, sql: str) -> list[Any]: ...

    def migrations(self) -> list[list[str]]: ...

    def close(self) -> None: ...


def open_source() -> Source:
    """The database of the running settings; raises Misconfigured where its tools are missing."""
    if connection.vendor == "sqlite":
        return SqliteSource(Path(settings.DATABASES["default"]["NAME"]))
    return PostgresSource(connection.get_connection_params())


class SqliteSource:
    """SQLite in WAL mode: one connection keeps writers out for the moment, another keeps what it saw."""

    vendor = "sqlite"

    def __init__(self, path: Path):
        if not path.exists():
            raise Misconfigured("start.no_city", data=str(path.parent))
        self.path = path
        self._reader = sqlite3.connect(path, isolation_level=None, timeout=WAIT_SECONDS)

    @contextmanager
    def standing_still(self) -> Iterator[None]:
        guard = sqlite3.connect(self.path, isolation_level=None, timeout=0)
        try:
            _begin(guard)
            self._reader.execute("BEGIN")
            self._reader.execute("SELECT count(*) FROM sqlite_master").fetchone()  # from here on it sees this state
            yield
        finally:
            guard.close()

    def size(self) -> int:
        pages, size = (self._reader.execute(f"PRAGMA {what}").fetchone()[0] for what in ("page_count", "page_size"))
        return int(pages * size)

    def write(self, writer: Writer, beside: Path) -> None:
        """Copied whole beside the backup first, because a tar wants pages in their order."""
        copy = beside.with_name(f"{beside.name}.database")
        copy.unlink(missing_ok=True)
        os.close(os.open(copy, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
        try:
            with sqlite3.connect(copy, isolation_level=None) as target:
                target.execute("PRAGMA synchronous=OFF")
                self._reader.backup(target)
            target.close()
            with copy.open("rb") as file:
                writer.add(SQLITE_FILE, file, packed=True)
        finally:
            for one in (copy, *(copy.with_name(copy.name + end) for end in ("-wal", "-shm", "-journal"))):
                one.unlink(missing_ok=True)

    def counts(self) -> dict[str, int]:
        return count_sqlite(self._reader)

    def column(self, sql: str) -> list[Any]:
        return [row[0] for row in self._reader.execute(sql)]

    def migrations(self) -> list[list[str]]:
        return [list(row) for row in self._reader.execute("SELECT app, name FROM django_migrations ORDER BY id")]

    def close(self) -> None:
        self._reader.close()


def count_sqlite(database: sqlite3.Connection) -> dict[str, int]:
    """Rows of every table, by name."""
    names = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name"
    tables = [row[0] for row in database.execute(names)]
    return {name: database.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0] for name in tables}  # noqa: S608


def _begin(guard: sqlite3.Connection) -> None:
    """BEGIN IMMEDIATE, looking every millisecond; raises Unavailable when writers never pause."""
    end = time.monotonic() + WAIT_SECONDS
    while True:
        try:
            guard.execute("BEGIN IMMEDIATE")
            return
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY:
                raise
            if time.monotonic() > end:
                raise Unavailable("backup.database_busy", seconds=int(WAIT_SECONDS)) from error
            time.sleep(LOOK_AGAIN_SECONDS)


class PostgresSource:
    """PostgreSQL: a lock on what moves together, an exported snapshot, and pg_dump reading from that."""

    vendor = "postgresql"

    def __init__(self, parameters: dict[str, Any]):
        tool("pg_dump")
        known = ("dbname", "user", "password", "host", "port")
        self.parameters = {name: parameters[name] for name in known if parameters.get(name)}
        self._reader = psycopg.connect(**self.parameters, autocommit=True)
        self._snapshot = ""

    @contextmanager
    def standing_still(self) -> Iterator[None]:
        tables = ", ".join(f'"{model._meta.db_table}"' for model in MOVING)
        with psycopg.connect(**self.parameters) as guard:
            guard.execute(f"SET LOCAL lock_timeout = '{int(WAIT_SECONDS)}s'")
            try:
                guard.execute(f"LOCK TABLE {tables} IN SHARE MODE")
            except psycopg.errors.LockNotAvailable as error:
                raise Unavailable("backup.database_busy", seconds=int(WAIT_SECONDS)) from error
            self._reader.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
            self._snapshot = self._one("SELECT pg_export_snapshot()")
            yield
            guard.rollback()

    def _one(self, sql: str) -> Any:
        row = self._reader.execute(sql.encode()).fetchone()
        return row[0] if row else None

    def size(self) -> int:
        return int(self._one("SELECT pg_database_size(current_database())"))

    def write(self, writer: Writer, beside: Path) -> None:
        command = [tool("pg_dump"), "--format=custom", "--no-owner", "--no-privileges", f"--snapshot={self._snapshot}"]
        with subprocess.Popen(  # noqa: S603 - a tool of PostgreSQL with our own words
            [*command, *server_arguments(self.parameters)],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=server_environment(self.parameters),
        ) as dump:  # fmt: skip
            assert dump.stdout is not None
            assert dump.stderr is not None
            writer.add(DUMP_FILE, dump.stdout, packed=False)
            words = dump.stderr.read().decode(errors="replace").strip()
        if dump.returncode:
            raise Unavailable("backup.dump_failed", tool="pg_dump", why=words.splitlines()[0] if words else "?")

    def counts(self) -> dict[str, int]:
        rows = self._reader.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1").fetchall()
        return {name: int(self._one(f'SELECT count(*) FROM "{name}"')) for (name,) in rows}  # noqa: S608

    def column(self, sql: str) -> list[Any]:
        return [row[0] for row in self._reader.execute(sql.encode()).fetchall()]

    def migrations(self) -> list[list[str]]:
        rows = self._reader.execute("SELECT app, name FROM django_migrations ORDER BY id").fetchall()
        return [list(row) for row in rows]

    def close(self) -> None:
        self._reader.close()


def tool(name: str) -> str:
    """Where a tool of PostgreSQL lies; raises Misconfigured with what to install."""
    found = shutil.which(name)
    if found is None:
        raise Misconfigured("backup.no_tool", tool=name)
    return found


def server_arguments(parameters: dict[str, Any]) -> Sequence[str]:
    options = {"--host": "host", "--port": "port", "--username": "user", "--dbname": "dbname"}
    return [f"{option}={parameters[name]}" for option, name in options.items() if parameters.get(name)]


def server_environment(parameters: dict[str, Any]) -> dict[str, str]:
    password = parameters.get("password")
    return {**os.environ, **({"PGPASSWORD": str(password)} if password else {})}
