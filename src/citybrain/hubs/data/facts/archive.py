"""The archive: the outbox kept for ever, in DIR/lake/events.

The outbox forgets an event once everybody has had it; the archive has had it then. Every fact table can be made again
from here.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa

from citybrain.base.bus import Event
from citybrain.hubs.data.facts.engine import scratch
from citybrain.hubs.data.facts.store import Store
from citybrain.hubs.data.facts.types import MONTH, TIME, Row

BATCH = 20_000
ARCHIVE = pa.schema(
    [
        ("seq", pa.int64()),
        ("xid", pa.int64()),
        ("position", pa.int64()),
        ("id", pa.string()),
        ("type", pa.string()),
        ("source", pa.string()),
        ("subject", pa.string()),
        ("occurred_at", TIME),
        ("recorded_at", TIME),
        ("cause", pa.string()),
        ("actor", pa.string()),
        ("data", pa.string()),
        ("region_path", pa.string()),
        ("organisation_paths", pa.list_(pa.string())),
        MONTH,
    ]
)
COLUMNS = ", ".join(name for name in ARCHIVE.names if name not in ("seq", "month"))


def store_of(data: Path) -> Store:
    return Store(data / "lake" / "events", ARCHIVE)


def row_of(seq: int, event: Event) -> Row:
    return {
        "seq": seq,
        "xid": event.xid,
        "position": event.position,
        "id": event.id,
        "type": event.type,
        "source": event.source,
        "subject": event.subject,
        "occurred_at": event.occurred_at,
        "recorded_at": event.recorded_at,
        "cause": event.cause,
        "actor": event.actor,
        "data": event.text,
        "region_path": event.region_path,
        "organisation_paths": list(event.organisation_paths),
        "month": month_of(event.recorded_at),
    }


def month_of(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m")


def read(data: Path) -> Iterator[list[Event]]:
    """All events, in order, in batches."""
    table = store_of(data).table
    if table is None:
        return
    with scratch(data) as connection:
        sql = f"SELECT {COLUMNS} FROM read_parquet(?, union_by_name = true) ORDER BY seq"  # noqa: S608 - constants
        for batch in connection.sql(sql, params=[table.file_uris()]).to_arrow_reader(BATCH):
            yield [_event(row) for row in batch.to_pylist()]


def _event(row: Row) -> Event:
    return Event(
        id=row["id"], position=row["position"], type=row["type"], source=row["source"], subject=row["subject"],
        occurred_at=row["occurred_at"], recorded_at=row["recorded_at"], cause=row["cause"], actor=row["actor"],
        text=row["data"], region_path=row["region_path"], organisation_paths=tuple(row["organisation_paths"] or ()),
        xid=row["xid"],
    )  # fmt: skip
