"""`citybrain doctor`: looks at everything that can be wrong, and says for each what to do."""

from __future__ import annotations

import json
import os
import shutil
import socket
import sys
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from citybrain.base import clock
from citybrain.site.broker import find_mosquitto
from citybrain.site.outward import public_url
from citybrain.site.supervisor import answers

GIBIBYTE = 1024**3

LOOKED_AT_HERE = frozenset({"disk", "backup"})


@dataclass(frozen=True)
class Finding:
    """One look: what was looked at, whether it is well, what was found, and what to do about it."""

    what: str
    well: bool
    found: str
    cure: str = ""


def examine(data: Path, port: int) -> int:
    """Print a line for each look; exit code 1 when something is wrong."""
    looks = (_ground, _space, _database, _backup, _outward, _calendars, _packs, _processes)
    findings = [finding for look in looks for finding in look(data, port)]
    for finding in findings:
        print(f"{'ok   ' if finding.well else 'WRONG'} {finding.what}: {finding.found}")
        if not finding.well:
            print(f"      {finding.cure}")
    return 0 if all(finding.well for finding in findings) else 1


def _ground(data: Path, _: int) -> Iterator[Finding]:
    version = ".".join(map(str, sys.version_info[:3]))
    yield Finding("python", sys.version_info >= (3, 11), version, "Install Python 3.11 or newer.")
    for name in ("secret.key", "master.key"):
        mode = (data / name).stat().st_mode & 0o077
        yield Finding(name, mode == 0, "readable by its owner only" if mode == 0 else "readable by others",
                      f"Run: chmod 600 {data / name}")  # fmt: skip
    mode_name = getattr(clock.current(), "mode", "?")
    yield Finding("clock", True, f"{mode_name}, city time {clock.now():%Y-%m-%d %H:%M:%S} UTC")
    yield Finding("mqtt", True, find_mosquitto() or "off: Mosquitto is not installed (HTTP stays open)")


def _space(data: Path, _: int) -> Iterator[Finding]:
    from django.conf import settings
    from django.db.utils import DatabaseError

    from citybrain.guarantees.maintenance.space import measure

    free, warn = shutil.disk_usage(data).free, settings.DISK_WARN
    reserve = settings.DISK_RESERVE / GIBIBYTE
    yield Finding("disk", free > warn, f"{free / GIBIBYTE:.1f} GiB free under {data}",
                  f"Make room: below {reserve:g} GiB no readings are taken.")  # fmt: skip
    try:
        used = measure()
    except DatabaseError:
        return  # said by the look at the database
    told = ", ".join(f"{part} {size / 1024**2:,.0f}" for part, size in used.items())
    yield Finding("space", True, f"MiB taken: {told}")


def _backup(data: Path, _: int) -> Iterator[Finding]:
    from django.db.utils import DatabaseError

    from citybrain.guarantees.maintenance import nightly

    try:
        found = nightly.status()
    except DatabaseError:
        return
    if found.folder is None:
        yield Finding("backup", True, "nightly backups are off (CITYBRAIN_BACKUPS names no folder)")
        return
    told = f"newest in {found.folder}: "
    told += f"{found.newest.name}, {found.size / 1024**2:,.0f} MiB" if found.newest else "none yet"
    told += f"; the last try failed: {found.error}" if found.error else ""
    cure = f"Look at GET /api/v1/jobs/runs?state=failed, and try: citybrain backup --to {found.folder}"
    yield Finding("backup", found.well, told, cure)


def _database(data: Path, port: int) -> Iterator[Finding]:
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor
    from django.db.utils import DatabaseError

    try:
        executor = MigrationExecutor(connection)
        waiting = executor.migration_plan(executor.loader.graph.leaf_nodes())
    except DatabaseError as error:
        yield Finding("database", False, str(error).strip(), "Check CITYBRAIN_DATABASE_URL and that the server runs.")
        return
    yield Finding("database", True, connection.vendor)
    yield Finding("migrations", not waiting, f"{len(waiting)} waiting" if waiting else "all applied",
                  "Run: citybrain migrate")  # fmt: skip


def _outward(data: Path, port: int) -> Iterator[Finding]:
    from citybrain.base.notices.server import server

    to = server()
    off = "off: CITYBRAIN_SMTP_HOST is not set (notices stay in the app)"
    found = f"{to.host}:{to.port} ({to.tls})" if to else off
    well = to is None or _connects(to.host, to.port)
    yield Finding("mail", well, found if well else f"{found} does not answer",
                  "Check CITYBRAIN_SMTP_HOST and CITYBRAIN_SMTP_PORT, and that the server runs.")  # fmt: skip
    yield Finding("public address", True, public_url(os.environ, port))


def _calendars(data: Path, port: int) -> Iterator[Finding]:
    from django.db.utils import DatabaseError

    from citybrain.hubs.business.cases.queries.calendaring import missing_years

    try:
        missing = missing_years()
    except DatabaseError:
        return  # what is wrong with the database was said above
    named = ", ".join(f"{key} {year}" for key, years in missing.items() for year in years)
    yield Finding("calendars", not missing, f"no holidays known: {named}" if missing else "every needed year is known",
                  "Enter or import the arrangement under Working calendars in the console.")  # fmt: skip


def _connects(host: str, port: int) -> bool:
    try:
        socket.create_connection((host, port), timeout=5).close()
    except OSError:
        return False
    return True


def _packs(data: Path, port: int) -> Iterator[Finding]:
    from citybrain.base.packs import check_packs

    problems = [str(problem) for problem in check_packs()]
    yield Finding("packs", not problems, "all valid" if not problems else problems[0],
                  "Run: citybrain packs check")  # fmt: skip


def _processes(data: Path, port: int) -> Iterator[Finding]:
    from citybrain.site.http.health import processes

    cure = f"Start it (citybrain up --port {port}) or look at {data / 'logs'}."
    tell: Callable[[bool], str] = lambda well: "answers" if well else "does not answer"  # noqa: E731
    for name, offset in (("web", 0), ("sense", 1), ("live", 2)):
        well = answers(f"http://127.0.0.1:{port + offset}/health")
        yield Finding(name, well, tell(well), cure)
    for name, part in {**_parts(port), **processes(data / "run")}.items():
        if name in LOOKED_AT_HERE:
            continue
        found = ", ".join(f"{key.replace('_', ' ')} {_plain(value)}" for key, value in part.items() if key != "well")
        yield Finding(name, bool(part["well"]), found or tell(bool(part["well"])), cure)


def _plain(value: object) -> str:
    """What stands in a document of /health, as people write it."""
    if isinstance(value, list):
        return ", ".join(map(str, value)) or "none"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "unknown" if value is None else str(value)


def _parts(port: int) -> dict[str, dict[str, object]]:
    """What `web` says of the parts that it can see: jobs, broker, disk, messages."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/health", timeout=5) as answer:
            return dict(json.load(answer).get("parts", {}))
    except (OSError, ValueError):
        return {}
