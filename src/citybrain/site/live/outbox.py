"""The outbox as `live` reads it: read-only, by plain SQL, on SQLite or PostgreSQL. No Django here."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple, Protocol

import psycopg

COLUMNS = (
    "xid, position, id, type, source, subject, occurred_at, recorded_at, cause, actor, data, region_path, "
    "organisation_paths"
)
BATCH = 500
USERS = "SELECT 'user', id, security_epoch FROM accounts_user WHERE is_active AND id IN ({})"
TOKENS = (
    "SELECT 'token', t.id, COALESCE(u.security_epoch, 0) FROM accounts_token t "
    "LEFT JOIN accounts_user u ON u.id = t.owner_id WHERE t.revoked_at IS NULL "
    "AND (t.expires_at IS NULL OR t.expires_at > {now}) AND (t.owner_id IS NULL OR u.is_active) AND t.id IN ({ids})"
)
Principal = tuple[str, int]
Row = Sequence[Any]


class Place(NamedTuple):
    """A place in the order of the outbox; as text it is the id of a server-sent event."""

    xid: int
    position: int

    def __str__(self) -> str:
        return f"{self.xid}.{self.position}"

    @classmethod
    def parse(cls, text: str) -> Place | None:
        xid, _, position = text.partition(".")
        if xid.isdecimal() and position.isdecimal() and len(text) < 40:
            return cls(int(xid), int(position))
        return None


@dataclass(frozen=True)
class LiveEvent:
    """One event with what decides who may see it; its text for the wire is made once for all readers."""

    row: Row

    @property
    def place(self) -> Place:
        return Place(self.row[0], self.row[1])

    @property
    def family(self) -> str:
        return str(self.row[3]).partition(".")[0]

    @cached_property
    def fields(self) -> dict[str, Any]:
        """What the conditions of a ticket look at; the organisations of an event are a list."""
        organisations = json.loads(self.row[12])
        return {"region_path": self.row[11], "organisation_path": organisations, "holders": organisations}

    @cached_property
    def frame(self) -> bytes:
        """The server-sent event: id, and the CloudEvent as one line of JSON."""
        _, _, key, kind, source, subject, occurred, recorded, cause, actor, data = self.row[:11]
        event = {
            "id": key, "type": kind, "source": source, "subject": subject, "time": _iso(occurred),
            "recordedat": _iso(recorded), "actor": actor, "cause": cause, "data": json.loads(data),
        }  # fmt: skip
        return f"id: {self.place}\ndata: {json.dumps(event, ensure_ascii=False)}\n\n".encode()


def _iso(moment: datetime | str) -> str:
    found = moment if isinstance(moment, datetime) else datetime.fromisoformat(moment)
    return (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC).isoformat()


class Outbox(Protocol):
    """Blocking reads, called from one thread."""

    def changed(self) -> bool: ...

    def last(self) -> Place: ...

    def after(self, place: Place, limit: int = BATCH) -> list[LiveEvent]: ...

    def epochs(self, principals: Collection[Principal], now: datetime) -> dict[Principal, int]: ...

    def close(self) -> None: ...


class SqliteOutbox:
    """The database file of the data directory, opened read-only; a change is seen without reading any table."""

    poll_seconds = 0.05

    def __init__(self, path: Path):
        self._connection = sqlite3.connect(f"file:{path}?mode=ro", uri=True, check_same_thread=False)
        self._connection.isolation_level = None
        self._version = -1

    def changed(self) -> bool:
        """Whether anybody has committed since the last call."""
        (version,) = self._connection.execute("PRAGMA data_version").fetchone()
        changed = bool(version != self._version)
        self._version = version
        return changed

    def last(self) -> Place:
        (position,) = self._connection.execute("SELECT COALESCE(max(position), 0) FROM bus_event").fetchone()
        return Place(0, position)

    def after(self, place: Place, limit: int = BATCH) -> list[LiveEvent]:
        sql = f"SELECT {COLUMNS} FROM bus_event WHERE position > ? ORDER BY position LIMIT ?"
        return [LiveEvent(row) for row in self._connection.execute(sql, (place.position, limit))]

    def epochs(self, principals: Collection[Principal], now: datetime) -> dict[Principal, int]:
        """The security epoch of each principal that may still be here."""
        users, tokens = _ids(principals, "user"), _ids(principals, "token")
        rows: list[Row] = []
        if users:
            rows += self._connection.execute(USERS.format(_marks("?", users)), users)
        if tokens:
            sql = TOKENS.format(now="?", ids=_marks("?", tokens))
            moment = now.astimezone(UTC).replace(tzinfo=None).isoformat(" ")
            rows += self._connection.execute(sql, [moment, *tokens])
        return {(kind, key): epoch for kind, key, epoch in rows}

    def close(self) -> None:
        self._connection.close()


class PostgresOutbox:
    """The same by PostgreSQL; a place never passes a transaction that may still write before it."""

    poll_seconds = 0.25

    def __init__(self, url: str):
        self._connection = psycopg.connect(url, autocommit=True, application_name="citybrain live")
        self._connection.read_only = True

    def changed(self) -> bool:
        return True

    def last(self) -> Place:
        sql = (
            "SELECT xid, position FROM bus_event WHERE xid < citybrain_xmin() ORDER BY xid DESC, position DESC LIMIT 1"
        )
        row = self._connection.execute(sql).fetchone()
        return Place(*row) if row else Place(0, 0)

    def after(self, place: Place, limit: int = BATCH) -> list[LiveEvent]:
        sql = (
            f"SELECT {COLUMNS} FROM bus_event WHERE (xid, position) > (%s, %s) AND xid < citybrain_xmin() "
            "ORDER BY xid, position LIMIT %s"
        )
        rows = self._connection.execute(sql, (place.xid, place.position, limit)).fetchall()
        return [LiveEvent(row) for row in rows]

    def epochs(self, principals: Collection[Principal], now: datetime) -> dict[Principal, int]:
        """The security epoch of each principal that may still be here."""
        users, tokens = _ids(principals, "user"), _ids(principals, "token")
        rows: list[Row] = []
        if users:
            rows += self._connection.execute(USERS.format(_marks("%s", users)), users).fetchall()
        if tokens:
            sql = TOKENS.format(now="%s", ids=_marks("%s", tokens))
            rows += self._connection.execute(sql, [now, *tokens]).fetchall()
        return {(kind, key): epoch for kind, key, epoch in rows}

    def close(self) -> None:
        self._connection.close()


def _ids(principals: Collection[Principal], kind: str) -> list[int]:
    return sorted(key for one, key in principals if one == kind)


def _marks(mark: str, values: Sequence[int]) -> str:
    return ", ".join([mark] * len(values))


def open_outbox(data: Path, database_url: str) -> SqliteOutbox | PostgresOutbox:
    """PostgreSQL by its URL, otherwise the file in the data directory; raises OSError-like errors of the driver."""
    return PostgresOutbox(database_url) if database_url else SqliteOutbox(data / "city.sqlite3")
