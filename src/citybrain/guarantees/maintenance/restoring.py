"""From a backup to a data directory on which `citybrain up` goes on as if the city had been killed at that moment.

Runs in the hidden folder of `ground`, on which the settings of this process stand; the last step gives it its name.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.sessions.models import Session
from django.core.management import call_command
from django.db import connection, connections, transaction

from citybrain.base import audit, clock
from citybrain.base.audit import Actor
from citybrain.base.errors import BadInput, Misconfigured, Unavailable
from citybrain.base.jobs.models import Lead
from citybrain.base.querying.commit_order import continue_after_restore
from citybrain.guarantees.maintenance.actions import key_ids
from citybrain.guarantees.maintenance.archive import Reader
from citybrain.guarantees.maintenance.cutting import KEYS
from citybrain.guarantees.maintenance.databases import DUMP_FILE, server_arguments, server_environment, tool
from citybrain.guarantees.maintenance.schema import check_not_newer, write_version
from citybrain.hubs.sensing.ingest.segments import sync_folder

FOLDERS_OF_THIS_RUN = ("run", "logs")
TABLES = "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'"


@dataclass(frozen=True)
class Restored:
    """A city that was restored: where it lies, when its backup was made, and how many web sessions were ended."""

    data: Path
    made_at: str
    city_time: datetime
    sessions_ended: int


def restore(file: Path, target: Path, *, actor: Actor, keys: Path | None, say: Callable[[str], None]) -> Restored:
    """Make the city of a backup in the empty folder `target`; whatever goes wrong, `target` stays as it was.

    Raises BadInput for a backup that is damaged or lacks its keys, Misconfigured for one of another database.
    """
    folder = Path(settings.DATA_DIR)
    with Reader(file) as reader:
        _check_database(reader)
        wrong = reader.check()
        if wrong:
            raise BadInput("backup.member_damaged", file=str(file), where=wrong[0].where, what=wrong[0].what)
        say(f"{len(reader.entries)} members are whole")
        _unpack(reader, folder, keys)
        if DUMP_FILE in reader.entries:
            _load_dump(folder / DUMP_FILE)
        manifest = reader.manifest
    ended = _take_over(folder, manifest, file, actor)
    _settle(folder)
    os.rename(folder, target)  # an empty folder gives way
    sync_folder(target.parent)
    return Restored(target, manifest["made_at"], clock.now(), ended)


def _check_database(reader: Reader) -> None:
    """Raises Misconfigured unless the settings name a database of the kind that the backup holds, and an empty one."""
    if reader.manifest["database"] != connection.vendor:
        raise Misconfigured("backup.other_database", there=reader.manifest["database"], here=connection.vendor)
    if connection.vendor == "postgresql":
        tool("pg_restore")
        with connection.cursor() as cursor:
            cursor.execute(TABLES)
            if cursor.fetchone()[0]:
                raise BadInput("backup.database_not_empty", name=str(connection.settings_dict["NAME"]))


def _unpack(reader: Reader, folder: Path, keys: Path | None) -> None:
    """Every member into its place; keys come from the backup, or else from another folder."""
    for name in KEYS:
        (folder / name).unlink(missing_ok=True)  # those that came with the hidden folder itself
    for entry in reader.entries.values():
        reader.extract(entry, folder)
    stated = reader.manifest["keys"]
    if not stated["included"]:
        if keys is None:
            raise BadInput("backup.keys_needed", file=str(reader.path))
        for name in KEYS:
            if (keys / name).is_file():
                shutil.copyfile(keys / name, folder / name)
                (folder / name).chmod(0o600)
    missing = [name for name in ("master.key", "sign.key", "secret.key") if not (folder / name).is_file()]
    found = {"included": stated["included"], **key_ids(folder)} if not missing else {}
    if found != stated:
        raise BadInput("backup.other_keys", folder=str(keys or reader.path))


def _load_dump(dump: Path) -> None:
    """All of it in one transaction: a kill leaves the database empty."""
    parameters = connection.get_connection_params()
    connections.close_all()
    command = [tool("pg_restore"), "--single-transaction", "--exit-on-error", "--no-owner", "--no-privileges"]
    done = subprocess.run(  # noqa: S603 - a tool of PostgreSQL with our own words
        [*command, *server_arguments(parameters), str(dump)],
        capture_output=True, text=True, env=server_environment(parameters),
    )  # fmt: skip
    if done.returncode:
        words = done.stderr.strip().splitlines()
        raise Unavailable("backup.dump_failed", tool="pg_restore", why=words[0] if words else "?")
    dump.unlink()


def _take_over(folder: Path, manifest: dict[str, Any], file: Path, actor: Actor) -> int:
    """Bring the tables to this version, let the clock go on from where it stood, end what belonged to the old place."""
    check_not_newer(folder)
    call_command("migrate", verbosity=0, interactive=False)
    continue_after_restore(connection, ("bus_event", "audit_record"))
    go_on(folder, datetime.fromisoformat(manifest["city_time"]))
    with transaction.atomic():
        ended, _ = Session.objects.exclude(session_key__in=_sessions_of_the_life(folder)).delete()
        Lead.objects.update(until=clock.wall_now())
        audit.record(actor, "city.restored", kind="backup", key=file.name, made_at=manifest["made_at"],
                     from_version=manifest["version"], sessions_ended=ended)  # fmt: skip
    return ended


def go_on(folder: Path, moment: datetime) -> None:
    """A clock that runs faster than the wall's goes on from the moment of the backup: what lies between did not happen.

    A real clock is real, and a driven one stands where it stood.
    """
    found = clock.open_clock(folder)
    if isinstance(found, clock.ScaledClock):
        clock.declare(folder, "scaled", start=moment, speed=found.speed)
    clock.install(clock.open_clock(folder))


def _sessions_of_the_life(folder: Path) -> list[str]:
    """Those with which the simulated life of a demo city acts: they stand in the city's own folder."""
    try:
        return list(json.loads((folder / "city" / "keys.json").read_text(encoding="utf-8"))["sessions"].values())
    except (FileNotFoundError, KeyError, ValueError):
        return []


def _settle(folder: Path) -> None:
    """Close the database, leave the folders of a run empty, and have everything on the disk."""
    write_version(folder)
    connections.close_all()
    for name in FOLDERS_OF_THIS_RUN:
        shutil.rmtree(folder / name, ignore_errors=True)
        (folder / name).mkdir(mode=0o700)
    for parent, _, _ in os.walk(folder):
        sync_folder(Path(parent))
