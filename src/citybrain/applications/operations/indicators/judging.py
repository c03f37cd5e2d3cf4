"""On which side of its thresholds a number stands, and whether a change is for the better."""

from __future__ import annotations

from typing import Literal

from citybrain.applications.operations.indicators.manifest import IndicatorDefinition
from citybrain.applications.operations.indicators.models import Standing

Level = Standing.Level
WORSE = {Level.NORMAL: 0, Level.WARN: 1, Level.ALARM: 2}


def level_of(definition: IndicatorDefinition, value: float | None) -> Level | None:
    """Normal, warn or alarm; None for a number without thresholds, or no number."""
    limits = definition.thresholds
    if limits is None or value is None:
        return None
    if limits.alarm is not None and _beyond(definition, value, limits.alarm):
        return Level.ALARM
    if limits.warn is not None and _beyond(definition, value, limits.warn):
        return Level.WARN
    return Level.NORMAL


def _beyond(definition: IndicatorDefinition, value: float, limit: float) -> bool:
    return value < limit if definition.direction == "up" else value > limit


def is_same(definition: IndicatorDefinition, delta: float) -> bool:
    """Whether a change is too small to be seen in the number as it is written."""
    return abs(delta) < 0.5 * 10.0**-definition.decimals


def change_of(definition: IndicatorDefinition, delta: float) -> Literal["same", "better", "worse"] | None:
    """Whether a change is for the better; None where there is no better."""
    if definition.direction == "none":
        return None
    if is_same(definition, delta):
        return "same"
    return "better" if (delta > 0) == (definition.direction == "up") else "worse"


def spelled(definition: IndicatorDefinition, value: float, language: Literal["zh", "en"] = "zh") -> str:
    """The number as people read it, with its unit."""
    return f"{value:,.{definition.decimals}f} {getattr(definition.unit, language)}"
