"""Stored values over a span of time: many indicators of many places at once, and what adds up over several periods."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from citybrain.applications.operations.indicators import reading
from citybrain.applications.operations.indicators.evaluating import begin_of, moment_of, next_begin
from citybrain.applications.operations.indicators.judging import level_of
from citybrain.applications.operations.indicators.manifest import IndicatorDefinition, Period
from citybrain.applications.operations.indicators.queries.numbers import FIELDS, READ, data_folder, indicators, value_of
from citybrain.applications.operations.indicators.types import Dimension, Measured, Value
from citybrain.base.accounts import Viewer
from citybrain.base.conditions.sql import to_sql

SUMMED, WEIGHTED, EXTREME = ("count", "sum"), ("ratio", "mean"), {"max": max, "min": min}
ADDING_UP = frozenset({*SUMMED, *WEIGHTED, *EXTREME})
"""Ways of adding up whose values of several periods give the value of them together; a median's do not."""


@dataclass(frozen=True)
class Added:
    """What the values of several periods come to."""

    value: float | None
    rows: int
    level: str | None


def span_of(period: Period, moment: datetime, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """Begin and end of the period of the city's calendar that a moment lies in."""
    begin = begin_of(period, moment, zone)
    return moment_of(begin, zone), moment_of(next_begin(period, begin), zone)


def values_between(
    viewer: Viewer, keys: Collection[str], *, dimension: Dimension, codes: Collection[str], since: datetime,
    until: datetime, known_at: datetime | None = None,
) -> dict[tuple[str, str], Measured]:  # fmt: skip
    """By indicator and place the values of the periods that lie within [since, until], the oldest first; one query.

    Places beyond the viewer's reach, and indicators that nobody declares, are left out.
    """
    rows = {row.key: row for row in indicators(viewer).filter(key__in=sorted(keys))}
    reach, bound = to_sql(
        viewer.reach(READ, fields=FIELDS),
        {"region_path": "''", "organisation_path": "''", f"{dimension}_path": "path"},
    )
    where = (
        'dimension = ? AND start >= ? AND "end" <= ? AND indicator IN (SELECT unnest(?))'
        f" AND code IN (SELECT unnest(?)) AND ({reach})"
    )
    parameters = [dimension, since, until, sorted(rows), sorted(codes), *bound]
    found: dict[tuple[str, str], Measured] = {}
    for one in reading.ask(data_folder(), where, parameters, rest="ORDER BY indicator, code, start", known_at=known_at):
        row, place = rows[one["indicator"]], (one["indicator"], one["code"])
        if place not in found:
            found[place] = Measured(row.key, row.pack, reading.definition_of(row), dimension, one["code"])
        found[place].values.append(value_of(found[place].definition, one))
    return found


def added_up(definition: IndicatorDefinition, values: Sequence[Value]) -> Added:
    """The values of several periods as one: counts and sums added, ratios and means as the ratio of their sums.

    Raises ValueError where they do not add up (a median). The level is that of the limits, which are those of one
    period: a sum over several has none.
    """
    rows = sum(one.rows for one in values)
    numbers = [one.value for one in values if one.value is not None]
    how = definition.aggregate
    if how not in ADDING_UP:
        raise ValueError(f"values of {how} do not add up")
    if not numbers:
        return Added(None, rows, None)
    if how in SUMMED:
        return Added(sum(numbers), rows, None)
    if how in EXTREME:
        value: float | None = EXTREME[how](numbers)
    else:
        counted = [one for one in values if one.numerator is not None and one.denominator]
        below = sum(one.denominator or 0 for one in counted)
        value = float(definition.scale) * sum(one.numerator or 0 for one in counted) / below if below else None
    return Added(value, rows, level_of(definition, value))
