"""How a process becomes part of a city: its data directory, its clock, Django."""

from __future__ import annotations

import faulthandler
import os
import signal
import sys
from pathlib import Path

from citybrain.base import clock
from citybrain.base.errors import Misconfigured
from citybrain.site.datadir import prepare


def tell_stacks_when_asked() -> None:
    """SIGUSR1 writes what every thread is doing to the log: the supervisor asks before it ends a process that hangs."""
    faulthandler.register(signal.SIGUSR1, file=sys.__stderr__ or sys.stderr, all_threads=True)


def set_up(data: Path) -> None:
    """Prepare DIR, install the city clock that it declares, and set Django up; raises Misconfigured in a sentence."""
    data = data.resolve()
    tell_stacks_when_asked()
    os.umask(0o077)  # what a city writes is read by its own account only
    os.environ["CITYBRAIN_DATA"] = str(data)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "citybrain.site.settings")
    try:
        prepare(data)
    except OSError as error:
        raise Misconfigured("start.data_folder", data=str(data), why=error.strerror or str(error)) from error
    try:
        clock.install(clock.open_clock(data))
    except ValueError as error:
        raise Misconfigured("start.clock", why=str(error)) from error

    import django

    django.setup()
