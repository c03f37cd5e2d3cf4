"""How much one address or one telephone may ask of the portal within a while.

Counted before anything else is done, in the database, so that all workers count together; the keys are keyed hashes, so
that no telephone number can be found out from them.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.db import IntegrityError, transaction

from citybrain.applications.governance.appeals.models import Allowance
from citybrain.base import clock, crypto
from citybrain.base.errors import TooMany

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@dataclass(frozen=True)
class Limit:
    """So many times within a window; `share` is how many for one report of the hourly setting."""

    name: str
    window: timedelta
    share: float

    @property
    def most(self) -> int:
        return max(1, int(self.share * settings.PUBLIC_REPORTS_PER_HOUR))


REPORTS = Limit("reports", HOUR, 1)
UPLOADS = Limit("uploads", HOUR, 6)
QUESTIONS = Limit("questions", HOUR, 10)
ANSWERS = Limit("answers", HOUR, 2)
WRONG_CODES = Limit("wrong codes", HOUR, 1)
OF_PHONE = Limit("phone", DAY, 1 / 3)


@transaction.atomic
def take(limit: Limit, who: str) -> None:
    """Count one more; raises TooMany, with the seconds until the window is over, when that is too much."""
    now = clock.wall_now()
    row = _locked(limit, who)
    if row.ends_at <= now:
        row.used, row.started_at, row.ends_at = 0, now, now + limit.window
    if row.used >= limit.most:
        raise TooMany("appeal.too_many", retry_after=(row.ends_at - now).total_seconds())
    row.used += 1
    row.save(update_fields=["used", "started_at", "ends_at"])


def check(limit: Limit, who: str) -> None:
    """Raises TooMany when the allowance is used up; counts nothing."""
    now = clock.wall_now()
    row = Allowance.objects.filter(key=_key(limit, who), ends_at__gt=now).first()
    if row is not None and row.used >= limit.most:
        raise TooMany("appeal.too_many", retry_after=(row.ends_at - now).total_seconds())


def _locked(limit: Limit, who: str) -> Allowance:
    key = _key(limit, who)
    row = Allowance.objects.select_for_update().filter(key=key).first()
    if row is not None:
        return row
    now = clock.wall_now()
    try:
        with transaction.atomic():
            return Allowance.objects.create(key=key, started_at=now, ends_at=now + limit.window)
    except IntegrityError:
        return Allowance.objects.select_for_update().get(key=key)


def _key(limit: Limit, who: str) -> str:
    return crypto.lookup_hash(f"{limit.name}\0{who}").rpartition(".")[2]


def forget_old() -> int:
    """Delete counts whose window is over; returns how many."""
    return Allowance.objects.filter(ends_at__lte=clock.wall_now()).delete()[0]
