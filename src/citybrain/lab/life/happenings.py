"""What devices tell at once, in yes and no: a cover lifted, smoke in a kitchen, a lamp dark; and that all is well."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from citybrain.lab.life.dice import Floats, Ints, uniform
from citybrain.lab.life.sensors import HOUR, Asked, is_lit, lamp_is_dark
from citybrain.lab.life.weather import DAY, ZONE, Weather

Rows = tuple[Ints, Ints, Floats]
"""Device, moment, 0 or 1."""


@dataclass(frozen=True)
class Happening:
    """Now and then it is true for a while; every `period` seconds the device says how it stands."""

    property: str
    period: int
    chance: float  # in a day
    shortest: int
    longest: int
    hours: tuple[float, float]  # when it begins, local time


HAPPENINGS = {
    "drainage.manhole_cover": Happening("open", 21_600, 1 / 1_000, 1_200, 9_000, (6.0, 22.0)),
    "fire.smoke_detector": Happening("smoke", 14_400, 1 / 700, 300, 1_500, (6.0, 21.0)),
}


def intervals(h: Happening, seed: int, what: int, device: Ints, day: Ints) -> tuple[Floats, Floats, np.ndarray]:
    """Begin, end, and whether it happens at all, for each device on each local day."""
    first, last = h.hours
    begin = day * DAY - ZONE + (first + (last - first) * uniform(seed, what, device, day, 2)) * HOUR
    length = h.shortest + (h.longest - h.shortest) * uniform(seed, what, device, day, 3)
    return np.floor(begin), np.floor(begin + length), uniform(seed, what, device, day, 1) < h.chance


def happenings(h: Happening, seed: int, what: int, device: Ints, nature: Floats, after: int, until: int) -> Rows:
    """Rows after a moment and up to another: each beginning and end at once, and the regular word that all is well."""
    parts = [_regular(h, seed, what, device, nature, after, until)]
    days = np.arange((after + ZONE) // DAY - 1, (until + ZONE) // DAY + 1)
    who, day = (one.ravel() for one in np.meshgrid(device, days, indexing="ij"))
    begin, end, is_real = intervals(h, seed, what, who, day)
    for moment, value in ((begin, 1.0), (end, 0.0)):
        mine = is_real & (moment > after) & (moment <= until)
        parts.append((who[mine], moment[mine].astype(np.int64), np.full(int(mine.sum()), value)))
    return _joined(parts)


def _regular(h: Happening, seed: int, what: int, device: Ints, nature: Floats, after: int, until: int) -> Rows:
    who, at = regular(device, nature, h.period, after, until)
    day = (at + ZONE) // DAY
    value = np.zeros(len(at))
    for back in (0, 1):
        begin, end, is_real = intervals(h, seed, what, who, day - back)
        value[is_real & (begin <= at) & (at < end)] = 1.0
    return who, at, value


def regular(device: Ints, nature: Floats, period: int, after: int, until: int) -> tuple[Ints, Ints]:
    """Who reports when within (after, until]: each device at its own second of the period."""
    offset = np.floor(nature * period).astype(np.int64)
    first = (after - offset) // period + 1
    count = (until - offset) // period - first + 1
    who = np.repeat(np.arange(len(device)), count)
    step = np.arange(int(count.sum())) - np.repeat(np.cumsum(count) - count, count)
    return device[who], (first[who] + step) * period + offset[who]


def lamps(seed: int, device: Ints, nature: Floats, weather: Weather, after: int, until: int) -> Rows:
    """A dark lamp says so every hour of the night; a good one says once in the evening that it is lit."""
    who, at = regular(device, nature, HOUR, after, until)
    natures = np.interp(who, device, nature)
    asked = Asked(seed, who, natures, at, weather)
    dark = lamp_is_dark(asked)
    evening = np.abs(asked.hour - 20.5) <= 0.5
    told = (dark & is_lit(asked)) | evening
    return who[told], at[told], dark[told].astype(np.float64)


def _joined(parts: list[Rows]) -> Rows:
    who, at, value = (np.concatenate(column) for column in zip(*parts, strict=True))
    return who, at, value
