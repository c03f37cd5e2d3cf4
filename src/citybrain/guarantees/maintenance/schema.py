"""Which version wrote a data directory, and whether this one may open it.

DIR/version.json says it for people and for the format of the folders; the database says it by the migrations that were
applied to it. Going forward is what migrations are for; going back is refused, because nobody has tried it.
"""

from __future__ import annotations

import json
import os
from importlib.metadata import version
from pathlib import Path
from typing import Any

from django.db import connection
from django.db.migrations.loader import MigrationLoader

from citybrain.base import clock
from citybrain.base.errors import Misconfigured

FILE = "version.json"
FORMAT = 1
"""Of the folders beside the database: raised when an older version could not read them any more."""


def unknown_migrations() -> list[str]:
    """Migrations that were applied to the database and that this version does not have."""
    loader = MigrationLoader(connection, ignore_no_migrations=True)
    known = set(loader.disk_migrations)
    known |= {one for migration in loader.disk_migrations.values() for one in migration.replaces}
    return sorted(f"{app}.{name}" for app, name in loader.applied_migrations if (app, name) not in known)


def check_not_newer(data: Path) -> None:
    """Raises Misconfigured `start.newer_data` when a newer version has written there."""
    wrote = read_version(data)
    unknown = unknown_migrations()
    if unknown or int(wrote.get("format", FORMAT)) > FORMAT:
        why = unknown[0] if unknown else f"{FILE}: format {wrote['format']}"
        raise Misconfigured(
            "start.newer_data", data=str(data), written=wrote.get("version", "?"), own=version("citybrain"), why=why
        )


def read_version(data: Path) -> dict[str, Any]:
    """What DIR/version.json says; nothing where an earlier version, which wrote none, was the last."""
    try:
        found = json.loads((data / FILE).read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def write_version(data: Path) -> None:
    """Say that this version has written here, where that is news."""
    own = {"version": version("citybrain"), "format": FORMAT}
    before = read_version(data)
    if {name: before.get(name) for name in own} == own:
        return
    part = data / f"{FILE}.{os.getpid()}"
    part.write_text(json.dumps({**own, "since": clock.wall_now().isoformat(), "before": before.get("version")}) + "\n",
                    encoding="utf-8")  # fmt: skip
    part.replace(data / FILE)
