"""How a write transaction waits for the one before it.

SQLite lets a waiting writer look again after 1, 2, 5 … and then every 100 ms. Against a process that writes one
transaction after another, such as `work` when there is much to deliver, the pause between two transactions is hardly
ever met: web requests waited for seconds, in turn until the timeout. Here a waiting writer looks every millisecond,
and whoever writes without end pauses for longer than that between transactions (`citybrain.base.bus.delivery`). Of
the threads of one process one looks, and the others wait for it without waking.
"""

from __future__ import annotations

import os
import sqlite3
import threading
import time
from typing import Any

from django.db.backends.sqlite3 import base

LOOK_AGAIN_SECONDS = 0.001
DEFAULT_TIMEOUT_SECONDS = 5.0  # of the sqlite3 module
_turn = threading.Lock()


def _renew_turn() -> None:
    """A process that was forked has one thread, and no other will give it the turn."""
    global _turn
    _turn = threading.Lock()


os.register_at_fork(after_in_child=_renew_turn)


class DatabaseWrapper(base.DatabaseWrapper):
    """Django's wrapper with a fair beginning of write transactions."""

    def _start_transaction_under_autocommit(self) -> None:
        """BEGIN; raises OperationalError when others have kept the database locked for the whole timeout."""
        connection: Any = self.connection
        options = self.settings_dict["OPTIONS"]
        timeout = float(options.get("timeout", DEFAULT_TIMEOUT_SECONDS))
        begin = f"BEGIN {options.get('transaction_mode') or ''}"
        end = time.monotonic() + timeout
        with self.wrap_database_errors:
            connection.execute("PRAGMA busy_timeout = 0")
            turn = _turn
            has_turn = turn.acquire(timeout=timeout)  # a busy database says so itself, when the time is over
            try:
                while not _begun(connection, begin, end):
                    time.sleep(LOOK_AGAIN_SECONDS)
            finally:
                if has_turn:
                    turn.release()
                connection.execute(f"PRAGMA busy_timeout = {int(timeout * 1000)}")


def _begun(connection: Any, begin: str, end: float) -> bool:
    try:
        connection.execute(begin)
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() > end:
            raise
        return False
    return True
