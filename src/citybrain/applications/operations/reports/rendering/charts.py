"""Charts as SVG, drawn by us: lines with their limits, and bars."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from citybrain.applications.operations.reports.rendering.words import Wording

WIDTH, HEIGHT = 640, 190
LEFT, RIGHT, TOP, BOTTOM = 62, 12, 14, 26
LINE, GRID, INK, WARN, ALARM = "#1C6CE3", "#E3E8EF", "#5A6676", "#B07F00", "#D92D20"
FONT = "Noto Sans CJK SC, Noto Sans SC, PingFang SC, Microsoft YaHei, sans-serif"


def trend(line: dict[str, Any], wording: Wording) -> SafeString:
    """One indicator over time; a period without a value is a gap, and limits are dashed lines with their names."""
    facts, points = line["indicator"], line["points"]
    limits = [(facts[name], name, colour) for name, colour in (("warn", WARN), ("alarm", ALARM))
              if facts[name] is not None]  # fmt: skip
    known = [one["value"] for one in points if one["value"] is not None]
    low, high, step = scale([*known, *(value for value, _, _ in limits)])
    begins = [wording.local(one["start"]).timestamp() for one in points]
    places = [(_across(at, begins[0], begins[-1]), one) for at, one in zip(begins, points, strict=True)]
    parts = [
        *(_rule(_up(at * step, low, high), wording.number(at * step, facts))
          for at in range(round(low / step), round(high / step) + 1)),
        *(_limit(_up(value, low, high), wording.say(f"threshold_{name}"), colour) for value, name, colour in limits),
        *(_path([(x, _up(one["value"], low, high)) for x, one in run]) for run in _runs(places)),
        *(_dot(x, _up(one["value"], low, high)) for x, one in places if one["value"] is not None),
        *(_label(x, wording.short(one["start"])) for x, one in _some(places)),
    ]  # fmt: skip
    said = f"{wording.text(facts['title'])}: " + ", ".join(wording.number(value, facts) for value in known)
    return _svg(HEIGHT, said, parts)


def bar(value: float, most: float, tone: str) -> SafeString:
    """A bar of a ranking; its number stands beside it in the table."""
    width = 0 if most <= 0 else max(1.0, 220 * max(value, 0.0) / most)
    shape = format_html(
        '<rect x="0" y="2" width="{}" height="10" rx="2" fill="{}"/>', f"{width:.1f}", tone or LINE
    )  # fmt: skip
    return format_html('<svg width="220" height="14" viewBox="0 0 220 14" aria-hidden="true">{}</svg>', shape)


def scale(values: Sequence[float]) -> tuple[float, float, float]:
    """The ends of an axis around values and its step, all round numbers: 1, 2 or 5 times a power of ten."""
    low, high = min([0.0, *values]), max(values, default=1.0)
    if high <= low:
        high = low + 1
    rough = (high - low) / 4
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(one * power for one in (1, 2, 5, 10) if one * power >= rough * 0.999)
    return math.floor(low / step) * step, math.ceil(high / step - 1e-9) * step, step


def _across(at: float, first: float, last: float) -> float:
    return LEFT + (WIDTH - LEFT - RIGHT) * ((at - first) / (last - first) if last > first else 0.5)


def _up(value: float, low: float, high: float) -> float:
    return TOP + (HEIGHT - TOP - BOTTOM) * (high - value) / (high - low)


def _runs(places: Sequence[tuple[float, Any]]) -> list[list[tuple[float, Any]]]:
    """Stretches without a gap: one period follows upon the other, and each has a value."""
    runs: list[list[tuple[float, Any]]] = [[]]
    for place in places:
        if place[1]["value"] is None or (runs[-1] and runs[-1][-1][1]["end"] != place[1]["start"]):
            runs.append([])
        if place[1]["value"] is not None:
            runs[-1].append(place)
    return [run for run in runs if len(run) > 1]


def _some(places: Sequence[tuple[float, Any]], most: int = 8) -> list[tuple[float, Any]]:
    """Evenly few of them for labels, the last one always."""
    step = max(1, math.ceil(len(places) / most))
    return list(places[::-1][::step])


def _rule(y: float, text: str) -> SafeString:
    return format_html(
        '<line x1="{}" x2="{}" y1="{y}" y2="{y}" stroke="{}"/>'
        '<text x="{}" y="{}" font-size="11" text-anchor="end" fill="{}">{}</text>',
        LEFT, WIDTH - RIGHT, GRID, LEFT - 6, f"{y + 4:.1f}", INK, text, y=f"{y:.1f}",
    )  # fmt: skip


def _limit(y: float, text: str, colour: str) -> SafeString:
    return format_html(
        '<line x1="{}" x2="{}" y1="{y}" y2="{y}" stroke="{}" stroke-dasharray="5 4"/>'
        '<text x="{}" y="{}" font-size="11" text-anchor="end" fill="{}">{}</text>',
        LEFT, WIDTH - RIGHT, colour, WIDTH - RIGHT, f"{y - 4:.1f}", colour, text, y=f"{y:.1f}",
    )  # fmt: skip


def _path(points: Sequence[tuple[float, float]]) -> SafeString:
    spelled = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    return format_html('<polyline points="{}" fill="none" stroke="{}" stroke-width="2"/>', spelled, LINE)


def _dot(x: float, y: float) -> SafeString:
    return format_html('<circle cx="{}" cy="{}" r="2.5" fill="{}"/>', f"{x:.1f}", f"{y:.1f}", LINE)


def _label(x: float, text: str) -> SafeString:
    return format_html(
        '<text x="{}" y="{}" font-size="11" text-anchor="middle" fill="{}">{}</text>',
        f"{min(x, WIDTH - RIGHT - 14):.1f}", HEIGHT - 8, INK, text,
    )  # fmt: skip


def _svg(height: int, said: str, parts: Sequence[SafeString]) -> SafeString:
    body = format_html_join(mark_safe("\n"), "{}", ((one,) for one in parts))
    return format_html(
        '<svg class="chart" role="img" aria-label="{}" viewBox="0 0 {} {}" width="{}" height="{}" font-family="{}">'
        "{}</svg>",
        said, WIDTH, height, WIDTH, height, FONT, body,
    )  # fmt: skip
