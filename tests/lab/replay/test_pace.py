"""The city clock moves on only when the city has caught up, in ticks, and at a speed when one is asked for."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from citybrain.base.clock import MovableClock
from citybrain.base.errors import Unavailable
from citybrain.lab.replay.pace import Pace

START = datetime(2013, 3, 1, tzinfo=UTC)


class Health:
    """A city that needs `rounds` looks before it has caught up with each move of its clock."""

    def __init__(self, clock: MovableClock, rounds: int = 2):
        self.clock, self.rounds, self.moves = clock, rounds, [clock.now()]
        self.left = rounds

    def health(self) -> dict[str, Any]:
        if self.clock.now() != self.moves[-1]:
            assert self.left == 0, "the clock was moved while the city was still busy"
            self.moves.append(self.clock.now())
            self.left = self.rounds
        self.left = max(0, self.left - 1)
        return {"lag": {"bus": self.left, "clocks": 0}}

    def sense_health(self) -> dict[str, Any]:
        return {"status": "ok", "swept_to": self.clock.now().isoformat()}


def pace(city: Any, clock: MovableClock | None, *, speed: float | None = None, tick: float = 6) -> Pace:
    return Pace(city, clock, speed=speed, tick=timedelta(hours=tick), say=lambda _: None)


def test_the_clock_goes_in_ticks_and_waits_after_each() -> None:
    clock = MovableClock(START)
    city = Health(clock)
    moving = pace(city, clock)
    moving.settle()
    moving.advance(START + timedelta(hours=15))
    moving.settle()
    assert [(moment - START) / timedelta(hours=1) for moment in city.moves] == [0, 6, 12, 15]
    assert city.left == 0


def test_it_never_goes_back() -> None:
    clock = MovableClock(START)
    moving = pace(Health(clock), clock)
    moving.advance(START - timedelta(days=1))
    assert clock.now() == START


def test_a_speed_is_kept() -> None:
    clock = MovableClock(START)
    moving = pace(Health(clock, rounds=0), clock, speed=3600)
    began = time.monotonic()
    moving.advance(START + timedelta(minutes=30))
    assert clock.now() == START + timedelta(minutes=30)
    assert 0.45 < time.monotonic() - began < 2.0


def test_a_city_elsewhere_keeps_its_own_clock() -> None:
    class NobodyAsks:
        def health(self) -> None:
            raise AssertionError("its lag is its own affair")

    moving = pace(NobodyAsks(), None)
    moving.advance(START)
    moving.settle()
    assert moving.waited == 0


@pytest.mark.parametrize(
    ("web", "sense", "why"),
    [
        ({"lag": {"bus": 3, "alarms": 0}}, {"status": "ok"}, "bus 3"),
        ({}, {"status": "ok"}, "web does not answer"),
        ({"lag": {}}, {}, "sense does not answer"),
        ({"lag": {}}, {"swept_to": "2013-02-28T00:00:00+00:00"}, "sense has not looked at the clock"),
        ({"lag": {}}, {"swept_to": None}, "sense has not looked at the clock"),
    ],
)
def test_what_it_waits_for_is_said(web: dict[str, Any], sense: dict[str, Any], why: str) -> None:
    class Stuck:
        def health(self) -> dict[str, Any]:
            return web

        def sense_health(self) -> dict[str, Any]:
            return sense

    with pytest.raises(Unavailable) as refused:
        pace(Stuck(), MovableClock(START)).settle(patience=0.05)
    assert why in refused.value.title("en")
