"""The air quality index of HJ 633—2012, hourly and daily, with its exceptions.

Concentrations are in µg/m³, carbon monoxide in mg/m³. The breakpoints are data (`hj633_2012.yaml`), so that another
edition of the standard is another file.

What the standard says and this follows:

- an individual index is interpolated between breakpoints and rounded up to an integer (§5.1);
- the AQI is the greatest individual index (§5.2); above 50 those that have it are the primary pollutants (§5.3);
  pollutants with an index above 100 exceed the standard;
- SO2, NO2 and CO have hourly breakpoints for the hourly report only (table 1, note 1);
- hourly SO2 above 800 µg/m³ has no hourly index: that of its 24 h mean is used (note 2);
- ozone as an 8 h mean above 800 µg/m³ has no index: that of its 1 h mean is used (note 3);
- an index does not go beyond 500.

Where both ozone values are given, the greater of their indices counts. Means are valid (GB 3095—2012, table 4) with 20
hourly values a day for a 24 h mean and 6 for an 8 h mean; the daily maximum of the 8 h means (HJ 663—2013) is taken
over those that end from 8:00 to 24:00 and needs 14 of them, fewer being enough once they exceed the limit of 160 µg/m³.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

HOURS_FOR_DAY, HOURS_FOR_EIGHT, EIGHTS_FOR_DAY = 20, 6, 14
OZONE_LIMIT = 160.0
PRIMARY_ABOVE, EXCEEDS_ABOVE, GREATEST = 50, 100, 500
SETTLED = 9  # decimals kept before rounding up: 50.000000000001 is 50, not 51

HOURLY = ("so2_1h", "no2_1h", "co_1h", "o3_1h", "o3_8h", "pm10_24h", "pm25_24h")
DAILY = ("so2_24h", "no2_24h", "co_24h", "o3_1h", "o3_8h", "pm10_24h", "pm25_24h")
SECOND_CHOICE = {"so2_1h": "so2_24h"}


@dataclass(frozen=True)
class AirClass:
    """A class of table 2: 1 excellent … 6 severely polluted."""

    level: int
    title: Mapping[str, str]
    colour: str


@dataclass(frozen=True)
class Aqi:
    """The index, what it was made of, and what it means; `value` is None when no pollutant could be judged."""

    value: int | None
    indices: Mapping[str, int]
    primary: tuple[str, ...]
    exceeding: tuple[str, ...]
    air_class: AirClass | None
    standard: str
    beyond: bool = False


@cache
def standard(name: str = "hj633_2012") -> Mapping[str, Any]:
    """An edition of the standard, from its file beside this one."""
    text = (Path(__file__).parent / f"{name}.yaml").read_text(encoding="utf-8")
    return dict(yaml.safe_load(text))


def individual_index(quantity: str, concentration: float) -> int | None:
    """The IAQI of one quantity (`pm25_24h`, `o3_8h` …); None where the standard gives none for so much of it.

    Raises KeyError for a quantity that table 1 does not have, ValueError for a concentration below zero.
    """
    if not concentration >= 0:
        raise ValueError(f"{quantity}: a concentration is 0 or more, not {concentration}")
    table = standard()
    breakpoints, index = table["breakpoints"][quantity], table["index"]
    if concentration > breakpoints[-1]:
        return GREATEST if len(breakpoints) == len(index) else None
    place = next(i for i in range(1, len(breakpoints)) if concentration <= breakpoints[i])
    low, high = breakpoints[place - 1], breakpoints[place]
    share = (concentration - low) / (high - low)
    found: float = index[place - 1] + share * (index[place] - index[place - 1])
    return math.ceil(round(found, SETTLED))


def hourly(concentrations: Mapping[str, float | None]) -> Aqi:
    """The AQI of an hour from `so2_1h no2_1h co_1h o3_1h o3_8h pm10_24h pm25_24h` (the last three are sliding means).

    `so2_24h` is used only where note 2 asks for it. Missing quantities are left out.
    """
    return _combine(HOURLY, concentrations)


def daily(concentrations: Mapping[str, float | None]) -> Aqi:
    """The AQI of a day from `so2_24h no2_24h co_24h pm10_24h pm25_24h` and the day's greatest `o3_1h` and `o3_8h`."""
    return _combine(DAILY, concentrations)


def _combine(quantities: Sequence[str], concentrations: Mapping[str, float | None]) -> Aqi:
    indices: dict[str, int] = {}
    beyond = False
    for quantity in quantities:
        concentration = concentrations.get(quantity)
        if concentration is None:
            continue
        index = individual_index(quantity, concentration)
        spare = SECOND_CHOICE.get(quantity)
        if index is None and spare is not None and concentrations.get(spare) is not None:
            quantity, concentration = spare, float(concentrations[spare] or 0.0)
            index = individual_index(quantity, concentration)
        if index is None:
            continue
        beyond |= concentration > standard()["breakpoints"][quantity][-1]
        pollutant = quantity.split("_")[0]
        indices[pollutant] = max(index, indices.get(pollutant, 0))
    if not indices:
        return Aqi(None, {}, (), (), None, standard()["standard"])
    value = max(indices.values())
    primary = tuple(name for name, index in indices.items() if index == value) if value > PRIMARY_ABOVE else ()
    exceeding = tuple(name for name, index in indices.items() if index > EXCEEDS_ABOVE)
    return Aqi(value, indices, primary, exceeding, class_of(value), standard()["standard"], beyond)


def class_of(value: int) -> AirClass:
    """The class of table 2 that an index belongs to."""
    found = next(one for one in standard()["classes"] if value <= one["up_to"])
    return AirClass(found["level"], found["title"], found["colour"])


def day_mean(hours: Sequence[float | None]) -> float | None:
    """The mean of 24 hourly values, None where fewer than 20 are known."""
    return _mean(hours, HOURS_FOR_DAY)


def sliding_mean(hours: Sequence[float | None], window: int) -> float | None:
    """The mean of the last `window` hourly values (8 or 24), None where too few of them are known."""
    return _mean(hours[-window:], HOURS_FOR_EIGHT if window == 8 else HOURS_FOR_DAY)


def greatest_eight_hour_mean(day: Sequence[float | None]) -> float | None:
    """The greatest 8 h mean of ozone that ends from 8:00 to 24:00, from the 24 hourly values of a day.

    The value of hour 0 is the mean from 0:00 to 1:00. None where fewer than 14 means are valid, unless they exceed
    the limit.
    """
    means = [mean for end in range(8, 25) if (mean := _mean(day[end - 8 : end], HOURS_FOR_EIGHT)) is not None]
    if not means or (len(means) < EIGHTS_FOR_DAY and max(means) <= OZONE_LIMIT):
        return None
    return max(means)


def day_quantities(hours: Mapping[str, Sequence[float | None]]) -> dict[str, float | None]:
    """What `daily` takes, from 24 hourly values of each pollutant (`pm25 pm10 so2 no2 co o3`)."""
    quantities = {
        f"{name}_24h": day_mean(hours[name]) for name in ("pm25", "pm10", "so2", "no2", "co") if name in hours
    }
    if "o3" in hours:
        known = [value for value in hours["o3"] if value is not None]
        quantities["o3_8h"] = greatest_eight_hour_mean(hours["o3"])
        quantities["o3_1h"] = max(known) if len(known) >= HOURS_FOR_DAY else None
    return quantities


def _mean(values: Sequence[float | None], needed: int) -> float | None:
    known = [value for value in values if value is not None]
    return math.fsum(known) / len(known) if len(known) >= needed else None
