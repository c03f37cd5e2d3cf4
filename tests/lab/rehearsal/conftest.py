"""A morning in the small city, lived through the front door, that is rehearsed afterwards.

Two reports of dark lamps stand 90 m apart: too far for the kind's 60 m, so they are two cases. The first is accepted
after ten minutes and done after three hours, the second after ten minutes and 26 hours. A manhole cover is a third.
"""

from __future__ import annotations

import itertools
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from citybrain.base.audit import SYSTEM
from citybrain.base.bus import delivery
from citybrain.base.bus.registry import only, subscriptions
from citybrain.base.clock import MovableClock
from citybrain.base.packs.actions import load_packs
from citybrain.hubs.business.cases.actions.watching import ring_clocks
from citybrain.hubs.business.signals.models import Signal
from citybrain.lab.rehearsal.running import Order, rehearse
from citybrain.lab.rehearsal.types import Changes, LineChange, PackChange
from tests.cast import Cast
from tests.hubs.business.cases.stage import CaseOnStage, Person

LAMP, MANHOLE = "urban.facilities.street_light", "urban.facilities.manhole"
STREET = (112.0512, 32.0475)
METRE = 1 / 111_195


class Morning:
    """The city, its people, and what was reported."""

    def __init__(self, cast: Cast, clock: MovableClock):
        self.cast, self.clock = cast, clock
        self.start = clock.now() - timedelta(minutes=1)
        self._numbers = itertools.count(1)
        load_packs(actor=SYSTEM)
        administrator = Person(cast, "administrator")
        self.line = {
            kind: administrator.post("/responsibilities", {"case_type": kind, "organisation": "urban"})["id"]
            for kind in (LAMP, MANHOLE)
        }

    def person(self, name: str) -> Person:
        return Person(self.cast, name)

    def reports(self, kind: str, text: str, *, north_m: float = 0.0) -> str:
        """One report, triaged; answers the number of its case."""
        row = {
            "kind": "hotline", "source": "12345", "source_id": f"HX-{next(self._numbers)}", "text": text,
            "case_type": kind, "occurred_at": self.clock.now().isoformat(), "lon": STREET[0],
            "lat": STREET[1] + north_m * METRE,
        }  # fmt: skip
        answer = self.cast.token_client("integrator").post("/api/v1/signals", [row]).json()
        with only([one for one in subscriptions() if one.name == "signals.triage"]):
            delivery.drain(timeout=20)
        return str(Signal.objects.get(pk=answer["ids"][0]).case_number)

    def move(self, **delta: float) -> None:
        self.clock.move(**delta)
        while ring_clocks():
            pass

    def takes(self, name: str, step: str, number: str, **fields: Any) -> None:
        person = self.person(name)
        person.takes(step, CaseOnStage(person, number), **fields)

    def finishes(self, number: str) -> None:
        handler = self.person("handler")
        handler.finishes(CaseOnStage(handler, number))
        self.takes("dispatcher", "verify", number)
        self.takes("dispatcher", "rate", number, note="满意")
        self.takes("dispatcher", "close", number, summary="已修复")

    def rehearse(self, *, lines: list[LineChange] | None = None, layers: list[PackChange] | None = None) -> Any:
        end = self.clock.now() + timedelta(minutes=1)
        return rehearse(
            Order(self.start, end, Changes(lines=lines or [], layers=layers or [])), lambda done, note: None
        )


@pytest.fixture
def morning(cast: Cast) -> Any:
    from citybrain.base import clock as city_clock

    with city_clock.installed(MovableClock(datetime(2026, 3, 2, 1, 0, tzinfo=UTC))) as movable:
        assert isinstance(movable, MovableClock)
        lived = Morning(cast, movable)
        lived.first = lived.reports(LAMP, "人民路路灯不亮")
        lived.move(minutes=2)
        lived.second = lived.reports(LAMP, "人民路有一盏路灯不亮", north_m=90)
        lived.manhole = lived.reports(MANHOLE, "井盖破损", north_m=2000)
        lived.move(minutes=10)
        for number in (lived.first, lived.second, lived.manhole):
            lived.takes("handler", "accept", number)
        lived.move(hours=3)
        lived.finishes(lived.first)
        lived.finishes(lived.manhole)
        lived.move(hours=23)
        lived.finishes(lived.second)
        lived.move(minutes=1)
        yield lived
