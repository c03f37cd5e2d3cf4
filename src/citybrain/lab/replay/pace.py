"""The driven city clock: it moves on only when the city has done everything that was due before.

Between two steps the clock goes forward in ticks, so that what falls due in a quiet week warns and escalates in its
order and not all at once. At a speed (60 = a city hour in a wall minute) the ticks come at that pace; at `max` as soon
as the city has caught up.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any, Protocol

from citybrain.base.clock import Clock
from citybrain.base.errors import Unavailable
from citybrain.lab.replay.client import Client

PAUSE = 0.003  # wall seconds before the city is asked again, then longer
PULSE = 0.2  # wall seconds between two moves of the clock at a speed
PATIENCE = 600.0
SAY_EVERY = 15.0


class Drivable(Clock, Protocol):
    def move_to(self, moment: datetime) -> None: ...


class Pace:
    """Moves the clock and waits for the city. Without a clock of its own (a city elsewhere) it does neither."""

    def __init__(
        self,
        client: Client,
        clock: Drivable | None,
        *,
        speed: float | None,
        tick: timedelta,
        say: Callable[[str], None],
        senses: bool = True,
    ):
        self.client, self.clock, self.speed, self.tick, self.say = client, clock, speed, tick, say
        self.senses = senses  # whether there are things whose silence the clock decides
        self.waited = 0.0
        self._usual = 0.0  # seconds that the city usually takes for a batch
        self._began: tuple[float, datetime] | None = None

    def advance(self, moment: datetime) -> None:
        """Let city time run to `moment`; what falls due on the way is done on the way."""
        if self.clock is None:
            return
        tick = self.tick if self.speed is None else min(self.tick, timedelta(seconds=self.speed * PULSE))
        while self.clock.now() < moment:
            following = min(moment, self.clock.now() + tick)
            self._keep_pace(following)
            self.clock.move_to(following)
            if following < moment:
                self.settle()

    def _keep_pace(self, moment: datetime) -> None:
        """Not earlier than the speed allows; a city that was slow is not chased."""
        if self.speed is None or self.clock is None:
            return
        if self._began is None:
            self._began = (time.monotonic(), self.clock.now())
        wall, city = self._began
        wait = wall + (moment - city).total_seconds() / self.speed - time.monotonic()
        if wait > 0:
            time.sleep(wait)

    def settle(self, *, after_posting: bool = False, patience: float = PATIENCE) -> None:
        """Wait until the city says that nothing is left to do. Raises Unavailable with what it still has.

        Asking costs the city as much as a report does: after posting, the first question comes when half of the time
        has gone by that the city usually takes.
        """
        if self.clock is None:
            return
        began = said = time.monotonic()
        pause = PAUSE
        if after_posting:
            time.sleep(self._usual / 2)
            pause = max(PAUSE, self._usual / 4)
        while (left := self.left()) and time.monotonic() - began < patience:
            time.sleep(pause)
            pause = min(pause * 1.5, 0.05)
            if time.monotonic() - said > SAY_EVERY:
                said = time.monotonic()
                self.say(f"  waiting for the city: {left}")
        took = time.monotonic() - began
        self.waited += took
        if after_posting:
            self._usual += (min(took, 1.0) - self._usual) / 8
        if left:
            raise Unavailable("replay.not_settled", seconds=round(patience), left=left)

    def left(self) -> str:
        """What the city still has to do, in words; empty when it has caught up with the clock."""
        lag = self.client.health().get("lag")
        if lag is None:
            return "web does not answer"
        busy = [f"{name} {count}" for name, count in sorted(lag.items()) if count]
        if not busy and self.senses and self.clock is not None:
            sense = self.client.sense_health()
            if not sense:
                busy.append("sense does not answer")
            elif not _has_swept(sense, self.clock.now()):
                busy.append("sense has not looked at the clock")
        return ", ".join(busy)


def _has_swept(sense: Mapping[str, Any], now: datetime) -> bool:
    """Whether `sense` has looked for silence up to `now`, and told of what it found."""
    if "swept_to" not in sense:
        return True
    return sense["swept_to"] is not None and datetime.fromisoformat(sense["swept_to"]) >= now
