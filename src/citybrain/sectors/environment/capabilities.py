"""What the environment pack can work out: the air quality index of an hour or a day, and of a day from its hours."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from citybrain.base.errors import BadInput
from citybrain.hubs.intelligence.capabilities import capability
from citybrain.sectors.environment import aqi

Concentration = Annotated[float, Field(ge=0, le=100_000, allow_inf_nan=False)]
Pollutant = Literal["pm25", "pm10", "so2", "no2", "co", "o3"]
POLLUTANTS: tuple[Pollutant, ...] = ("pm25", "pm10", "so2", "no2", "co", "o3")
SOURCE = "HJ 633—2012, GB 3095—2012, HJ 663—2013"
QUANTITIES = {
    "hour": {"pm25": "pm25_24h", "pm10": "pm10_24h", "so2": "so2_1h", "no2": "no2_1h", "co": "co_1h",
             "o3": "o3_1h", "o3_8h": "o3_8h", "so2_24h": "so2_24h"},
    "day": {"pm25": "pm25_24h", "pm10": "pm10_24h", "so2": "so2_24h", "no2": "no2_24h", "co": "co_24h",
            "o3": "o3_1h", "o3_8h": "o3_8h"},
}  # fmt: skip
"""Which quantity of the standard's table a field of the input is."""


class Given(BaseModel):
    model_config = ConfigDict(extra="forbid")


class AqiInput(Given):
    """Concentrations in µg/m³, CO in mg/m³. What is not known is left out.

    `hour`: means of one hour. Particles have no hourly limits: give the moving 24-hour mean, as the standard asks, or
    the hour's own mean, as the public real-time index does. `so2_24h` is used where an hourly SO2 is above 800.
    `day`: 24-hour means; `o3` and `o3_8h` are the day's greatest 1-hour and 8-hour mean.
    """

    period: Literal["hour", "day"]
    pm25: Concentration | None = None
    pm10: Concentration | None = None
    so2: Concentration | None = None
    no2: Concentration | None = None
    co: Concentration | None = None
    o3: Concentration | None = None
    o3_8h: Concentration | None = None
    so2_24h: Concentration | None = None


class AqiOutput(BaseModel):
    """The index and its class, the individual indices, and which pollutants have none or were not given."""

    aqi: int
    level: int
    title: dict[str, str]
    colour: str
    primary: list[str]
    exceeding: list[str]
    beyond_scale: bool
    indices: dict[str, int]
    not_indexed: list[str]
    missing: list[str]
    standard: str


class Hour(Given):
    """Hourly means; what was not measured is left out."""

    pm25: Concentration | None = None
    pm10: Concentration | None = None
    so2: Concentration | None = None
    no2: Concentration | None = None
    co: Concentration | None = None
    o3: Concentration | None = None


class DayInput(Given):
    """The 24 hours of a day in the city's time; the first one runs from 0:00 to 1:00."""

    hours: Annotated[list[Hour | None], Field(min_length=24, max_length=24)]


class DayOutput(BaseModel):
    """The day's means (null: too few hours for it to count) and the index of what counts; null when nothing does."""

    means: dict[str, float | None]
    hours: dict[str, int]
    index: AqiOutput | None


@capability(
    "environment.aqi",
    version="1.0.0",
    title={"zh": "空气质量指数(AQI)与分指数", "en": "Air quality index (AQI) and individual indices"},
    input=AqiInput,
    output=AqiOutput,
    source=SOURCE,
)
def work_out_aqi(given: AqiInput) -> AqiOutput:
    """The index of one hour or one day. Raises BadInput `environment.no_index` when nothing can be indexed."""
    names = QUANTITIES[given.period]
    known = {name: value for name in names if (value := getattr(given, name)) is not None}
    judge = aqi.hourly if given.period == "hour" else aqi.daily
    return _shown(judge({names[name]: value for name, value in known.items()}), set(known))


def _shown(air: aqi.Aqi, known: set[str]) -> AqiOutput:
    if air.value is None or air.air_class is None:
        raise BadInput("environment.no_index", needed=", ".join(POLLUTANTS))
    given = {name.split("_")[0] for name in known - {"so2_24h"}}
    return AqiOutput(
        aqi=air.value,
        level=air.air_class.level,
        title=dict(air.air_class.title),
        colour=air.air_class.colour,
        primary=list(air.primary),
        exceeding=list(air.exceeding),
        beyond_scale=air.beyond,
        indices=dict(air.indices),
        not_indexed=sorted(given.difference(air.indices)),
        missing=[name for name in POLLUTANTS if name not in given],
        standard=air.standard,
    )


@capability(
    "environment.aqi_of_day",
    version="1.0.0",
    title={"zh": "由小时值计算空气质量日报", "en": "Daily air quality report from hourly means"},
    input=DayInput,
    output=DayOutput,
    source=SOURCE,
)
def work_out_day(given: DayInput) -> DayOutput:
    """The means of a day, which of them count, and the daily index of those."""
    series: dict[str, list[float | None]] = {
        name: [getattr(hour, name) if hour else None for hour in given.hours] for name in POLLUTANTS
    }
    means = aqi.day_quantities(series)
    air = aqi.daily(means)
    counts = {name: sum(value is not None for value in values) for name, values in series.items()}
    known = {name for name, value in means.items() if value is not None}
    return DayOutput(means=means, hours=counts, index=None if air.value is None else _shown(air, known))
