"""Looking at each part of the platform: a row for each, cheap enough to be asked every few seconds."""

from __future__ import annotations

import logging
import os
import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any, Literal

import numpy as np
from django.conf import settings
from django.db import DatabaseError, connection

from citybrain.base import bus, clock
from citybrain.base.bus.queries import failure_counts
from citybrain.base.jobs.queries import failing_jobs, unmended_runs
from citybrain.base.metrics import lags
from citybrain.base.notices.queries import given_up, webhook_counts
from citybrain.base.notices.server import server
from citybrain.base.places.models import City
from citybrain.guarantees.maintenance import nightly
from citybrain.guarantees.maintenance.space import space
from citybrain.hubs.business.cases.queries.calendaring import missing_years
from citybrain.hubs.business.cases.queries.clocks import self_test_stands
from citybrain.hubs.sensing.health.hearing import SILENT, hear
from citybrain.hubs.sensing.ingest import checkpoint, segments
from citybrain.hubs.sensing.telemetry.lake import open_table

log = logging.getLogger(__name__)
State = Literal["green", "amber", "red"]
WORST: tuple[State, ...] = ("green", "amber", "red")
OLD_HEARTBEAT_SECONDS = 30.0
SLOW_MILLISECONDS = 250.0
MOST_BEHIND, MUCH_TOO_FAR_BEHIND = 1_000, 20_000
LATE_TO_LAKE_SECONDS, STUCK_SECONDS = 900.0, 7_200.0
WORKER = re.compile(r"web-\d+")
SELF_TEST_EVERY = timedelta(hours=26)


@dataclass(frozen=True)
class Look:
    """How a part stands now, with the figures that its words are filled with."""

    state: State
    figures: Mapping[str, Any]


def look() -> dict[str, Look]:
    """Every part by its name (`process web`); a part that cannot be looked at is red and says why."""
    found = {f"process {name}": one for name, one in _processes().items()}
    for name, see in PARTS.items():
        try:
            found[name] = see()
        except Exception as error:
            log.exception("the part %s could not be looked at", name)
            found[name] = Look("red", {"error": type(error).__name__})
    return found


def _judged(value: float, amber: float, red: float = float("inf")) -> State:
    return "red" if value > red else "amber" if value > amber else "green"


def _processes() -> dict[str, Look]:
    """What the supervisor noted (`NAME.pid`), and the last heartbeat of those that show one."""
    run = Path(settings.DATA_DIR) / "run"
    found = {path.stem: Look("green" if _is_running(path) else "red", {}) for path in sorted(run.glob("*.pid"))}
    for path in sorted(run.glob("*.heartbeat")):
        if WORKER.fullmatch(path.stem):
            continue  # a single worker comes and goes; `web` watches them
        age = max(0.0, time.time() - path.stat().st_mtime)
        well = age < OLD_HEARTBEAT_SECONDS and found.get(path.stem, Look("green", {})).state == "green"
        found[path.stem] = Look("green" if well else "red", {"seconds": round(age)})
    return found


def _is_running(path: Path) -> bool:
    try:
        os.kill(int(path.read_text(encoding="ascii")), 0)
    except (OSError, ValueError):
        return False
    return True


def _database() -> Look:
    began = time.perf_counter()
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError as error:
        return Look("red", {"error": type(error).__name__})
    took = (time.perf_counter() - began) * 1000
    return Look(_judged(took, SLOW_MILLISECONDS), {"vendor": connection.vendor, "milliseconds": round(took, 1)})


def _disk() -> Look:
    found = space()
    free, warn = found.free, found.warn_below
    return Look("red" if free < warn / 2 else "green" if found.well else "amber", {"gib": round(free / 2**30, 1)})


def _hot() -> Look:
    """Segments that are sealed and wait for the lake; the one that is written is never counted."""
    folder = Path(settings.DATA_DIR) / "hot"
    meta = checkpoint.read_meta(folder)
    waiting = [path for number, path in segments.segments(folder) if meta is not None and number < meta.segment]
    oldest = max((time.time() - path.stat().st_mtime for path in waiting if path.exists()), default=0.0)
    figures = {"segments": len(waiting), "minutes": round(oldest / 60)}
    return Look(_judged(oldest, LATE_TO_LAKE_SECONDS, STUCK_SECONDS), figures)


def _lake() -> Look:
    table = open_table(Path(settings.DATA_DIR))
    return Look("green", {"version": 0 if table is None else table.version()})


def _bus() -> Look:
    behind = bus.lag()
    return Look(_judged(behind, MOST_BEHIND, MUCH_TOO_FAR_BEHIND), {"behind": behind})


def _dead_letters() -> Look:
    dead = int(sum(count for (_, state), count in failure_counts().items() if state == "dead"))
    return Look(_judged(dead, 0), {"count": dead})


def _jobs() -> Look:
    failing, failed = int(failing_jobs()), unmended_runs()
    return Look(_judged(failing + failed, 0), {"failing": failing, "failed": failed})


def _clocks() -> Look:
    failed, passed_at = self_test_stands()
    old = passed_at is not None and clock.now() - passed_at > SELF_TEST_EVERY
    state: State = "red" if failed else "amber" if old else "green"
    if passed_at is None:
        return Look(state, {"is_none": True})
    return Look(state, {"hours": round((clock.now() - passed_at).total_seconds() / 3600)})


def _calendars() -> Look:
    """This year's arrangement, and from 1 December the next one's: without it clocks run through the holidays."""
    missing = missing_years()
    named = ", ".join(f"{key} {year}" for key, years in missing.items() for year in years)
    return Look("amber" if missing else "green", {"missing": named} if missing else {"is_none": True})


def _alarms() -> Look:
    behind = lags().get("alarms", 0)
    return Look(_judged(behind, MOST_BEHIND, MUCH_TOO_FAR_BEHIND), {"behind": behind})


def _devices() -> Look:
    """More than a tenth silent is a sign that something between them and us is broken, not each of them."""
    contact = hear().contact
    silent, known = int(np.count_nonzero(contact == SILENT)), len(contact)
    return Look(_judged(silent, known / 10), {"silent": silent, "known": known})


def _notices() -> Look:
    dead = given_up()
    return Look(_judged(dead, 0), {"count": dead})


def _mail() -> Look:
    to = server()
    return Look("green", {"host": to.host} if to else {"is_none": True})


def _webhooks() -> Look:
    counts = webhook_counts()
    failing = int(counts[("failing",)])
    return Look(_judged(failing, 0), {"failing": failing, "off": int(counts[("off",)])})


def _backup() -> Look:
    found = nightly.status()
    if found.folder is None:  # nobody misses what is made up
        return Look("amber" if City.objects.filter(is_simulated=False).exists() else "green", {"is_none": True})
    if found.made_at is None:
        return Look("green" if found.well else "red", {"is_none": True})
    hours = round((clock.wall_now() - found.made_at).total_seconds() / 3600)
    return Look("green" if found.well else "red", {"hours": hours})


PARTS: dict[str, Callable[[], Look]] = {
    "database": _database,
    "disk": _disk,
    "hot": _hot,
    "lake": _lake,
    "bus": _bus,
    "dead_letters": _dead_letters,
    "jobs": _jobs,
    "clocks": _clocks,
    "calendars": _calendars,
    "alarms": _alarms,
    "devices": _devices,
    "notices": _notices,
    "mail": _mail,
    "webhooks": _webhooks,
    "backup": _backup,
}
