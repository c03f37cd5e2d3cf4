"""How often somebody may guess a password, without letting a stranger lock the owner out.

Attempts are counted before the password is looked at, so that guessing in parallel gains nothing, each for 15 minutes:

- from a browser that this user has signed in with before (`devices`): by that browser alone. Nobody else can use its
  attempts up, whatever he does from the same address or with the same name;
- from any other: by name and address together, by address, and by name over all addresses, so that many addresses
  together guess no more than a hundred times.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import timedelta

from django.db import IntegrityError, transaction

from citybrain.base import clock
from citybrain.base.accounts.models import SignInThrottle
from citybrain.base.errors import TooMany

WINDOW = timedelta(minutes=15)
ATTEMPTS_OF_ONE = 5
ATTEMPTS_FROM_ADDRESS = 100
ATTEMPTS_ON_NAME = 100


@dataclass(frozen=True)
class Attempt:
    """An attempt that was counted; `own` is the count that begins again after a success."""

    own: str
    used_up_name: bool = False


def take_attempt(name: str, address: str, *, device: str = "") -> Attempt:
    """Count an attempt on a name, as it is stored; `device` is known to belong to it. Raises TooMany."""
    if device:
        own = _key("device", device, name)
        _take(own, ATTEMPTS_OF_ONE)
        return Attempt(own)
    own = _key("pair", name, address)
    _take(own, ATTEMPTS_OF_ONE)
    _take(_key("address", address), ATTEMPTS_FROM_ADDRESS)
    return Attempt(own, used_up_name=_take(_key("name", name), ATTEMPTS_ON_NAME) == ATTEMPTS_ON_NAME)


def take_change(user_id: int) -> Attempt:
    """Count an attempt to change one's password while signed in: nobody else's attempts count here."""
    own = _key("change", str(user_id))
    _take(own, ATTEMPTS_OF_ONE)
    return Attempt(own)


def forget(attempt: Attempt) -> None:
    """After a success its own count begins again; those of the address and the name go on."""
    SignInThrottle.objects.filter(key=attempt.own).delete()


def forget_old_counts() -> int:
    """Delete counts whose window is over; returns how many."""
    gone, _ = SignInThrottle.objects.filter(window_started_at__lte=clock.wall_now() - WINDOW).delete()
    return gone


@transaction.atomic
def _take(key: str, most: int) -> int:
    now = clock.wall_now()
    row = SignInThrottle.objects.select_for_update().filter(key=key).first() or _first(key)
    if row.window_started_at <= now - WINDOW:
        row.window_started_at, row.attempts = now, 0
    if row.attempts >= most:
        raise TooMany("account.too_many", retry_after=(row.window_started_at + WINDOW - now).total_seconds())
    row.attempts += 1
    row.save(update_fields=["window_started_at", "attempts"])
    return row.attempts


def _first(key: str) -> SignInThrottle:
    try:
        with transaction.atomic():
            return SignInThrottle.objects.create(key=key, window_started_at=clock.wall_now())
    except IntegrityError:
        return SignInThrottle.objects.select_for_update().get(key=key)


def _key(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()
