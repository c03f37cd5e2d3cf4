"""The staff at work: looks at the open cases, and takes the steps whose moment has come, several hands at once.

Since when a case is where it is stands in `DIR/city/staff.json`; after a restart nothing is done sooner for it.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from citybrain.lab.life.deciding import Decider, Decision, Seen, sayings
from citybrain.lab.life.door import Door
from citybrain.lab.life.keeping import keep
from citybrain.lab.life.people import Keys, People, Person
from citybrain.lab.life.pictures import picture
from citybrain.lab.life.weather import ZONE
from citybrain.lab.life.wording import words
from citybrain.lab.life.world import World

log = logging.getLogger("citybrain.life")
PAGE = 500
HANDS = 3
LOOK_AT_ALL_EVERY = 3 * 3_600  # city time
READ_EVERY = 1_800
MEMORY = "staff.json"


@dataclass
class Staff:
    """Everybody who works for the city; all they remember is since when each case is where it is."""

    world: World
    keys: Keys
    door: Door
    folder: Path | None = None
    hands: int = HANDS
    steps: dict[str, int] = field(default_factory=dict)
    refused: dict[str, int] = field(default_factory=dict)
    _rows: dict[str, dict[str, Any]] = field(default_factory=dict)
    _since: dict[str, tuple[int, float]] = field(default_factory=dict)
    _saved: dict[str, tuple[int, float]] = field(default_factory=dict)
    _meant: dict[str, tuple[int, Decision | None]] = field(default_factory=dict)
    _pressed: set[str] = field(default_factory=set)
    _looked: float = 0.0
    _read: float = float("-inf")
    _looked_at_all: float = float("-inf")

    def __post_init__(self) -> None:
        self.people = People(self.world, self.keys)
        self.decider = Decider(self.world.seed, self.people)
        self._pool = ThreadPoolExecutor(self.hands, "staff")
        if self.folder is not None:
            self._since = _read(self.folder / MEMORY)
            self._saved = dict(self._since)

    def close(self) -> None:
        self._pool.shutdown()
        self._save()

    def work(self, now: float) -> int:
        """Take every step whose moment has come; answers how many were taken."""
        self._look(now)
        rows = list(self._rows.values())
        due = [
            (row, decision)
            for row in rows
            for decision in self._decisions(row, now)
            if decision is not None and decision.at <= now
        ]
        jobs: list[Callable[[], int]] = []
        if now - self._read >= READ_EVERY:
            self._read = now
            jobs += [lambda: sum(map(self._sort, self._waiting_signals(now)))]
            jobs += [lambda: sum(map(self._check_picture, self._waiting_pictures()))]
        jobs += [lambda row=row, one=one: self._take(row, one, now) for row, one in due]  # type: ignore[misc]
        self._save()
        return sum(self._pool.map(lambda job: job(), jobs))

    def _save(self) -> None:
        if self.folder is None or self._since == self._saved:
            return
        keep(self.folder / MEMORY, self._since)
        self._saved = dict(self._since)

    def _look(self, now: float) -> None:
        """At the new cases every time, at all of them now and then: an alarm that is over may have closed one."""
        if now - self._looked_at_all >= LOOK_AT_ALL_EVERY or now < self._looked:
            self._looked_at_all = now
            self._rows = {row["number"]: row for row in self._pages("/cases", is_open="true", order="oldest")}
            self._forget()
        else:
            since = datetime.fromtimestamp(self._looked - 60, UTC).isoformat()
            for row in self._pages("/cases", is_open="true", order="oldest", opened_from=since):
                self._rows.setdefault(row["number"], row)
        self._looked = now

    def _pages(self, path: str, **query: Any) -> Iterator[dict[str, Any]]:
        after: str | None = None
        while True:
            more = {"after": after} if after else {}
            status, page = self.door.ask(path, token=self.keys.tokens["watch"], limit=PAGE, **query, **more)
            if status != 200:
                log.warning("%s is refused to the leader: %s %s", path, status, page)
                return
            yield from page["items"]
            after = page["next"]
            if not after:
                return

    def _decisions(self, row: dict[str, Any], now: float) -> list[Decision | None]:
        known = self._since.get(row["number"])
        if known is None or known[0] != row["revision"]:
            known = self._since[row["number"]] = (row["revision"], now if known else _opened(row, now))
        seen = Seen(row, known[1])
        meant = self._meant.get(row["number"])
        if meant is None or meant[0] != row["revision"]:
            meant = self._meant[row["number"]] = (row["revision"], self.decider.decide(seen))
        pressed = None if row["number"] in self._pressed else self.decider.supervise(seen)
        return [meant[1], pressed]

    def _forget(self) -> None:
        there = set(self._rows)
        self._since = {number: known for number, known in self._since.items() if number in there}
        self._meant = {number: meant for number, meant in self._meant.items() if number in there}
        self._pressed &= there

    def _take(self, row: dict[str, Any], one: Decision, now: float) -> bool:
        fields = dict(one.fields)
        if one.step == "supervise":
            self._pressed.add(row["number"])
        if one.picture and _wants_picture(row):
            key = self._photograph(row, one, now)
            if not key:
                return False
            fields["evidence"] = [key]
        path = f"/cases/{row['number']}/actions/{one.step}"
        status, answer = self.door.tell(path, fields, session=one.person.session)
        self._looked_at_all = float("-inf")  # it is not as it was: the next look shows how it is
        if status in (200, 204):
            self.steps[one.step] = self.steps.get(one.step, 0) + 1
            return True
        code = str(answer.get("code", status)) if isinstance(answer, dict) else str(status)
        self.refused[f"{one.step} {code}"] = self.refused.get(f"{one.step} {code}", 0) + 1
        log.debug("%s of %s is refused: %s", one.step, row["number"], answer)
        return False

    def _photograph(self, row: dict[str, Any], one: Decision, now: float) -> str:
        number = int(row["number"][-5:])
        stamp = datetime.fromtimestamp(now + ZONE, UTC).strftime("%Y-%m-%d %H:%M")
        shot = picture(one.picture, number, f"{stamp}  {row['number']}", is_mended=one.is_mended)
        return self.door.upload("现场照片(模拟).jpg", shot, session=one.person.session)

    def _waiting_signals(self, now: float) -> list[dict[str, Any]]:
        """Reports that nobody could place: somebody at the desk reads them after a quarter of an hour."""
        rows = self._pages("/signals", state="waiting_for_person")
        return [row for row in rows if _moment(row["recorded_at"]) + READ_EVERY <= now]

    def _waiting_pictures(self) -> list[str]:
        """Photos of citizens that nobody has looked at yet."""
        status, page = self.door.ask("/pictures", session=self.people.desk[0].session, state="pending", limit=PAGE)
        return [row["key"] for row in page["items"]] if status == 200 else []

    def _check_picture(self, key: str) -> bool:
        """Let it be seen, but for one in forty; nobody's face is in any of them."""
        number = int(key[:8], 16)
        desk = self.people.one_of(self.people.desk, number)
        if number % 40 == 0:
            status, _ = self.door.tell(
                f"/pictures/{key}/refuse", {"reason": sayings()["refused"][0]}, session=desk.session
            )
        else:
            status, _ = self.door.tell(f"/pictures/{key}/show", {}, session=desk.session)
        return status < 400

    def _sort(self, row: dict[str, Any]) -> bool:
        desk: Person = self.people.one_of(self.people.desk, row["id"])
        kind = read_kind(row["text"])
        if kind:
            status, answer = self.door.tell(f"/signals/{row['id']}/type", {"case_type": kind}, session=desk.session)
        else:
            reason = sayings()["end"][row["id"] % 2]
            status, answer = self.door.tell(f"/signals/{row['id']}/end", {"reason": reason}, session=desk.session)
        if status >= 400:
            log.info("signal %s: %s", row["id"], answer)
        return status < 400


def read_kind(text: str) -> str:
    """What a reader takes a report for: the kind whose words stand in it."""
    for kind in words().kinds:
        if any(what in text for what in kind.what):
            return kind.type
    return ""


def _wants_picture(row: dict[str, Any]) -> bool:
    return not str(row["case_type"]).startswith("hotline.")


def _opened(row: dict[str, Any], now: float) -> float:
    """When a case came into a state that was not seen to begin: at its last known time."""
    marks = [row.get(name) for name in ("finished_at", "accepted_at", "recorded_at")]
    known = [_moment(mark) for mark in marks if mark]
    return min(max(known), now) if known else now


def _moment(text: str) -> float:
    return datetime.fromisoformat(text).timestamp()


def _read(path: Path) -> dict[str, tuple[int, float]]:
    try:
        told: dict[str, tuple[int, float]] = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    return {number: (revision, since) for number, (revision, since) in told.items()}
