"""Times as a plain SQL query returns them."""

from __future__ import annotations

from datetime import UTC, datetime


def stored(value: datetime | str) -> datetime:
    """An aware time from a column: SQLite keeps times without a zone, and all of ours are UTC."""
    moment = datetime.fromisoformat(value) if isinstance(value, str) else value
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment
