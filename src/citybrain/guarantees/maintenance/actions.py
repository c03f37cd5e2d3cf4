"""What operations do: make a backup, keep as many as agreed."""

from __future__ import annotations

import fcntl
import os
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction

from citybrain.base import audit, clock
from citybrain.base.audit import Actor
from citybrain.base.audit.sealing import read_witness
from citybrain.base.crypto import signing_key
from citybrain.base.crypto.keys import master_keys
from citybrain.base.errors import BadInput, Conflict, Unavailable
from citybrain.base.files.models import File
from citybrain.base.places.models import City
from citybrain.guarantees.maintenance import cutting
from citybrain.guarantees.maintenance.archive import Reader, Writer
from citybrain.guarantees.maintenance.databases import Source, open_source
from citybrain.guarantees.maintenance.staging import Stage
from citybrain.hubs.sensing.ingest import segments

ENDING = ".tar"
NIGHTLY = "nightly"
LEAVE_FREE = 256 * 1024 * 1024
DENSE = frozenset({".parquet", ".npz"})
"""Packed already; uploads are too, mostly: pictures and office documents."""


@dataclass(frozen=True)
class Made:
    """A backup that was made: where it lies, what it holds, what it took."""

    path: Path
    size: int
    members: int
    seconds: float
    standing_milliseconds: float
    with_keys: bool
    notes: tuple[str, ...]


def make_backup(data: Path, target: Path, *, actor: Actor, with_keys: bool = True, prefix: str = "city") -> Made:
    """Write a backup of the city in `data` to a file, or under a name of its own into a folder, while the city runs.

    Everything acknowledged before the call is in it once. Raises BadInput where the file exists, Conflict while another
    backup is being made, Unavailable without room or when the database never pauses.
    """
    began = time.monotonic()
    target = name_of(target, prefix=prefix, with_keys=with_keys)
    with _one_at_a_time(data):
        stage, source = Stage(data), open_source()
        try:
            keys = {"included": with_keys, **key_ids(data)}
            standing = cutting.cut(stage, source, with_keys=with_keys, leave_out=_folders_of_backups(target))
            notes = _notes(stage)
            about = {**_about(data, source), "keys": keys, "notes": notes}
            _check_room(stage, source, target)
            with Writer(target) as writer:
                _write(writer, stage, source, notes)
                about["tables"] = source.counts()
                writer.finish(about)
                _check_written(writer)
                writer.place()
        finally:
            source.close()
            stage.clear()
    took = time.monotonic() - began
    made = Made(target, target.stat().st_size, len(writer.entries), took, standing * 1000, with_keys, tuple(notes))
    _tell(made, actor)
    return made


@transaction.atomic
def _tell(made: Made, actor: Actor) -> None:
    audit.record(actor, "city.backed_up", kind="backup", key=made.path.name, size=made.size, keys=made.with_keys)


def name_of(target: Path, *, prefix: str, with_keys: bool) -> Path:
    """The file: the one that was named, or one named by the moment in the folder that was."""
    if target.is_dir():
        ending = ENDING if with_keys else f"-without-keys{ENDING}"
        target = target / f"{prefix}-{clock.wall_now():%Y%m%dT%H%M%SZ}{ending}"
    if target.exists():
        raise BadInput("backup.exists", file=str(target))
    if not target.parent.is_dir() or target.suffix != ENDING:  # a folder that is not there is no name of a file
        raise BadInput("backup.no_folder", folder=str(target if target.suffix != ENDING else target.parent))
    return target.resolve()


@contextmanager
def _one_at_a_time(data: Path) -> Iterator[None]:
    with (data / "run" / "backup.lock").open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise Conflict("backup.another") from error
        yield


def _folders_of_backups(target: Path) -> set[Path]:
    return {target.parent} | ({settings.BACKUPS_DIR} if settings.BACKUPS_DIR else set())


