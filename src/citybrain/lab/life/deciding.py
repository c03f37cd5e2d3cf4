"""What somebody does about a case, and when: quick and slow, right and sometimes wrong, as people are.

A decision is a function of the seed, the case's number and how often it has moved; it is made anew at every look, so
nothing has to be remembered but when the case came into its state.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import yaml

from citybrain.lab.life.dice import uniform
from citybrain.lab.life.people import People, Person
from citybrain.lab.life.weather import DAY, ZONE
from citybrain.lab.life.wording import words

MINUTE, HOUR = 60, 3_600
OPENS, CLOSES = 8.5, 18.0
RETURNED, WRONG_AGAIN, BADLY_DONE = 0.06, 0.5, 0.1
MIND_THE_CLOCK, OF_THE_SLOW = 0.94, 0.75
OTHERS = ("urban", "housing", "transport", "sanitation", "parks", "police", "market", "services")


@cache
def sayings() -> Mapping[str, Any]:
    told: Mapping[str, Any] = yaml.safe_load(Path(__file__).with_name("sayings.yaml").read_text(encoding="utf-8"))
    return told


@dataclass(frozen=True)
class Decision:
    """A step that somebody means to take at a moment, with what he writes and whether he adds a photograph."""

    at: float
    step: str
    person: Person
    fields: dict[str, Any] = field(default_factory=dict)
    picture: str = ""
    is_mended: bool = True


@dataclass(frozen=True)
class Seen:
    """A case as the list shows it, and since when it is in its state (seconds since 1970)."""

    row: Mapping[str, Any]
    since: float

    @property
    def number(self) -> int:
        return int("".join(c for c in self.row["number"] if c.isdigit())[-12:])

    def latest(self, share: float) -> float | None:
        """When that share of the time left is over; None without a limit, or once it has passed."""
        due = self.row.get("due_at")
        left = datetime.fromisoformat(due).timestamp() - self.since if due else 0.0
        return self.since + share * left if left > 0 else None

    @property
    def is_urgent(self) -> bool:
        return int(self.row["severity"]) <= 2


class Decider:
    """Decides for the staff of a city."""

    def __init__(self, seed: int, people: People):
        self.seed, self.people = seed, people
        self._rules = {
            "to_dispatch": self._dispatch, "dispatched": self._accept, "handling": self._handle,
            "to_verify": self._verify, "to_call_back": self._call_back, "to_rate": self._rate,
            "to_analyse": self._close, "to_summarise": self._close,
        }  # fmt: skip

    def decide(self, case: Seen) -> Decision | None:
        """What will be done about a case, or None when nobody is there for it."""
        rule = self._rules.get(str(case.row["state"]))
        return rule(case) if rule else None

    def dice(self, case: Seen, what: int, *, of_state: bool = True) -> float:
        revision = int(case.row["revision"]) if of_state else 0
        return float(uniform(self.seed, 700 + what, case.number, revision)[0])

    def _later(self, case: Seen, shortest: float, longest: float, person: Person | None, *, day_and_night: bool,
               share: float) -> float:  # fmt: skip
        """A moment after the case came into its state; whoever keeps office hours waits for the morning.

        Who has an eye on the clock takes at most his `share` of what is left of the time limit.
        """
        pace = person.pace if person else 1.0
        wait = (shortest + (longest - shortest) * self.dice(case, 1) ** 1.7) * pace
        moment = case.since + wait
        meant = moment if day_and_night else at_work(moment, self.dice(case, 2))
        latest = case.latest(share)
        if latest is None or meant <= latest or not self._minds_the_clock(case, person):
            return meant
        return latest if day_and_night else before_closing(latest, case.since, self.dice(case, 2))

    def _minds_the_clock(self, case: Seen, person: Person | None) -> bool:
        """Most do, the slow less often; about one case it is the same person who does or does not."""
        slow = person is not None and person.pace > 2
        return self.dice(case, 11, of_state=False) < (OF_THE_SLOW if slow else MIND_THE_CLOCK)

    def _said(self, case: Seen, of: Sequence[str]) -> str:
        return of[int(self.dice(case, 3) * len(of))]

    def _desk(self, case: Seen) -> Person:
        is_call = str(case.row["case_type"]).startswith("hotline.")
        return self.people.one_of(self.people.hotline if is_call else self.people.desk, case.number)

    def _handler(self, case: Seen) -> Person | None:
        there = self.people.handlers.get(str(case.row["organisation"]))
        return self.people.one_of(there, case.number) if there else None

    def _dispatch(self, case: Seen) -> Decision | None:
        """A returned case, or one that the list names nobody for: somebody at the desk decides."""
        person = self._desk(case)
        at = self._later(case, 4 * MINUTE, 70 * MINUTE, person, day_and_night=True, share=0.1)
        organisation = self._right_one(case)
        return Decision(at, "dispatch", person, {"organisation": organisation})

    def _right_one(self, case: Seen) -> str:
        """Who gets it the second time: mostly somebody whose work it is, sometimes wrong again."""
        before = str(case.row["organisation"] or "")
        others = [one for one in OTHERS if one != before and one in self.people.handlers]
        parent = before.partition("-4299")[0]
        if parent != before and self.dice(case, 4) > WRONG_AGAIN:
            return parent
        return others[int(self.dice(case, 5) * len(others))]

    def _accept(self, case: Seen) -> Decision | None:
        person = self._handler(case)
        if person is None:
            return None
        at = self._later(case, MINUTE, 26 * MINUTE, person, day_and_night=case.is_urgent, share=0.15)
        is_device = ".device_silent" in str(case.row["case_type"]) or "maintenance" in str(case.row["case_type"])
        if not is_device and self.dice(case, 6) < RETURNED:
            return Decision(at, "return", person, {"reason": self._said(case, sayings()["return"])})
        return Decision(at, "accept", person)

    def _handle(self, case: Seen) -> Decision | None:
        person = self._handler(case)
        if person is None:
            return None
        shortest, longest = handling_time(str(case.row["case_type"]), int(case.row["severity"]))
        at = self._later(case, shortest, longest, person, day_and_night=case.is_urgent, share=0.5)
        picture = picture_of(str(case.row["case_type"]))
        if self._is_bad(case, person):
            note = self._said(case, sayings()["bad_finish"])
            return Decision(at, "finish", person, {"note": note}, picture or "street", is_mended=False)
        note = self._said(case, sayings()["finish"][picture or "street"])
        return Decision(at, "finish", person, {"note": note}, picture or "street")

    def _is_bad(self, case: Seen, person: Person) -> bool:
        """A careless finish; after one that was rejected he does it properly."""
        is_first = int(case.row["revision"]) < 8
        return is_first and self.dice(case, 7, of_state=False) > person.care + BADLY_DONE

    def _verify(self, case: Seen) -> Decision | None:
        """The grid worker of the community looks at what was done in the street, the desk at the rest."""
        person, is_street = self._checker(case)
        by_night = case.is_urgent or not is_street
        at = self._later(case, 15 * MINUTE, 5 * HOUR, person, day_and_night=by_night, share=0.4)
        handler = self._handler(case)
        if handler is not None and self._is_bad(case, handler):
            return Decision(at, "reject", person, {"reason": self._said(case, sayings()["reject"])})
        return Decision(at, "verify", person, {"note": self._said(case, sayings()["verify"])})

    def _checker(self, case: Seen) -> tuple[Person, bool]:
        """Who looks at what was done, and whether he goes into the street for it."""
        community = str(case.row["region_code"])[:12]
        worker = self.people.grid_workers.get(community)
        is_street = worker is not None and str(case.row["case_type"]).startswith("urban.")
        return (worker if worker is not None and is_street else self._desk(case)), is_street

    def _call_back(self, case: Seen) -> Decision | None:
        person = self._desk(case)
        at = self._later(case, 30 * MINUTE, 20 * HOUR, person, day_and_night=False, share=0.5)
        if int(case.row["revision"]) < 7 and self.dice(case, 8) < 0.13:
            return Decision(at, "dissatisfied", person, {"reason": self._said(case, sayings()["dissatisfied"])})
        return Decision(at, "satisfied", person, {"note": self._said(case, sayings()["satisfied"])})

    def _rate(self, case: Seen) -> Decision | None:
        """The desk is manned around the clock, like that of any city; nobody is called by telephone at night."""
        person = self._desk(case)
        at = self._later(case, 10 * MINUTE, 8 * HOUR, person, day_and_night=True, share=0.5)
        return Decision(at, "rate", person, {"note": self._said(case, sayings()["rate"])})

    def _close(self, case: Seen) -> Decision | None:
        person = self._desk(case)
        at = self._later(case, 10 * MINUTE, 6 * HOUR, person, day_and_night=True, share=0.8)
        return Decision(at, "close", person, {"summary": self._said(case, sayings()["close"])})

    def supervise(self, case: Seen) -> Decision | None:
        """A leader presses one in seven of the cases that are late, once."""
        row = case.row
        if not row["is_overdue"] or row["is_supervised"] or self.dice(case, 9, of_state=False) > 0.14:
            return None
        person = self.people.one_of(self.people.leaders, case.number)
        at = at_work(case.since, self.dice(case, 10, of_state=False))
        return Decision(at, "supervise", person, {"note": self._said(case, sayings()["supervise"])})


def handling_time(case_type: str, severity: int) -> tuple[float, float]:
    """From accepting to done, shortest and longest, for somebody of pace 1."""
    if ".device_silent" in case_type or "maintenance" in case_type:
        return 20 * HOUR, 60 * HOUR
    if case_type.startswith(("traffic.", "crowd.", "fire.smoke")):
        return 15 * MINUTE, 80 * MINUTE
    if case_type.startswith("hotline."):
        return 3 * HOUR, 70 * HOUR
    if severity <= 2:
        return 25 * MINUTE, 3 * HOUR
    if case_type.startswith(("urban.facilities", "urban.green", "lighting.")):
        return 3 * HOUR, 44 * HOUR
    return HOUR, 18 * HOUR


def at_work(moment: float, dice: float) -> float:
    """The moment itself within office hours, else some time after they next begin."""
    local = moment + ZONE
    hour = local % DAY / HOUR
    if OPENS <= hour <= CLOSES:
        return moment
    midnight = np.floor(local / DAY) * DAY + (DAY if hour > CLOSES else 0)
    return float(midnight - ZONE + (OPENS + 1.8 * dice) * HOUR)


def before_closing(latest: float, since: float, dice: float) -> float:
    """The moment itself within office hours, else some time before they last ended; overtime where that is past."""
    local = latest + ZONE
    hour = local % DAY / HOUR
    if OPENS <= hour <= CLOSES:
        return latest
    midnight = np.floor(local / DAY) * DAY - (DAY if hour < OPENS else 0)
    closing = float(midnight - ZONE + (CLOSES - 1.5 * dice) * HOUR)
    return closing if closing > since else latest


@cache
def _pictures() -> dict[str, str]:
    return {kind.type: kind.picture for kind in words().kinds if kind.picture}


def picture_of(case_type: str) -> str:
    """Which scene a kind of case shows; a device's own kind by its family."""
    known = _pictures().get(case_type)
    if known:
        return known
    families = {
        "lighting.": "lamp", "drainage.cover": "manhole", "drainage.ponding": "flood", "drainage.": "water",
        "environment.": "dust", "urban.facilities": "pothole", "urban.sanitation": "garbage", "urban.parking": "car",
    }  # fmt: skip
    return next((scene for family, scene in families.items() if case_type.startswith(family)), "")
