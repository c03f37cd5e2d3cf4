"""Which database: SQLite in the data directory, or PostgreSQL by one URL."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from citybrain.base.errors import Misconfigured

PRAGMAS = "PRAGMA journal_mode=WAL; PRAGMA synchronous={sync}; PRAGMA cache_size=-65536; PRAGMA mmap_size=268435456;"


def sqlite_database(data: Path) -> dict[str, Any]:
    """WAL, a full sync at each commit, and writers that wait their turn from the first statement on.

    `CITYBRAIN_SYNC=normal` lets commits reach the disk later: only for a directory that can be made anew.
    """
    sync = os.environ.get("CITYBRAIN_SYNC", "full").lower()
    if sync not in ("full", "normal"):
        raise Misconfigured("start.sync", sync=sync)
    return {
        "ENGINE": "citybrain.site.sqlite",
        "NAME": str(data / "city.sqlite3"),
        "OPTIONS": {"transaction_mode": "IMMEDIATE", "timeout": 30, "init_command": PRAGMAS.format(sync=sync.upper())},
        "CONN_MAX_AGE": None,
        "TEST": {"NAME": str(data / "test.sqlite3")},
    }


def database_from_url(url: str) -> dict[str, Any]:
    """Settings of a `postgresql://user:password@host:port/name` URL; raises Misconfigured for anything else."""
    parts = urlsplit(url)
    if parts.scheme not in ("postgresql", "postgres") or not parts.path.strip("/"):
        raise Misconfigured("start.database_url", scheme=parts.scheme or "?")
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.strip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": parts.hostname or "",
        "PORT": str(parts.port or ""),
        "CONN_MAX_AGE": None,
        "CONN_HEALTH_CHECKS": True,
    }