def _about(data: Path, source: Source) -> dict[str, Any]:
    city, witness = City.objects.first(), read_witness()
    return {
        "version": version("citybrain"),
        "made_at": clock.wall_now().isoformat(),
        "city_time": clock.now().isoformat(),
        "clock": getattr(clock.current(), "mode", "?"),
        "city": city.name if city else "",
        "data": str(data),
        "database": source.vendor,
        "migrations": source.migrations(),
        "audit_head": list(witness) if witness else None,
    }


def key_ids(folder: Path) -> dict[str, Any]:
    """The names of the keys in a folder, by which a backup without them finds the right ones."""
    return {"master": [key.id for key in master_keys(folder)], "sign": signing_key(folder).id}


def _notes(stage: Stage) -> list[str]:
    damaged = [held.name for held in stage.held if held.name.endswith(".arrow") and not segments.is_whole(held.path)]
    last = max((held.name for held in stage.held if held.name.endswith(".arrow")), default="")
    return [f"{name} was damaged already when the backup was made" for name in damaged if name != last]


def _check_room(stage: Stage, source: Source, target: Path) -> None:
    """The database may be there twice for a while: its copy, and packed."""
    needed = sum(held.length for held in stage.held) + 2 * source.size()
    needed += sum(path.stat().st_size for path in cutting.uploads(stage.data))
    free = shutil.disk_usage(target.parent).free
    if free < needed + LEAVE_FREE:
        raise Unavailable("backup.no_room", folder=str(target.parent), free=mebibytes(free), needed=mebibytes(needed))


def mebibytes(size: float) -> int:
    return round(size / 1024**2)


def _write(writer: Writer, stage: Stage, source: Source, notes: list[str]) -> None:
    source.write(writer, writer.path)
    for held in stage.held:
        with held.path.open("rb") as file:
            writer.add(held.name, file, packed=held.path.suffix not in DENSE, length=held.length)
    lost = 0
    for path in cutting.uploads(stage.data):
        try:
            file = path.open("rb")
        except FileNotFoundError:
            lost += 1  # nobody attached it within a day: swept while we were at work
            continue
        with file:
            writer.add(str(path.relative_to(stage.data)), file, packed=False)
    if lost:
        notes.append(f"{lost} uploads that nobody had attached were swept while the backup was made")
    attached = source.column(f"SELECT DISTINCT hash FROM {File._meta.db_table} WHERE owner_kind <> ''")  # noqa: S608
    there = {Path(entry.name).name for entry in writer.entries if entry.name.startswith("files/")}
    if missing := len(set(attached) - there):
        notes.append(f"{missing} attached files had no content under files/ when the backup was made")


def _check_written(writer: Writer) -> None:
    """A backup that nobody has read is none: every member is read back once."""
    with Reader(writer.part) as reader:
        wrong = reader.check()
    if wrong:
        raise Unavailable("backup.written_wrongly", where=wrong[0].where, what=wrong[0].what)


def keep_newest(folder: Path, count: int, *, prefix: str = NIGHTLY) -> list[Path]:
    """Delete all but the newest `count` backups of one kind, and what killed backups left; returns what was deleted."""
    found = backups_in(folder, prefix=prefix)
    gone = found[: max(0, len(found) - count)]
    for ending in (".part", ".database"):
        gone += [path for path in folder.glob(f"{prefix}-*{ENDING}{ending}") if _is_old(path)]
    for path in gone:
        path.unlink(missing_ok=True)
    return gone


def backups_in(folder: Path, *, prefix: str = NIGHTLY) -> list[Path]:
    """The oldest first."""
    return sorted(folder.glob(f"{prefix}-*{ENDING}"))


def _is_old(path: Path) -> bool:
    return datetime.now(UTC).timestamp() - path.stat().st_mtime > 86_400


def make_private(folder: Path) -> Path:
    """A folder for backups that only its owner reads."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    os.chmod(folder, folder.stat().st_mode & 0o700)
    return folder
