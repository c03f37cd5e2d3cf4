"""The life of the city from one moment to the next: devices report, people report, staff works.

How far it has come stands in `DIR/city/life.json`; after a restart it goes on exactly there.
"""

from __future__ import annotations

import json
import logging
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from citybrain.lab.life.citizens import Citizens
from citybrain.lab.life.door import Door
from citybrain.lab.life.keeping import keep
from citybrain.lab.life.people import Keys
from citybrain.lab.life.readings import Readings
from citybrain.lab.life.reports import Report, Reports
from citybrain.lab.life.staff import Staff
from citybrain.lab.life.weather import DAY
from citybrain.lab.life.world import World, read_world

log = logging.getLogger("citybrain.life")
STEP = 6 * 3_600  # at most so much city time is worked out at once
LONGEST_GAP = 7 * DAY - 3_600  # what a live token may still deliver
BATCH = 60_000


@dataclass(frozen=True)
class Poured:
    """What was delivered in one piece of time."""

    readings: int
    reports: int


class Life:
    """The whole life of one city, driven by whoever knows its time."""

    def __init__(self, world: World, keys: Keys, door: Door, folder: Path, *, streams: int = 1, hands: int = 3):
        self.world, self.keys, self.door = world, keys, door
        self.readings = Readings(world)
        self.reports = Reports(world, self.readings.weather, streams=streams)
        self.staff = Staff(world, keys, door, folder, hands)
        self.citizens = Citizens(world.seed, door, keys.tokens["app"], folder)
        self.portal_since = 0.0

    def pour(self, after: int, until: int) -> Poured:
        """Deliver what devices and people report after a moment and up to another."""
        told = 0
        reports = self.reports.between(after, until)
        for start in range(after, until, STEP):
            told += self.pour_readings(start, min(start + STEP, until))
        self.pour_reports(reports)
        return Poured(told, len(reports))

    def pour_readings(self, after: int, until: int) -> int:
        lines = self.readings.between(after, until)
        self.send(lines.numbers)
        self.send(lines.flags)
        return len(lines.all)

    def send(self, lines: list[str]) -> None:
        """Lines of readings to their door."""
        for start in range(0, len(lines), BATCH):
            receipt = self.door.readings(lines[start : start + BATCH], self.keys.tokens["devices"])
            for one in receipt["rejected"][:3]:
                log.warning("a reading is refused: %s", one)

    def pour_reports(self, reports: list[Report]) -> None:
        """Calls come in a bundle, a grid worker reports for himself. Citizens use the portal, where they come back to
        their report; before `portal_since`, and where the portal does not take it, an app delivers for them.
        """
        called = [one.row for one in reports if one.channel == "hotline"]
        by_app = [one.row for one in reports if one.channel == "app" and not self._use_portal(one)]
        for source, rows in (("hotline", called), ("app", by_app)):
            if rows:
                self._deliver(rows, token=self.keys.tokens[source])
        for one in reports:
            if one.channel == "grid":
                worker = self.staff.people.grid_workers.get(one.community_code)
                if worker is None or not self._deliver([one.row], session=worker.session):
                    self._deliver([one.row], token=self.keys.tokens["hotline"])  # just over his border: he calls

    def _use_portal(self, one: Report) -> bool:
        return one.at >= self.portal_since and self.citizens.report(one)

    def _deliver(self, rows: list[dict[str, Any]], *, token: str = "", session: str = "") -> bool:
        status, answer = self.door.tell("/signals", rows, token=token, session=session)
        is_taken = status < 400 and not answer["rejected"]
        if not is_taken:
            level = logging.WARNING if token else logging.DEBUG
            log.log(level, "reports are refused: %s %s", status, answer)
        return is_taken

    def work(self, now: float) -> int:
        """Staff takes the steps that are due, and citizens look what became of theirs."""
        return self.staff.work(now) + self.citizens.look(now)

    def close(self) -> None:
        self.staff.close()


def open_life(data: Path, url: str, sense_url: str, *, streams: int = 1, hands: int = 3) -> Life:
    """The life of the city in a data directory; raises FileNotFoundError where `city new` made none."""
    folder = data / "city"
    keys: dict[str, Any] = json.loads((folder / "keys.json").read_text(encoding="utf-8"))
    world = read_world(folder / "world.json")
    keyring = Keys(keys["sessions"], keys["tokens"])
    return Life(world, keyring, Door(url, sense_url), folder, streams=streams, hands=hands)


def find_done(data: Path) -> int | None:
    """Up to which moment everything has been delivered."""
    try:
        return int(json.loads((data / "city" / "life.json").read_text(encoding="utf-8"))["done"])
    except FileNotFoundError:
        return None


def save_done(data: Path, done: int) -> None:
    keep(data / "city" / "life.json", {"done": done})
