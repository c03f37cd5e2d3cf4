"""What citizens and grid workers report: a plan for each local day, the same for the same seed, whoever asks when.

Something happens at a place; one or several people report it, each in words of their own, some with a slip of the pen,
some with the wrong place or the wrong kind.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

import numpy as np

from citybrain.lab.life.weather import DAY, ZONE, Weather
from citybrain.lab.life.wording import VOICES, Kind, more, request, sentences, where_and_what, wide, with_typo, words
from citybrain.lab.life.world import Address, World

A_DAY = 20.0  # matters in a day for 100,000 people in one stream, before weather and weekday
STREAMS = 8  # at most
MOST_IN_A_DAY = 1_000  # in one stream
USUAL_IN_A_DAY = 120  # of which no form of a sentence is used twice for weeks
BACK = 8  # days in which no sentence comes twice
NAMES, SHARES = ("hotline", "app", "grid"), (0.5, 0.35, 0.15)
SOURCE_OF = {"hotline": "12345热线", "app": "随手拍", "grid": "网格巡查"}
VOICE_SHARES = (0.34, 0.34, 0.18, 0.14)
METRES = 111_320.0


@dataclass(frozen=True)
class Report:
    """One report on its way; `row` is what `POST /api/v1/signals` takes."""

    at: int
    row: dict[str, Any]
    channel: str
    community_code: str
    picture: str = ""

    def line(self) -> str:
        return json.dumps(self.row, ensure_ascii=False, separators=(",", ":"))


@dataclass
class _Drawn:
    """A report while it is put together."""

    kind: Kind
    address: Address
    what: str
    at: int
    n: int = 0
    channel: str = ""
    said: list[str] = field(default_factory=list)


class Reports:
    """The reports of a world, day by day: one or several streams of matters beside each other.

    More streams are a livelier city; those that were there before stay as they are.
    """

    def __init__(self, world: World, weather: Weather, *, streams: int = 1):
        self.world, self.weather, self.streams = world, weather, min(max(streams, 0), STREAMS)
        self.day: Callable[[int], list[Report]] = lru_cache(maxsize=4)(self._day)
        self._raw: Callable[[int], list[_Drawn]] = lru_cache(maxsize=BACK + 4)(self._draw)

    def between(self, after: int, until: int) -> list[Report]:
        """Every report after a moment and up to another, in the order of time."""
        days = range((after + ZONE) // DAY, (until + ZONE) // DAY + 1)
        return [one for day in days for one in self.day(day) if after < one.at <= until]

    def _day(self, day: int) -> list[Report]:
        """The reports of a local day, each sentence looked for in those of the days before and made different."""
        known = {text for back in range(1, BACK + 1) for drawn in self._raw(day - back) for text in drawn.said}
        found = []
        for drawn in self._raw(day):
            said = []
            for text in drawn.said:
                text = self._different(text, known, drawn.n)
                known.add(text)
                said.append(text)
            found.append(self._finished(drawn, said))
        return found

    def _different(self, text: str, known: set[str], n: int) -> str:
        """The sentence itself, or with a word more where somebody said the very same."""
        precise = words().more_precise
        for step in range(len(precise)):
            if text not in known:
                break
            text = f"{text[:-1]}{precise[(n + step) % len(precise)]}{text[-1]}"
        return text

    def _draw(self, day: int) -> list[_Drawn]:
        """What is reported on a day, before it is compared with the days before."""
        drawn = [one for stream in range(self.streams) for one in self._stream(day, stream)]
        return sorted(drawn, key=lambda one: one.at)  # stable: of one second, by stream and number

    def _stream(self, day: int, stream: int) -> list[_Drawn]:
        dice = np.random.default_rng([self.world.seed, 500, day, stream])
        drawn: list[_Drawn] = []
        kinds, chances = self._chances(day)
        count = int(dice.poisson(A_DAY * self.world.people / 100_000 * chances.sum() * _week(day)))
        for _ in range(min(count, MOST_IN_A_DAY)):
            kind = kinds[int(dice.choice(len(kinds), p=chances / chances.sum()))]
            at = self._moment(kind, day, dice)
            address = self.world.addresses[int(dice.integers(len(self.world.addresses)))]
            what = kind.what[int(dice.integers(len(kind.what)))]
            for person in range(self._people(kind, dice)):
                later = 0 if person == 0 else int(dice.exponential(2_700)) + 120
                drawn.append(_Drawn(kind, address, what, at + later))
        end = (day + 1) * DAY - ZONE - 1
        drawn.sort(key=lambda one: one.at)  # stable: of one second, as they were drawn
        first = (day * STREAMS + stream) * MOST_IN_A_DAY
        turns = day * max(USUAL_IN_A_DAY, int(A_DAY * 6 * self.world.people / 100_000))
        salt = self.world.seed + 7_919 * stream
        return [
            self._said(one, min(one.at, end), first + n, turns + n, salt) for n, one in enumerate(drawn[:MOST_IN_A_DAY])
        ]

    def _chances(self, day: int) -> tuple[Sequence[Kind], np.ndarray]:
        """How likely each kind is: rain brings floods and fallen trees."""
        utc = day - 1 if ZONE else day
        wet = max(float(self.weather.day(one).street.max()) for one in (utc, day))
        total = sum(kind.weight for kind in words().kinds)
        weights = [kind.weight + kind.rain * min(wet / 25, 2.0) for kind in words().kinds]
        return words().kinds, np.array(weights) / total

    def _moment(self, kind: Kind, day: int, dice: np.random.Generator) -> int:
        hours = np.array(words().hours[kind.hours], dtype=np.float64)
        hour = int(dice.choice(24, p=hours / hours.sum()))
        return day * DAY - ZONE + hour * 3_600 + int(dice.integers(3_600))

    def _people(self, kind: Kind, dice: np.random.Generator) -> int:
        """How many report the same: mostly one, of a flood or a burst pipe more."""
        many = 0.4 if kind.since == "short" and kind.picture in ("flood", "water", "tree") else 0.13
        several = 1 + int(dice.geometric(0.55))
        return several if dice.random() < (0.0 if kind.home else many) else 1

    def _said(self, one: _Drawn, at: int, n: int, turn: int, salt: int) -> _Drawn:
        """The sentences of the n-th report; `turn` counts those of its stream, so that each has words of its own."""
        dice = np.random.default_rng([self.world.seed, 501, n])
        channel = "hotline" if one.kind.type.startswith("hotline.") else str(dice.choice(NAMES, p=SHARES))
        by_grid = channel == "grid"
        said = [where_and_what(one.kind, one.address, one.what, turn, salt, by_grid=by_grid)]
        if dice.random() < (0.55 if by_grid else 0.8):
            said.append(more(one.kind, turn, salt + 1))
        if dice.random() < 0.72:
            voice = "grid" if by_grid else VOICES[int(dice.choice(4, p=VOICE_SHARES))]
            said.append(request(voice, turn, salt + 2))
        if not by_grid and dice.random() < 0.08:
            place = int(dice.integers(len(said)))
            said[place] = with_typo(said[place], float(dice.random()))
        parts = [part for text in said for part in sentences(wide(text))]
        return _Drawn(one.kind, one.address, one.what, at, n, channel, parts)

    def _finished(self, drawn: _Drawn, said: list[str]) -> Report:
        dice, kind, channel = np.random.default_rng([self.world.seed, 502, drawn.n]), drawn.kind, drawn.channel
        row: dict[str, Any] = {
            "kind": channel,
            "source": SOURCE_OF[channel],
            "source_id": f"HJ{drawn.n}",
            "occurred_at": datetime.fromtimestamp(drawn.at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
            "text": "".join(said),
            **self._place(drawn, channel, dice),
            **self._kind_said(kind, channel, dice),
        }
        if channel != "grid":
            row["reporter"] = {"phone": f"154{int(dice.integers(10**8)):08d}"}
        return Report(drawn.at, row, channel, drawn.address.community_code, kind.picture if channel == "app" else "")

    def _place(self, drawn: _Drawn, channel: str, dice: np.random.Generator) -> dict[str, Any]:
        """A phone gives a point, a call an address; some are wrong, and some callers do not say where they are."""
        here = drawn.address
        wrong = dice.random() < 0.03 and channel != "grid"
        if wrong:
            here = self.world.addresses[int(dice.integers(len(self.world.addresses)))]
        text = f"{here.county}{here.street}{here.road}{here.number}号"
        if channel == "hotline" and dice.random() < 0.35:
            return {} if dice.random() < 0.12 else {"address": text, "region": here.community_code}
        spread = 9.0 if channel == "grid" else 22.0
        east, north = dice.normal(0, spread, 2) / METRES
        lon, lat = here.lon + east / 0.8576, here.lat + north  # cos 30.95°
        return {"lon": round(lon, 6), "lat": round(lat, 6), "precision_m": round(spread * 1.5), "address": text}

    def _kind_said(self, kind: Kind, channel: str, dice: np.random.Generator) -> dict[str, Any]:
        """Clerks and grid workers name the kind, mostly the right one; of citizens many leave that to the city."""
        chance = dice.random()
        if chance < {"hotline": 0.12, "app": 0.45, "grid": 0.02}[channel]:
            return {}
        if dice.random() < 0.035:
            kind = words().kinds[int(dice.integers(len(words().kinds)))]
        return {"case_type": kind.type}


def _week(day: int) -> float:
    return 0.82 if (day + 3) % 7 in (5, 6) else 1.07
