"""What the devices of the city measure: each property as a function of the device, the moment, and the weather."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from citybrain.lab.life.dice import Floats, Ints, bell, drifting, uniform
from citybrain.lab.life.weather import DAY, ZONE, Weather

HOUR = 3_600


@dataclass(frozen=True)
class Asked:
    """Devices (their number and nature, 0 to 1) and moments, in parallel, of one property."""

    seed: int
    device: Ints
    nature: Floats
    at: Ints
    weather: Weather

    @property
    def hour(self) -> Floats:
        """Local time of day in hours."""
        return ((self.at + ZONE) % DAY) / HOUR

    @property
    def day(self) -> Ints:
        """Local day since 1970."""
        return (self.at + ZONE) // DAY

    @property
    def is_weekend(self) -> np.ndarray:
        return np.isin((self.day + 3) % 7, (5, 6))  # 1 January 1970 was a Thursday

    def noise(self, what: int) -> Floats:
        return bell(self.seed, what, self.device, self.at)

    def slowly(self, what: int, period: int) -> Floats:
        return drifting(self.seed, what, self.at, period)


Measure = Callable[[Asked], Floats]


@dataclass(frozen=True)
class Property:
    """A property that is reported every `period` seconds, with so many decimals."""

    name: str
    period: int
    decimals: int
    measure: Measure
    least: float = 0.0
    most: float = float("inf")


def peak(hour: Floats, at: float, width: float) -> Floats:
    """A bump of height 1 at an hour of the day."""
    off = np.minimum(np.abs(hour - at), 24 - np.abs(hour - at))
    return np.asarray(np.exp(-((off / width) ** 2)))


def rush(a: Asked) -> Floats:
    return np.where(a.is_weekend, 0.45, 1.0) * (peak(a.hour, 8, 1.1) + 0.9 * peak(a.hour, 18, 1.4))


# --- air -----------------------------------------------------------------------------------------------------------


def _dirt(a: Asked) -> Floats:
    """How much the air holds: more in winter and when it stands still, less after rain."""
    winter = 0.75 + 0.45 * np.cos(2 * np.pi * ((a.at / DAY) % 365.2425 - 15) / 365.2425)
    still = 0.55 + 1.5 * a.slowly(301, 5 * DAY // 2) ** 2
    washed = np.exp(-a.weather.at("ground", a.at) / 35)
    return np.asarray(winter * still * washed)


def pm25(a: Asked) -> Floats:
    return _dirt(a) * (52 + 14 * rush(a) + 30 * (a.nature - 0.5)) * (1 + 0.07 * a.noise(302)) + 4


def pm10(a: Asked) -> Floats:
    return pm25(a) * (1.45 + 0.3 * a.nature) + 9 * (1 + 0.2 * a.noise(303))


def so2(a: Asked) -> Floats:
    return _dirt(a) * (8 + 4 * a.nature) * (1 + 0.15 * a.noise(304))


def no2(a: Asked) -> Floats:
    return _dirt(a) * (24 + 30 * rush(a) * (0.5 + a.nature)) * (1 + 0.1 * a.noise(305))


def co(a: Asked) -> Floats:
    return _dirt(a) * (0.6 + 0.5 * rush(a)) * (1 + 0.1 * a.noise(306))


def o3(a: Asked) -> Floats:
    """Sun and heat make it, traffic near the station eats it."""
    sun = np.clip(np.sin(np.pi * (a.hour - 6.5) / 13.5), 0, 1) * (1 - 0.75 * a.weather.at("cloud", a.at))
    heat = np.clip(a.weather.at("temperature", a.at) / 30, 0.15, 1.4)
    return 22 + sun * heat**1.5 * (165 + 40 * a.slowly(307, 2 * DAY)) * (1.1 - 0.3 * a.nature) + 4 * a.noise(308)


def temperature(a: Asked) -> Floats:
    return a.weather.at("temperature", a.at) + 1.6 * (a.nature - 0.5) + 0.15 * a.noise(309)


def pressure(a: Asked) -> Floats:
    return 1014 - 0.45 * (a.weather.at("temperature", a.at) - 16) + 10 * (a.slowly(310, 2 * DAY) - 0.5)


def dew_point(a: Asked) -> Floats:
    return a.weather.at("temperature", a.at) - 12 + 10 * a.weather.at("cloud", a.at) + 0.2 * a.noise(311)


def wind_speed(a: Asked) -> Floats:
    return a.weather.at("wind", a.at) * (0.8 + 0.4 * a.nature) * (1 + 0.2 * a.noise(312))


def rain_of_the_hour(a: Asked) -> Floats:
    return a.weather.at("rain", a.at) * local_rain(a)


# --- roads ---------------------------------------------------------------------------------------------------------


def _jam(a: Asked) -> Floats:
    """How bad the rush is at this detector on this day: mostly mild, now and then a standstill."""
    half = (a.hour > 13).astype(np.int64)
    luck = uniform(a.seed, 320, a.device, a.day, half)
    prone = 0.25 + 0.35 * a.nature
    wet = np.clip(a.weather.at("street", a.at) / 18, 0, 0.5)
    return np.asarray(np.where(luck > 0.991, 1.25, prone * (0.6 + 0.4 * luck)) * rush(a) + wet * 0.6)


def speed(a: Asked) -> Floats:
    free = 62 + 26 * uniform(a.seed, 321, a.device)
    return free * np.clip(1 - 0.72 * _jam(a), 0.09, 1) * (1 + 0.035 * a.noise(322))


def flow(a: Asked) -> Floats:
    night = 0.08 + 0.5 * peak(a.hour, 13.5, 5.5) + rush(a)
    full = 1 - 0.45 * np.clip(_jam(a) - 0.6, 0, 0.7)
    return (500 + 1_300 * a.nature) * night * full * (1 + 0.06 * a.noise(323))


def occupancy(a: Asked) -> Floats:
    return np.clip(flow(a) / np.maximum(speed(a), 4) * 0.55, 0, 95)


# --- water ---------------------------------------------------------------------------------------------------------


def local_rain(a: Asked) -> Floats:
    """A cloud does not rain alike everywhere: a factor for each gauge that wanders."""
    return 0.65 + 0.7 * drifting(a.seed, a.device + 330_000, a.at, 5_400)


def rain(a: Asked) -> Floats:
    return a.weather.at("rain", a.at) * local_rain(a) / 12


def ponding(a: Asked) -> Floats:
    """Only low places flood, and only once the drains no longer swallow the rain."""
    low = np.clip((a.nature - 0.55) / 0.45, 0, 1)
    return np.maximum(0, a.weather.at("street", a.at) * (0.35 + 1.5 * low) - 11) * np.where(low > 0, 1, 0.15)


def fill(a: Asked) -> Floats:
    day = 18 + 8 * peak(a.hour, 7.5, 2) + 11 * peak(a.hour, 20, 2.5) + 12 * a.nature
    storm = a.weather.at("street", a.at) * (0.7 + 2.0 * a.nature**3) + a.weather.at("ground", a.at) * 0.12
    return (day + storm) * (1 + 0.03 * a.noise(331))


def pipe_depth(a: Asked) -> Floats:
    return fill(a) / 100 * (0.6 + np.round(uniform(a.seed, 332, a.device) * 4) * 0.2)


def river_level(a: Asked) -> Floats:
    season = 44.6 + 1.6 * np.sin(2 * np.pi * ((a.at / DAY) % 365.2425 - 105) / 365.2425)
    slope = 0.9 * (0.5 - a.nature)
    return season + slope + a.weather.at("ground", a.at) * 0.022 + 0.5 * a.slowly(333, 6 * DAY) + 0.01 * a.noise(334)


# --- covers, lamps, smoke detectors --------------------------------------------------------------------------------


def tilt(a: Asked) -> Floats:
    leaning = uniform(a.seed, 340, a.device, a.at // (30 * DAY)) > 0.999
    return 0.6 + 2.2 * a.nature + 0.15 * a.noise(341) + np.where(leaning, 16.5, 0.0)


def battery(a: Asked) -> Floats:
    """Runs down over two years or so, is changed, and runs down again."""
    life = (500 + 400 * a.nature) * DAY
    return 100 - 90 * (((a.at + uniform(a.seed, 342, a.device) * life) % life) / life)


def is_lit(a: Asked) -> np.ndarray:
    """From before dusk to after dawn, an hour and a half longer in winter."""
    longer = 0.75 * np.cos(2 * np.pi * ((a.at / DAY) % 365.2425 + 10) / 365.2425)
    return np.asarray((a.hour > 18.4 - longer) | (a.hour < 5.9 + longer))


def lamp_is_dark(a: Asked) -> np.ndarray:
    """Whether the lamp has failed: one in forty within twelve days, for one to four days."""
    block = a.at // (12 * DAY)
    start = block * 12 * DAY + uniform(a.seed, 343, a.device, block, 2) * 7 * DAY
    length = (1 + 3 * uniform(a.seed, 343, a.device, block, 3)) * DAY
    has_failed = uniform(a.seed, 343, a.device, block, 1) < 0.025
    return np.asarray(has_failed & (a.at >= start) & (a.at < start + length))


def power(a: Asked) -> Floats:
    dimmed = np.where((a.hour > 0.5) & (a.hour < 5), 0.55, 1.0)
    watts = (90 + 60 * np.round(a.nature * 2)) * dimmed * (1 + 0.01 * a.noise(344))
    return np.asarray(np.where(is_lit(a) & ~lamp_is_dark(a), watts, 0.4), dtype=np.float64)


def dark(a: Asked) -> Floats:
    return np.asarray(lamp_is_dark(a) & is_lit(a), dtype=np.float64)


def leakage(a: Asked) -> Floats:
    wet = np.clip(a.weather.at("street", a.at) / 14, 0, 1)
    leaks = uniform(a.seed, 345, a.device, a.at // (8 * DAY)) > 0.9985
    return 1.5 + 2 * a.nature + wet * 2 + np.where(leaks, 34 * wet, 0)


# --- crowds --------------------------------------------------------------------------------------------------------

PLACES = 12


def density(a: Asked) -> Floats:
    """By the hour and the day, and on some evenings a festival, a match, a market that draws the city to one place."""
    place = a.device % PLACES
    busy = 0.25 + 0.55 * peak(a.hour, 12.3, 1.6) + 1.0 * peak(a.hour, 19.3, 2.0) + 0.4 * peak(a.hour, 16, 2)
    week = np.where(a.is_weekend, 1.35, 1.0)
    night = np.where((a.hour > 23) | (a.hour < 6), 0.12, 1.0)
    dry = 1 - 0.55 * np.clip(a.weather.at("rain", a.at) / 4, 0, 1)
    is_event = uniform(a.seed, 350, a.day, place) < np.where(a.is_weekend, 0.06, 0.016)
    size = 1.4 + 1.3 * uniform(a.seed, 351, a.day, place)
    event = np.where(is_event, size * peak(a.hour, 20, 1.1) * (0.7 + 0.5 * a.nature), 0.0)
    usual = (0.25 + 0.75 * a.nature) * 0.85 * busy * week
    return np.maximum(0, (usual + event) * night * dry * (1 + 0.06 * a.noise(352)))


def people(a: Asked) -> Floats:
    return np.round(density(a) * (300 + 900 * uniform(a.seed, 353, a.device)))


MODELS: Mapping[str, tuple[Property, ...]] = {
    "environment.air_station": (
        Property("pm25", HOUR, 1, pm25), Property("pm10", HOUR, 1, pm10), Property("so2", HOUR, 1, so2),
        Property("no2", HOUR, 1, no2), Property("co", HOUR, 2, co), Property("o3", HOUR, 1, o3),
        Property("temperature", HOUR, 1, temperature, -50), Property("pressure", HOUR, 1, pressure),
        Property("dew_point", HOUR, 1, dew_point, -70, 45), Property("rain", HOUR, 1, rain_of_the_hour),
        Property("wind_speed", HOUR, 1, wind_speed),
    ),
    "traffic.road_detector": (
        Property("speed", 300, 1, speed), Property("flow", 300, 0, flow), Property("occupancy", 300, 1, occupancy),
    ),
    "drainage.pipe_gauge": (Property("depth", 900, 2, pipe_depth, 0, 14), Property("fill", 900, 1, fill, 0, 280)),
    "drainage.ponding_gauge": (Property("depth", 300, 1, ponding, 0, 400),),
    "drainage.river_gauge": (Property("level", 300, 2, river_level),),
    "drainage.rain_gauge": (Property("rain", 300, 1, rain, 0, 50),),
    "drainage.manhole_cover": (
        Property("tilt", 21_600, 1, tilt, 0, 90), Property("battery", DAY, 0, battery, 0, 100),
    ),
    "lighting.lamp_controller": (Property("power", HOUR, 1, power), Property("leakage", 6 * HOUR, 1, leakage)),
    "fire.smoke_detector": (Property("battery", 14_400, 0, battery, 0, 100),),
    "crowd.counter": (Property("people", 300, 0, people), Property("density", 300, 2, density, 0, 14)),
}  # fmt: skip
"""What is a number. Whether a cover is open, a lamp dark, or smoke in the room is told in `happenings`."""
