"""The demo city of `citybrain up`: made in an empty directory, its earlier life lived, its clock set; all of it once.

Killed anywhere, the next start goes on: `DIR/city/state.json` says how far it came.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path

from citybrain.base import clock
from citybrain.base.errors import Misconfigured
from citybrain.lab.city.state import DAYS, State, begin_past, find_state, save_state
from citybrain.site.supervisor import Child, python, take_lock

SEED, PEOPLE = 1, 100_000
MOST_SPEED = 500.0  # above it devices would seem silent between two deliveries
Say = Callable[[str], None]


def is_empty(data: Path) -> bool:
    """Whether nothing was ever started on the directory: no table, and no database that the setting names."""
    from django.db import connection

    if connection.vendor == "sqlite" and not (data / "city.sqlite3").exists():
        return True
    found = connection.introspection.table_names()
    connection.close()
    return not found


def make_demo(data: Path, *, migrate: Callable[[], None], say: Say) -> bool:
    """Bring the directory to a living demo city, where it is one or may become one; answers whether it is."""
    state = find_state(data)
    if state is None and not is_empty(data):
        return False
    if state is None or state.stage != "living":
        lock = take_lock(data / "run" / "lab.lock")
        try:
            _make(data, state or State("planned", SEED, PEOPLE), migrate, say)
        finally:
            os.close(lock)
    return True


def _make(data: Path, state: State, migrate: Callable[[], None], say: Say) -> None:
    from citybrain.lab.city.actions import make_city
    from citybrain.lab.history.living import live_past

    began = time.monotonic()
    save_state(data, state)
    begin_past(data)
    migrate()
    if state.stage == "planned":
        say("making 汉江市, a fictional city: everything in it is simulated (without it: citybrain up --empty)")
        make_city(data, seed=state.seed, people=state.people, say=say)
        say(f"  made ({time.monotonic() - began:.0f} s)")
    say(f"living its last {DAYS} days, so that no chart is empty")
    live_past(data, state, say=say)
    clock.declare(data, "real")
    clock.install(clock.open_clock(data))
    save_state(data, State("living", state.seed, state.people))
    say(f"汉江市 is there ({time.monotonic() - began:.0f} s)")


def set_speed(data: Path, speed: float) -> None:
    """Let the simulated city's clock run so many times as fast from now on; a real city's clock is not touched.

    Raises Misconfigured `start.speed` and `start.speed_of_a_real_city`.
    """
    if not 1 <= speed <= MOST_SPEED:
        raise Misconfigured("start.speed", speed=f"{speed:g}", most=f"{MOST_SPEED:g}")
    if find_state(data) is None:
        raise Misconfigured("start.speed_of_a_real_city")
    clock.declare(data, "scaled", start=clock.now(), speed=speed)
    clock.install(clock.open_clock(data))


def life_child(data: Path, port: int) -> Child:
    """The process in which the demo city lives on."""
    arguments = ("--data", str(data), "--url", f"http://127.0.0.1:{port}")
    return Child("life", python("citybrain.lab.life", *arguments))
