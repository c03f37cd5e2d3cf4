"""The weather of the simulated city, and the water that stays after rain, in slots of five minutes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from citybrain.lab.life.dice import Floats, Ints, drifting, uniform

DAY, SLOT, SLOTS = 86_400, 300, 288
ZONE = 8 * 3_600  # China keeps one time without summer time
STORM_EVERY, SHOWER_EVERY = 4 * DAY, 12 * 3_600
RAIN, STORM, CLOUD, HEAT, WIND, SHOWER = 101, 102, 103, 104, 105, 106
BACK = 3  # days of rain that the ground remembers


@dataclass(frozen=True)
class Day:
    """One day (UTC) in 288 slots: rain in mm/h, degrees, cloud 0 to 1, wind in m/s, and water left in mm.

    `street` runs off within the hour, `ground` within days.
    """

    rain: Floats
    temperature: Floats
    cloud: Floats
    wind: Floats
    street: Floats
    ground: Floats


class Weather:
    """The weather of one seed; a day is worked out once and always from the same days before it."""

    def __init__(self, seed: int):
        self.seed = seed
        self.day: Callable[[int], Day] = lru_cache(maxsize=8)(self._day)

    def at(self, name: str, at: Ints) -> Floats:
        """One quantity at many moments (seconds since 1970)."""
        found = np.empty(len(at))
        days = at // DAY
        for day in np.unique(days).tolist():
            mine = days == day
            found[mine] = getattr(self.day(day), name)[(at[mine] - day * DAY) // SLOT]
        return found

    def _day(self, day: int) -> Day:
        slots = np.arange((day - BACK) * DAY, (day + 1) * DAY, SLOT, dtype=np.int64)
        rain = self._rain(slots)
        fallen = rain * SLOT / 3_600
        street = np.convolve(fallen, np.exp(-np.arange(SLOTS) * SLOT / 3_000))[: len(slots)]
        ground = np.convolve(fallen, np.exp(-np.arange(SLOTS * 2) * SLOT / 50_000))[: len(slots)]
        today = slots[-SLOTS:]
        cloud = np.clip(drifting(self.seed, CLOUD, today, 30_000) * 1.3 - 0.2 + rain[-SLOTS:] / 4, 0, 1)
        wind = 1.2 + 3.5 * drifting(self.seed, WIND, today, 21_600) ** 2 + rain[-SLOTS:] / 12
        heat = self._temperature(today, cloud) - np.minimum(rain[-SLOTS:], 10) * 0.25
        return Day(rain[-SLOTS:], heat, cloud, wind, street[-SLOTS:], ground[-SLOTS:])

    def _rain(self, at: Ints) -> Floats:
        """A storm every few days, mostly after noon, and showers between."""
        return self._falls(at, STORM, STORM_EVERY, 1.0, (5_400, 12_600), (26.0, 58.0)) + self._falls(
            at, SHOWER, SHOWER_EVERY, 0.2, (7_200, 30_000), (0.4, 5.0)
        )

    def _falls(
        self, at: Ints, what: int, every: int, chance: float, lasts: tuple[int, int], peaks: tuple[float, float]
    ) -> Floats:
        blocks = np.arange(at[0] // every - 1, at[-1] // every + 1)
        start = blocks * every + uniform(self.seed, what, blocks, 1) * every
        if what == STORM:  # on one of the four days, between noon and nine in the evening
            day = np.floor(uniform(self.seed, what, blocks, 1) * 4)
            start = blocks * every + day * DAY - ZONE + (12 + 9 * uniform(self.seed, what, blocks, 2)) * 3_600
        length = lasts[0] + uniform(self.seed, what, blocks, 3) * (lasts[1] - lasts[0])
        peak = peaks[0] + uniform(self.seed, what, blocks, 4) ** 2 * (peaks[1] - peaks[0])
        peak = np.where(uniform(self.seed, what, blocks, 5) < chance, peak, 0.0)
        share = (at[:, None] - start[None, :]) / length[None, :]
        falling = np.where((share > 0) & (share < 1), np.sin(np.pi * np.clip(share, 0, 1)) ** 2 * peak[None, :], 0.0)
        return np.asarray(falling.sum(1))

    def _temperature(self, at: Ints, cloud: Floats) -> Floats:
        """As on the plain of Hubei: 4 °C in January, 29 °C in July, colder at night, some days warmer than others."""
        year = 2 * np.pi * ((at / DAY) % 365.2425 - 110) / 365.2425
        hour = ((at + ZONE) % DAY) / 3_600
        swing = (6.5 - 4.0 * cloud) * np.cos(2 * np.pi * (hour - 14.5) / 24)
        return np.asarray(16.8 + 12.4 * np.sin(year) + swing + 6 * (drifting(self.seed, HEAT, at, 3 * DAY) - 0.5))
