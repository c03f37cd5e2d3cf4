"""The backup of every night: when it is due, making it in a process of its own, and how the last ones went."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from django.conf import settings

from citybrain.base import clock
from citybrain.base.jobs.models import Recurring
from citybrain.base.places.models import City
from citybrain.guarantees.maintenance.actions import NIGHTLY, backups_in, keep_newest, make_private

JOB = "maintenance.backup"
LATE = timedelta(hours=2)


@dataclass(frozen=True)
class Nightly:
    """How nightly backups stand: where they go, the newest one, what is wrong with the last try."""

    folder: Path | None
    newest: Path | None
    made_at: datetime | None
    size: int
    error: str
    due_since: datetime | None

    @property
    def well(self) -> bool:
        """None are asked for, or the last try went well and none is late."""
        if self.folder is None:
            return True
        late = self.due_since is not None and clock.wall_now() - self.due_since > LATE
        return not self.error and not late


def make_due() -> str:
    """Make tonight's backup where it is not there yet, and let go of the oldest; returns its name, or nothing.

    Raises RuntimeError with the words of the process that failed.
    """
    folder = settings.BACKUPS_DIR
    if folder is None or _due_since(folder) is None:
        return ""
    make_private(folder)
    command = [sys.executable, "-m", "citybrain.guarantees.maintenance"]
    where = ["--data", str(settings.DATA_DIR), "--to", str(folder)]
    done = subprocess.run([*command, *where], capture_output=True, text=True)  # noqa: S603 - ourselves
    if done.returncode:
        raise RuntimeError(done.stderr.strip()[-2000:] or f"the backup ended with code {done.returncode}")
    keep_newest(folder, settings.BACKUPS_KEPT)
    return done.stdout.strip()


def _due_since(folder: Path) -> datetime | None:
    """The moment since which tonight's backup is missing; None when it is there."""
    city = City.objects.first()
    now = clock.wall_now().astimezone(city.zone if city else ZoneInfo("UTC"))
    moment = now.replace(hour=settings.BACKUP_TIME.hour, minute=settings.BACKUP_TIME.minute, second=0, microsecond=0)
    if moment > now:
        moment -= timedelta(days=1)
    newest = _newest(folder)
    return moment if newest is None or made_at(newest) < moment else None


def _newest(folder: Path) -> Path | None:
    found = backups_in(folder)
    return found[-1] if found else None


def made_at(path: Path) -> datetime:
    """The moment in a backup's name."""
    return datetime.strptime(path.name.removeprefix(f"{NIGHTLY}-")[:16], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)


def status() -> Nightly:
    """How it stands; reads the names in the folder and one row."""
    folder: Path | None = settings.BACKUPS_DIR
    if folder is None:
        return Nightly(None, None, None, 0, "", None)
    row = Recurring.objects.filter(name=JOB).first()
    newest = _newest(folder)
    return Nightly(
        folder, newest, made_at(newest) if newest else None, newest.stat().st_size if newest else 0,
        row.error if row else "", _due_since(folder),
    )  # fmt: skip
