"""How much of the disk each part of a city takes, and how much is left."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.db import connection

from citybrain.base import clock
from citybrain.base.metrics import gauge
from citybrain.guarantees.maintenance.staging import files_below

PARTS: dict[str, tuple[str, ...]] = {
    "database": ("city.sqlite3", "city.sqlite3-wal", "city.sqlite3-shm"),
    "lake": ("lake",),
    "hot": ("hot", "journal", "snapshot"),
    "files": ("files",),
    "models": ("models",),
    "logs": ("logs",),
    "backups": ("backups",),
}
FILE = "space.json"


@dataclass(frozen=True)
class Space:
    """Bytes that are free, and that each part takes; `measured_at` says when the parts were last added up."""

    free: int
    warn_below: int
    used: Mapping[str, int]
    measured_at: str

    @property
    def well(self) -> bool:
        return self.free > self.warn_below


def measure() -> dict[str, int]:
    """Add up every part: a walk over all files of the data directory."""
    data: Path = settings.DATA_DIR
    used = {part: sum(_size_of(data / name) for name in names) for part, names in PARTS.items()}
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_database_size(current_database())")
            used["database"] = int(cursor.fetchone()[0])
    folder: Path | None = settings.BACKUPS_DIR
    if folder is not None and folder != data / "backups":
        used["backups"] += _size_of(folder)
    return used


def _size_of(path: Path) -> int:
    """Blocks on the disk, so that a sparse file counts as what it takes."""
    total = 0
    for file in files_below(path) if path.is_dir() else [path]:
        try:
            total += os.stat(file).st_blocks * 512
        except FileNotFoundError:
            continue  # moved on meanwhile
    return total


def keep_measure() -> int:
    """Measure, and write it down for whoever looks at the platform's health; returns the sum in bytes."""
    used, run = measure(), settings.DATA_DIR / "run"
    part = run / f"{FILE}.part"
    part.write_text(json.dumps({"used": used, "at": clock.wall_now().isoformat()}), encoding="utf-8")
    part.replace(run / FILE)
    return sum(used.values())


def space() -> Space:
    """Free space now, and the parts as they were last measured."""
    data: Path = settings.DATA_DIR
    try:
        kept = json.loads((data / "run" / FILE).read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        kept = {"used": {}, "at": ""}
    return Space(shutil.disk_usage(data).free, settings.DISK_WARN, kept["used"], kept["at"])


@gauge("citybrain_disk_used_bytes", "What a part of the city takes of the disk", labels=("part",))
def used_by_part() -> Mapping[tuple[str, ...], float]:
    return {(part,): float(size) for part, size in space().used.items()}
