"""Fourteen days of earlier life at the first start: lived through the front door, with the city's clock driven.

Killed anywhere it goes on where it was: everything that is reported carries its own number, and a step that was taken
is refused the next time.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np

from citybrain.base import clock
from citybrain.base.errors import Unavailable
from citybrain.base.jobs.actions import set_next
from citybrain.base.jobs.models import Recurring
from citybrain.lab.city.state import DAYS, State, save_state
from citybrain.lab.life.engine import Life, find_done, open_life, save_done
from citybrain.lab.life.readings import Lines
from citybrain.lab.life.weather import DAY
from citybrain.lab.replay.city import City
from citybrain.lab.replay.client import Client

ZONE = 8 * 3_600
BY_DAY, BY_NIGHT = 1_800, 7_200  # how far the clock goes at a time
QUARTER = 900  # of an hour: devices are silent for less than any rule allows
MOST_BEHIND = 200  # messages that the city may still have to deliver when the next piece of time begins
ONCE_MORE = 12 * 3_600  # told again after a break: what the disk may have lost; what it has not is known to the city
AT_ONCE = 6 * 3_600
PORTAL_DAYS = 2  # so long citizens have used the portal: a look at a code costs as much as a step of the staff
NOTHING = np.zeros(0, dtype=np.int64)
SAY_EVERY = 5.0
PATIENCE = 300.0
MOVES, COUNTS, REPORTS = "telemetry.move", "indicators.compute", "reports.build"
SETTLES = 3.0  # seconds after which the newest readings may be moved into the lake, from which numbers are counted
REST = timedelta(days=1)
"""These jobs would count again and again what is still being lived: numbers come once at the end, reports after it."""
Say = Callable[[str], None]


class PastCity(City):
    """The platform on the directory while its past is lived, on the database that the start itself will use."""

    WORKERS = 2

    def _environment(self) -> dict[str, str]:
        return {**os.environ, "CITYBRAIN_DATA": str(self.data), "LANG": "C.UTF-8", "CITYBRAIN_SYNC": "normal"}


def live_past(data: Path, state: State, *, say: Say) -> None:
    """Live from where the clock stands to now; afterwards the clock shows real time."""
    save_state(data, State("history", state.seed, state.people))
    city = PastCity(data, say=say)
    end = int(clock.wall_now().timestamp())
    driven = city.declare_clock(datetime.fromtimestamp(end, UTC) - timedelta(days=DAYS))
    driven.move_to(datetime.fromtimestamp(end, UTC) - timedelta(days=DAYS))
    for name in (COUNTS, REPORTS):
        set_next(name, clock.wall_now() + REST)
    try:
        city.start()
        life = open_life(data, city.url, f"http://127.0.0.1:{city.port + 1}")
        client = Client(city.url, life.keys.tokens["watch"])
        try:
            client.await_things(len(life.world.codes))
            life.portal_since = driven.start.timestamp() + (DAYS - PORTAL_DAYS) * DAY
            _Past(data, life, client, driven, say).live(end)
        finally:
            client.close()
            life.close()
    finally:
        city.stop()
        driven.close()
    set_next(REPORTS, clock.wall_now())


class _Past:
    """The days one after the other; what devices say is poured beside what people do."""

    def __init__(self, data: Path, life: Life, client: Client, driven: clock.DrivenClock, say: Say):
        self.data, self.life, self.client, self.driven, self.say = data, life, client, driven, say
        self._began = self._said = time.monotonic()
        self._known, self._known_to, self._end = Lines([], [], [], NOTHING, NOTHING), 0, 0

    def live(self, end: int) -> None:
        """While the clock and the devices go through a piece of time, people work on what was reported before it."""
        begun = int(self.driven.now().timestamp())
        known = find_done(self.data)
        self._end = end
        first = done = begun if known is None else min(known - ONCE_MORE, begun)
        with ThreadPoolExecutor(1, "devices") as beside:
            for until in ticks(done, end):
                devices = beside.submit(self._let_pass, done, until)
                self.life.work(until)  # whose moment comes on the way, while the clock is on its way
                devices.result()
                self.life.pour_reports(self.life.reports.between(done, until))
                self._wait(MOST_BEHIND)
                save_done(self.data, until)
                done = until
                self._tell(first, done, end)
        poured = time.monotonic()
        self.life.work(done)
        self._wait(0)
        self.say("  counting the city's numbers")
        time.sleep(max(0.0, poured + SETTLES - time.monotonic()))
        self._let_run(MOVES)
        self._let_run(COUNTS)

    def _let_run(self, name: str) -> None:
        """Let `work` do a job now, and wait until it is done."""
        asked = clock.wall_now()
        set_next(name, asked)
        deadline = time.monotonic() + PATIENCE
        while not Recurring.objects.filter(name=name, started_at__gte=asked, finished_at__isnull=False).exists():
            if time.monotonic() > deadline:
                raise Unavailable("replay.not_settled", seconds=round(PATIENCE), left=name)
            time.sleep(0.1)

    def _let_pass(self, after: int, until: int) -> None:
        """Move the clock in quarters of an hour, each with what the devices measured in it; what they tell in yes and
        no comes at the end, because no rule is so soon in doubt of those.
        """
        flags: list[str] = []
        for start in range(after, until, QUARTER):
            end = min(start + QUARTER, until)
            numbers, told = self._lines(start, end)
            self.driven.move_to(datetime.fromtimestamp(end, UTC))
            self.life.send(numbers)
            flags += told
        self.life.send(flags)

    def _lines(self, after: int, until: int) -> tuple[list[str], list[str]]:
        """Readings of a piece of time, worked out for many pieces at once: that is several times as quick."""
        if until > self._known_to:
            self._known_to = max(min(after + AT_ONCE, self._end), until)
            self._known = self.life.readings.between(after, self._known_to)
        return self._known.cut(after, until)

    def _wait(self, most: int) -> None:
        """Until the city has no more than so much left to do."""
        deadline, pause = time.monotonic() + PATIENCE, 0.01
        while (left := self._left()) > most:
            if time.monotonic() > deadline:
                raise Unavailable("replay.not_settled", seconds=round(PATIENCE), left=left)
            time.sleep(pause)
            pause = min(pause * 1.5, 0.1)

    def _left(self) -> int:
        lag = self.client.health().get("lag")
        return 10**9 if lag is None else int(sum(lag.values()))

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
    """The moments at which people look up: every half hour by day, every two hours at night, and at the end."""
    now = after
    while now < end:
        hour = (now + ZONE) % 86_400 // 3_600
        now = min(now + (BY_NIGHT if hour < 6 else BY_DAY), end)
        yield now
