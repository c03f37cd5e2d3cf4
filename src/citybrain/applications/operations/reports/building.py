"""The content of reports: stored values of a period put into the sections of a plan. Nothing is computed anew."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from citybrain.applications.operations.indicators import queries as indicators
from citybrain.applications.operations.indicators.judging import change_of, is_same
from citybrain.applications.operations.indicators.manifest import IndicatorDefinition
from citybrain.applications.operations.indicators.types import Dimension, Measured, Value
from citybrain.applications.operations.reports.manifest import (
    AnySection,
    FiguresSection,
    Over,
    RankingSection,
    ReportDefinition,
    TrendSection,
    indicators_of,
)
from citybrain.applications.operations.reports.types import Content, Place, Span
from citybrain.base.accounts import Viewer
from citybrain.base.places.queries import city

Row = dict[str, Any]
Values = Mapping[tuple[str, str], Measured]
LENGTH = {
    "hour": timedelta(hours=1), "day": timedelta(days=1), "week": timedelta(days=7), "month": timedelta(days=31),
}  # fmt: skip


@dataclass(frozen=True)
class Material:
    """What the reports of one plan and period are made from: declarations, values, and the parts of each place."""

    told: Mapping[str, IndicatorDefinition]
    values: Values
    trends: Values
    parts: Mapping[str, list[Place]]
    span: Span
    before: Span
    zone: str
    is_simulated: bool


def gather(
    viewer: Viewer, plan: ReportDefinition, dimension: Dimension, places: Sequence[Place],
    parts: Mapping[str, list[Place]], span: Span, known_at: datetime,
) -> Material:  # fmt: skip
    """All values for all these places, as known at that moment, in two queries however many places there are."""
    here = city()
    sections = plan.sections_of(dimension)
    keys = sorted({key for one in sections for key in indicators_of(one)})
    told = indicators.definitions(keys)
    before = Span(*indicators.span_of(plan.period, span.start - timedelta(seconds=1), here.zone))
    codes = sorted({one.code for one in places} | {one.code for group in parts.values() for one in group})
    common: Any = {"dimension": dimension, "known_at": known_at, "until": span.end}
    values = indicators.values_between(viewer, keys, codes=codes, since=before.start, **common)
    trends: Values = {}
    if lines := {key: one.points for one in sections if isinstance(one, TrendSection) for key in one.indicators}:
        reach = max((LENGTH[told[key].period] * points for key, points in lines.items() if key in told),
                    default=timedelta())  # fmt: skip
        own = sorted(one.code for one in places)
        trends = indicators.values_between(viewer, sorted(lines), codes=own, since=span.end - reach, **common)
    return Material(told, values, trends, parts, span, before, here.time_zone, here.is_simulated)


def content_of(plan: ReportDefinition, place: Place, material: Material) -> Content:
    """Everything that is printed in the report of one place."""
    sections = [_section(one, place, material) for one in plan.sections_of(place.dimension)]
    return {
        "title": plan.title.model_dump(), "about": plan.about.model_dump() if plan.about else None,
        "period": plan.period, "start": iso(material.span.start), "end": iso(material.span.end),
        "zone": material.zone, "is_simulated": material.is_simulated,
        "place": {"dimension": place.dimension, "code": place.code, "name": place.name}, "sections": sections,
    }  # fmt: skip


def has_numbers(content: Content) -> bool:
    """Whether any figure of its own is there: a place where nothing is counted needs no report."""
    return any(figure["value"] is not None for figure in figures_of(content))


def figures_of(content: Content) -> Iterable[Row]:
    """Every figure of a report, in the order in which it is printed."""
    for section in content["sections"]:
        for row in section.get("rows", ()):
            yield from (row[name] for name in ("now", "before") if row.get(name))
        for line in section.get("lines", ()):
            yield from line["points"]


def own_values(content: Content) -> list[str]:
    """The ids of the values that the figures of the period are: without those before it, trends and rankings."""
    rows = (row for section in content["sections"] if section["form"] == "figures" for row in section["rows"])
    return list(dict.fromkeys(one for row in rows for one in row["now"]["values"]))


def iso(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


def value_id(key: str, dimension: str, code: str, start: datetime) -> str:
    """How the trace calls a value."""
    return f"{key}/{dimension}/{code}/{iso(start)}"


def _section(section: AnySection, place: Place, material: Material) -> Row:
    head = {"form": section.form, "title": section.title.model_dump()}
    if isinstance(section, FiguresSection):
        known = [key for key in section.indicators if key in material.told]
        return {**head, "over": section.over, "rows": [_row(key, section.over, place, material) for key in known]}
    if isinstance(section, TrendSection):
        known = [key for key in section.indicators if key in material.told]
        return {**head, "lines": [_line(key, section.points, place, material) for key in known]}
    return {**head, **_ranking(section, place, material)}


def _row(key: str, over: Over, place: Place, material: Material) -> Row:
    told = material.told[key]
    now = _figure(key, over, place, material, material.span)
    before = _figure(key, over, place, material, material.before)
    delta = _delta(now, before)
    return {"indicator": {"key": key, **told.facts()}, "now": now, "before": before, "delta": delta,
            "change": _change(told, delta)}  # fmt: skip


def _line(key: str, points: int, place: Place, material: Material) -> Row:
    one = material.trends.get((key, place.code))
    values = one.values[-points:] if one else []
    return {"indicator": {"key": key, **material.told[key].facts()},
            "points": [_of_values(key, "last", place, material.told[key], [value], 1) for value in values]}  # fmt: skip


def _ranking(section: RankingSection, place: Place, material: Material) -> Row:
    told = material.told.get(section.indicator)
    if told is None:
        return {"over": section.over, "indicator": None, "rows": [], "total": 0}
    parts = material.parts.get(place.code, [])
    found = [(part, _figure(section.indicator, section.over, part, material, material.span)) for part in parts]
    rows: list[Row] = [
        {"code": part.code, "name": part.name, "now": one} for part, one in found if one["value"] is not None
    ]
    is_up = (told.direction != "down") == (section.first == "best")
    rows.sort(key=lambda row: (-row["now"]["value"] if is_up else row["now"]["value"], row["code"]))
    facts = {"key": section.indicator, **told.facts()}
    return {"over": section.over, "indicator": facts, "rows": rows[: section.count], "total": len(rows)}


def _figure(key: str, over: Over, place: Place, material: Material, span: Span) -> Row:
    told = material.told[key]
    one = material.values.get((key, place.code))
    values = [value for value in one.values if span.start <= value.start and value.end <= span.end] if one else []
    expected = max(1, round((span.end - span.start) / LENGTH[told.period]))
    return _of_values(key, over, place, told, values if over == "total" else values[-1:], expected)


def _of_values(
    key: str, over: Over, place: Place, told: IndicatorDefinition, values: Sequence[Value], expected: int
) -> Row:
    """One figure with the ids of the values that it is, since when they were known, and how many there should be."""
    if over == "total" and expected > 1:
        total = indicators.added_up(told, values)
        number, rows, level = total.value, total.rows, total.level
    else:
        number, rows, level = (values[0].value, values[0].rows, values[0].level) if values else (None, 0, None)
    return {
        "value": number, "rows": rows, "level": level, "found": len(values),
        "expected": expected if over == "total" else 1,
        "start": iso(values[0].start) if values else None, "end": iso(values[-1].end) if values else None,
        "recorded_at": iso(max(one.recorded_at for one in values)) if values else None,
        "values": [value_id(key, place.dimension, place.code, one.start) for one in values],
    }  # fmt: skip


def _delta(now: Row, before: Row) -> float | None:
    """By how much it changed; None where one of the two is missing, or a total lacks some of its values."""
    if now["value"] is None or before["value"] is None:
        return None
    if now["found"] != now["expected"] or before["found"] != before["expected"]:
        return None
    difference: float = now["value"] - before["value"]
    return round(difference, 9)


def _change(told: IndicatorDefinition, delta: float | None) -> str | None:
    """As the table says it: that a number has stayed the same also where there is no better."""
    if delta is None:
        return None
    return "same" if is_same(told, delta) else change_of(told, delta)
