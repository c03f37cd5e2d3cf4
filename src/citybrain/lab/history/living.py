"""Fourteen days of earlier life at the first start: lived through the front door, with the city's clock driven.

Killed anywhere it goes on where it was: everything that is reported carries its own number, and a step that was taken is
refused the next time.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

from citybrain.base import clock
from citybrain.lab.city.state import State, save_state
from citybrain.lab.life.engine import Life, find_done, open_life, save_done
from citybrain.lab.replay.city import City
from citybrain.lab.replay.client import Client
from citybrain.lab.replay.pace import Pace

DAYS = 14
ZONE = 8 * 3_600
BY_DAY, BY_NIGHT = 3_600, 7_200  # how far the clock goes at a time
SAY_EVERY = 5.0
Say = Callable[[str], None]


class PastCity(City):
    """The platform on the directory while its past is lived, on the database that the start itself will use."""

    def _environment(self) -> dict[str, str]:
        return {**os.environ, "CITYBRAIN_DATA": str(self.data), "LANG": "C.UTF-8"}


def begin_past(data: Path, *, now: datetime) -> None:
    """Put the clock of an empty directory fourteen days back, before anything is written there."""
    if not (data / "clock.json").exists():
        clock.declare(data, "driven", start=now - timedelta(days=DAYS))
    clock.install(clock.open_clock(data))


def live_past(data: Path, state: State, *, say: Say, rate: float = 1.0) -> None:
    """Live from where the clock stands to now; afterwards the clock shows real time."""
    save_state(data, State("history", state.seed, state.people))
    city = PastCity(data, say=say)
    end = int(clock.wall_now().timestamp())
    driven = city.declare_clock(datetime.fromtimestamp(end, UTC) - timedelta(days=DAYS))
    driven.move_to(datetime.fromtimestamp(end, UTC) - timedelta(days=DAYS))
    try:
        city.start()
        life = open_life(data, city.url, f"http://127.0.0.1:{city.port + 1}", rate=rate)
        client = Client(city.url, life.keys.tokens["watch"])
        try:
            client.await_things(len(life.world.codes))
            pace = Pace(client, driven, speed=None, tick=timedelta(days=1), say=say)
            _Past(data, life, pace, driven, say).live(end)
        finally:
            client.close()
            life.close()
    finally:
        city.stop()
        driven.close()


class _Past:
    """The days one after the other; what devices say is poured beside what people do."""

    def __init__(self, data: Path, life: Life, pace: Pace, driven: clock.DrivenClock, say: Say):
        self.data, self.life, self.pace, self.driven, self.say = data, life, pace, driven, say
        self._began = self._said = time.monotonic()

    def live(self, end: int) -> None:
        first = done = max(find_done(self.data) or 0, int(self.driven.now().timestamp()))
        with ThreadPoolExecutor(1, "devices") as beside:
            for until in ticks(done, end):
                self.driven.move_to(datetime.fromtimestamp(until, UTC))
                devices = beside.submit(self.life.pour_readings, done, until)
                self.life.pour_reports(self.life.reports.between(done, until))
                self.life.work(until)
                devices.result()
                self.pace.settle()
                save_done(self.data, until)
                done = until
                self._tell(first, done, end)

    def _tell(self, first: int, done: int, end: int) -> None:
        now = time.monotonic()
        if now - self._said >= SAY_EVERY or done == end:
            self._said = now
            share = (done - first) / (end - first)
            left = (now - self._began) / share * (1 - share) if share else 0.0
            day = datetime.fromtimestamp(done + ZONE, UTC)
            steps = sum(self.life.staff.steps.values())
            self.say(f"  {day:%m-%d %H:%M}  {share:4.0%}  {steps:,} steps taken, about {left:.0f} s left")


def ticks(after: int, end: int) -> Iterator[int]:
    """The moments at which the clock stops: every hour by day, every two at night, and at the end."""
    now = after
    while now < end:
        hour = (now + ZONE) % 86_400 // 3_600
        now = min(now + (BY_NIGHT if hour < 6 else BY_DAY), end)
        yield now
