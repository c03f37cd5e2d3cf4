"""On which side of its thresholds a number stands."""

from __future__ import annotations

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


def spelled(definition: IndicatorDefinition, value: float) -> str:
    """The number as people read it, with its unit."""
    return f"{value:,.{definition.decimals}f} {definition.unit.zh}"
