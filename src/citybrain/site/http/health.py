"""GET /health: is the city's system well, and if not, which part. Details are for who operates it."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Callable, Mapping
from functools import wraps
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse, JsonResponse

from citybrain.base import bus, clock
from citybrain.base.accounts.http import session_or_token
from citybrain.base.errors import CityError, Forbidden
from citybrain.base.jobs.running import hung_jobs
from citybrain.base.metrics import gauge, lag, lags
from citybrain.guarantees.maintenance import nightly
from citybrain.guarantees.maintenance.space import space
from citybrain.site.http.problems import problem_response
from citybrain.site.pulse import PREFIX as WORKER
from citybrain.site.vitals import beat_of

LOOPBACK = frozenset({"127.0.0.1", "::1"})
OLD_HEARTBEAT = 30.0
View = Callable[[HttpRequest], HttpResponse]


def check_operator(request: HttpRequest) -> None:
    """From this machine itself (not through a proxy), or whoever may read jobs; raises NotSignedIn or Forbidden."""
    direct = not request.headers.get("X-Forwarded-For") and not request.headers.get("Forwarded")
    if direct and request.META.get("REMOTE_ADDR") in LOOPBACK:
        return
    if not session_or_token(request).may("job.read"):
        raise Forbidden("account.forbidden", permission="job.read")


def for_operators(view: View) -> View:
    @wraps(view)
    def guarded(request: HttpRequest) -> HttpResponse:
        try:
            check_operator(request)
        except CityError as error:
            return problem_response(request, error)
        return view(request)

    return guarded


def show_health(request: HttpRequest) -> HttpResponse:
    """200 while the platform can do its work, 503 when it cannot; the parts are shown to operators only."""
    city_time = clock.now()  # before anything is read: the lags are those of this moment or later
    parts = examine()
    well = all(part["well"] for part in parts.values())
    answer: dict[str, Any] = {"status": "ok" if well else "failing", "city_time": city_time.isoformat()}
    try:
        check_operator(request)
        answer |= {"lag": lags() if parts["database"]["well"] else None, "parts": parts}
    except CityError:
        pass
    return JsonResponse(answer, status=200 if parts["database"]["well"] else 503)


def examine() -> dict[str, dict[str, Any]]:
    """Each part with whether it is well and what was found."""
    data: Path = settings.DATA_DIR
    database = _database()
    return {
        "database": database,
        "disk": _disk(),
        **({"backup": _backup()} if database["well"] else {}),
        **({"jobs": _jobs()} if database["well"] else {}),
        **processes(data / "run"),
    }


def _disk() -> dict[str, Any]:
    found = space()
    used = {f"{part}_bytes": size for part, size in found.used.items()}
    return {"well": found.well, "free_bytes": found.free, "warn_below_bytes": found.warn_below, **used}


def _backup() -> dict[str, Any]:
    """The newest nightly backup; a failed one stands in the list of failures, too."""
    found = nightly.status()
    if found.folder is None:
        return {"well": True, "nightly": "off"}
    made_at = found.made_at.isoformat() if found.made_at else None
    return {"well": found.well, "nightly": "on", "succeeded_at": made_at, "bytes": found.size, "error": found.error}


def _database() -> dict[str, Any]:
    began = time.perf_counter()
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError as error:
        return {"well": False, "vendor": connection.vendor, "why": type(error).__name__}
    return {"well": True, "vendor": connection.vendor, "milliseconds": round((time.perf_counter() - began) * 1000, 2)}


def _jobs() -> dict[str, Any]:
    """Whether jobs ran beyond their limits, so that `work` had to be started anew."""
    try:
        hung = hung_jobs()
    except DatabaseError as error:
        return {"well": False, "why": type(error).__name__}
    return {"well": not hung, "hung": hung}


def processes(run: Path) -> dict[str, dict[str, Any]]:
    """What the supervisor noted (`NAME.pid`) and, where a process shows that it is at work, its last heartbeat. Of the
    workers of `web` those that run are named (`web-PID`).
    """
    found: dict[str, dict[str, Any]] = {}
    for path in sorted(run.glob("*.pid")):
        found[f"process {path.stem}"] = {"well": _is_running(path)}
    for path in sorted(run.glob("*.heartbeat")):
        name, beat = path.stem, beat_of(path) / 1e9
        if not beat or (name.startswith(WORKER) and not _exists(int(name.removeprefix(WORKER)))):
            continue  # one that is gone has been replaced
        age = max(0.0, time.time() - beat)
        one = found.setdefault(f"process {name}", {"well": True})
        one |= {"well": one["well"] and age < OLD_HEARTBEAT, "seconds_since_heartbeat": round(age, 1)}
    return found


def _is_running(path: Path) -> bool:
    try:
        return _exists(int(path.read_text(encoding="ascii")))
    except (OSError, ValueError):
        return False


def _exists(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except OSError:
        return False
    return True


@gauge("citybrain_lag", "What a part has not caught up with yet", labels=("part",))
def lag_by_part() -> Mapping[tuple[str, ...], float]:
    return {(name,): float(behind) for name, behind in lags().items()}


@lag("bus")
def bus_lag() -> int:
    return bus.lag()


@gauge("citybrain_disk_free_bytes", "Free space under the data directory")
def disk_free() -> float:
    return float(shutil.disk_usage(settings.DATA_DIR).free)
