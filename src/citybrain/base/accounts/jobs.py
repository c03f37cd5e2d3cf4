"""Background work of accounts."""

from __future__ import annotations

from citybrain.base.accounts import sessions
from citybrain.base.jobs import every


@every(minutes=60, name="accounts.sweep")
def sweep() -> None:
    """Counts of failed attempts, and sessions, whose time is over."""
    sessions.forget_old()
