"""The elements of a scene with their data: what the board of indicators and the lake give to each."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from citybrain.applications.operations.cockpit.manifest import (
    AnyElement,
    FlowElement,
    ListElement,
    MapElement,
    NumberElement,
    RankingElement,
    SceneDefinition,
    ShareElement,
    TextElement,
    TrendElement,
)
from citybrain.applications.operations.cockpit.types import Happenings
from citybrain.applications.operations.indicators.judging import change_of
from citybrain.applications.operations.indicators.types import Board, Dimension, Measured, Value

Row = dict[str, Any]
STILL_GROWING = frozenset({"sum", "count"})
"""Ways of adding up whose number of a day that is not over says nothing beside that of a whole day."""


def wanted_of(scene: SceneDefinition) -> tuple[dict[str, int], list[tuple[str, Dimension]]]:
    """Which indicators a scene needs with how many values, and which rankings."""
    numbers: dict[str, int] = {}
    parts: list[tuple[str, Dimension]] = []
    for one in scene.elements:
        points = getattr(one, "points", 1)
        for key in indicators_of(one):
            numbers[key] = max(numbers.get(key, 0), points)
        if isinstance(one, RankingElement) and (one.indicator, one.by) not in parts:
            parts.append((one.indicator, one.by))
    return numbers, parts


def indicators_of(element: AnyElement) -> Iterable[str]:
    one = getattr(element, "indicator", None)
    return [one] if one else getattr(element, "indicators", ())


def draw(scene: SceneDefinition, board: Board, happened: Happenings) -> list[Row]:
    """Every element of a scene with its data, in the order of its declaration."""
    found = []
    for one in scene.elements:
        plain = {"key": one.key, "kind": one.kind, "at": one.at.model_dump()}
        title = one.title.model_dump() if one.title else None
        found.append({**plain, "title": title, **DRAWN[type(one)](one, board, happened)})
    return found


def facts_of(one: Measured) -> Row:
    """What a page says about an indicator beside its number."""
    return {"key": one.key, **one.definition.facts()}


def _point(value: Value) -> Row:
    names = ("start", "end", "value", "rows", "level", "is_whole", "recorded_at")
    return {name: getattr(value, name) for name in names}


def _number(element: NumberElement, board: Board, happened: Happenings) -> Row:
    one = board.numbers.get(element.indicator)
    if one is None:
        return {"indicator": None, "value": None, "previous": None, "delta": None, "change": None, "points": []}
    values = one.values[-element.points :]
    last = values[-1] if values else None
    previous = values[-2] if len(values) > 1 else None
    delta = _delta(one, last, previous)
    return {
        "indicator": facts_of(one), "value": _point(last) if last else None,
        "previous": _point(previous) if previous else None, "delta": delta,
        "change": None if delta is None else change_of(one.definition, delta),
        "points": [_point(value) for value in values],
    }  # fmt: skip


def _delta(one: Measured, last: Value | None, previous: Value | None) -> float | None:
    """By how much it changed; None where the two do not compare."""
    if last is None or previous is None or last.value is None or previous.value is None:
        return None
    if not last.is_whole and one.definition.aggregate in STILL_GROWING and one.definition.period != "hour":
        return None
    return last.value - previous.value


def _trend(element: TrendElement, board: Board, happened: Happenings) -> Row:
    lines = [board.numbers[key] for key in element.indicators if key in board.numbers]
    return {
        "lines": [
            {"indicator": facts_of(one), "points": [_point(value) for value in one.values[-element.points :]]}
            for one in lines
        ]
    }


def _ranking(element: RankingElement, board: Board, happened: Happenings) -> Row:
    one = board.numbers.get(element.indicator)
    ranked = board.parts.get((element.indicator, element.by), [])
    if element.first == "worst":
        ranked = ranked[::-1]
    rows = [{"code": part.code, "name": part.name, **_point(part.value)} for part in ranked]
    return {
        "indicator": facts_of(one) if one else None, "by": element.by, "first": element.first,
        "rows": rows[: element.count], "total": len(rows),
        "is_citywide": element.by == "organisation" and board.dimension == "region",
    }  # fmt: skip


def _share(element: ShareElement, board: Board, happened: Happenings) -> Row:
    if element.cases:
        found = happened.shares.get(element.key, [])
        parts: list[Row] = [{"key": one.key, "title": one.title, "value": float(one.count)} for one in found]
        return {"of": element.cases, "case_type": element.case_type, "unit": None, "decimals": 0, "parts": parts}
    lines = [board.numbers[key] for key in element.indicators if key in board.numbers]
    parts = [
        {"key": one.key, "title": one.definition.title.model_dump(), "value": one.value}
        for one in lines
        if one.value is not None
    ]
    unit = lines[0].definition.unit.model_dump() if lines else None
    decimals = max((one.definition.decimals for one in lines), default=0)
    return {"of": "indicators", "case_type": None, "unit": unit, "decimals": decimals, "parts": parts}


def _map(element: MapElement, board: Board, happened: Happenings) -> Row:
    return {"layers": list(element.layers), "case_type": element.case_type, "models": list(element.models)}


def _flow(element: FlowElement, board: Board, happened: Happenings) -> Row:
    since, steps = happened.flows.get(element.key, (None, []))
    return {"days": element.days, "since": since, "case_type": element.case_type, "steps": [vars(one) for one in steps]}


def _list(element: ListElement, board: Board, happened: Happenings) -> Row:
    total, lines = happened.lists.get(element.key, (0, []))
    return {"of": element.of, "case_type": element.case_type, "total": total, "rows": [vars(one) for one in lines]}


def _text(element: TextElement, board: Board, happened: Happenings) -> Row:
    return {"text": element.text.model_dump()}


DRAWN: Mapping[type, Callable[[Any, Board, Happenings], Row]] = {
    NumberElement: _number,
    TrendElement: _trend,
    RankingElement: _ranking,
    ShareElement: _share,
    MapElement: _map,
    FlowElement: _flow,
    ListElement: _list,
    TextElement: _text,
}
