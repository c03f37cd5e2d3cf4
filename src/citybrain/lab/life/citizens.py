"""Citizens at the portal: they report with a photo, look what became of it, rate it, and some are not content.

What they remember is the code on their receipt, in `DIR/city/citizens.json`. A report that is sent again is kept once,
so a life that was killed in between forgets nothing but to look.
"""

from __future__ import annotations

import hashlib
import json
import logging
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from citybrain.lab.life.deciding import at_work
from citybrain.lab.life.dice import uniform
from citybrain.lab.life.door import Door
from citybrain.lab.life.keeping import keep
from citybrain.lab.life.pictures import picture
from citybrain.lab.life.reports import Report

log = logging.getLogger("citybrain.life")
HOUR = 3_600
LOOKS_EVERY = 6 * HOUR
FORGETS_AFTER = 12 * 24 * HOUR
MOST_AT_ONCE = 6  # of those who look within one moment: nobody storms the portal
RATES, NOT_CONTENT = 0.6, 0.07
LEVELS = (0.38, 0.72, 0.87, 0.95)  # 1 very satisfied … 5 not at all, added up


@dataclass
class Receipt:
    """What a citizen holds: the code, since when, and when he means to look again (seconds since 1970)."""

    code: str
    since: int
    next: float


class Citizens:
    """Those who use the portal."""

    def __init__(self, seed: int, door: Door, token: str, folder: Path):
        self.seed, self.door, self.token = seed, door, token
        self.path = folder / "citizens.json"
        self.receipts = [Receipt(**row) for row in _read(self.path)]

    def report(self, one: Report) -> bool:
        """Send a report with its photo; False when the portal does not take it."""
        row = one.row
        number = int(row["source_id"].removeprefix("HJ"))
        body = {
            "text": row["text"], "lon": row["lon"], "lat": row["lat"], "precision_m": row["precision_m"],
            "address": row["address"], "phone": row["reporter"]["phone"],
            "request_key": request_key(self.seed, number),
        }  # fmt: skip
        if one.picture:
            shot = picture(one.picture, number, row["occurred_at"][:16].replace("T", " "), is_mended=False)
            key = self.door.upload("照片(模拟).jpg", shot, token=self.token, path="/public/pictures")
            body["pictures"] = [key] if key else []
        status, answer = self.door.tell("/public/reports", body, token=self.token)
        if status == 409:  # it was sent before, with another copy of its photo
            return True
        if status not in (200, 201):
            log.debug("the portal does not take a report: %s %s", status, answer)
            return False
        if status == 201:
            later = 2 * HOUR + 10 * HOUR * float(uniform(self.seed, 801, number)[0])
            self.receipts.append(Receipt(answer["code"], one.at, at_work(one.at + later, 0.5)))
            self.save()
        return True

    def look(self, now: float) -> int:
        """Those whose moment has come look at their codes; answers how many rated or complained."""
        due = [one for one in self.receipts if one.next <= now][:MOST_AT_ONCE]
        acted = 0
        for one in due:
            one.next = at_work(now + LOOKS_EVERY, 0.3)
            status, told = self.door.tell("/public/tracking", {"code": one.code})
            if status != 200 or now - one.since > FORGETS_AFTER:
                self.receipts.remove(one)
            elif told["closed_at"]:
                self.receipts.remove(one)
                acted += self._judge(one, told)
        if due:
            self.save()
        return acted

    def _judge(self, one: Receipt, told: dict[str, Any]) -> bool:
        """Rate what was done, or say that it was not; most who wait say nothing."""
        dice = uniform(self.seed, 802, one.since, [1, 2, 3])
        if told["may_reopen"] and dice[0] < NOT_CONTENT:
            self.receipts.append(Receipt(one.code, one.since, one.next))
            reason = _one_of("reopen", float(dice[2]))
            return self.door.tell_once("/public/tracking/reopening", {"code": one.code, "reason": reason})
        if not told["may_rate"] or dice[0] > NOT_CONTENT + RATES:
            return False
        late = 0.25 if told["is_overdue"] else 0.0
        level = 1 + sum(float(dice[1]) * (1 - late) + late > step for step in LEVELS)
        comment = _one_of(f"rated_{level}", float(dice[2]))
        return self.door.tell_once("/public/tracking/rating", {"code": one.code, "level": level, "comment": comment})

    def save(self) -> None:
        keep(self.path, [asdict(one) for one in self.receipts], mode=0o600)


def request_key(seed: int, number: int) -> str:
    """What the portal knows a report by that is sent again."""
    return hashlib.sha256(f"{seed}/{number}".encode()).hexdigest()[:32]


@cache
def _words() -> dict[str, list[str]]:
    told: dict[str, list[str]] = yaml.safe_load(Path(__file__).with_name("ratings.yaml").read_text(encoding="utf-8"))
    return told


def _one_of(of: str, dice: float) -> str:
    return _words()[of][int(dice * len(_words()[of]))]


def _read(path: Path) -> list[dict[str, Any]]:
    try:
        found: list[dict[str, Any]] = json.loads(path.read_text(encoding="utf-8"))
        return found
    except FileNotFoundError:
        return []
