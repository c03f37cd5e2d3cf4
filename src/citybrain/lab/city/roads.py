"""The roads of the city: lines of the lattice with a class and a name, cut at the river unless they have a bridge."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely

from citybrain.lab.city.names import GREAT_ROADS, road_stems
from citybrain.lab.city.shape import COLUMNS, RIVER_ROW, ROWS, Floats, Lattice

BRIDGED = ("trunk", "primary", "secondary")
RING = (9, 39, 14, 58)  # rows and columns that the ring road follows
HOUSE_EVERY_M = 20.0


@dataclass(frozen=True)
class Road:
    """One road or one piece of it; `line` is the lattice line it follows: ("row" or "column", number)."""

    name: str
    road_class: str
    line: tuple[str, int]
    x: Floats
    y: Floats

    @property
    def length_m(self) -> float:
        return float(np.hypot(np.diff(self.x), np.diff(self.y)).sum())


def make_roads(lattice: Lattice, lakes: Any, rng: np.random.Generator) -> list[Road]:
    """Every lattice line within the city, the ring first; the river runs where the line RIVER_ROW would be.

    Roads end at the shore of the lakes, but for the ring, which crosses on a dam.
    """
    roads = [_ring(lattice)]
    great = iter(GREAT_ROADS)
    stems = iter(road_stems(rng, COLUMNS + ROWS + 2))
    for kind, count in (("row", ROWS + 1), ("column", COLUMNS + 1)):
        for number in range(count):
            road_class = _class_of(kind, number)
            pieces = _pieces(lattice, kind, number, road_class)
            if pieces:
                name = _name(kind, number, road_class, great, stems)
                line = (kind, number)
                roads += [Road(name, road_class, line, x, y) for piece in pieces for x, y in _dry(piece, lakes)]
    return roads


def _dry(piece: tuple[Floats, Floats], lakes: Any) -> list[tuple[Floats, Floats]]:
    line = shapely.LineString(np.column_stack(piece))
    if not line.intersects(lakes):
        return [piece]
    parts = [part for part in shapely.get_parts(line.difference(lakes)) if part.length > 60]
    return [(xy[:, 0], xy[:, 1]) for xy in (shapely.get_coordinates(part) for part in parts)]


def _class_of(kind: str, number: int) -> str:
    middle = RIVER_ROW if kind == "row" else COLUMNS // 2
    off = abs(number - middle)
    if kind == "row" and off == 1:
        return "secondary"  # along the banks
    if off % 12 == 0:
        return "primary"
    return "secondary" if off % 4 == 0 else "tertiary" if off % 2 == 0 else "minor"


def _name(kind: str, number: int, road_class: str, great: Iterator[str], stems: Iterator[str]) -> str:
    if kind == "row" and abs(number - RIVER_ROW) == 1:
        return "滨江南路" if number < RIVER_ROW else "滨江北路"
    if road_class == "primary":
        return next(great)
    stem = next(stems)
    if road_class == "minor":
        return f"{stem}巷"
    return f"{stem}路" if kind == "row" else f"{stem}街"


def _pieces(lattice: Lattice, kind: str, number: int, road_class: str) -> list[tuple[Floats, Floats]]:
    """The stretches of a line that touch cells of the city, and not the water without a bridge."""
    if kind == "row":
        touches = np.zeros(COLUMNS, dtype=np.bool_)
        if number < ROWS:
            touches |= lattice.inside[number]
        if number > 0:
            touches |= lattice.inside[number - 1]
        if number == RIVER_ROW:
            touches[:] = False
        x, y = lattice.x[number], lattice.y[number]
    else:
        touches = np.zeros(ROWS, dtype=np.bool_)
        if number < COLUMNS:
            touches |= lattice.inside[:, number]
        if number > 0:
            touches |= lattice.inside[:, number - 1]
        if road_class not in BRIDGED:
            touches[RIVER_ROW - 1 : RIVER_ROW + 1] = False
        x, y = lattice.x[:, number], lattice.y[:, number]
    runs = np.flatnonzero(np.diff(np.concatenate([[False], touches, [False]]).astype(np.int8)))
    pairs = runs.reshape(-1, 2)
    return [(x[start : end + 1], y[start : end + 1]) for start, end in pairs if end > start]


def _ring(lattice: Lattice) -> Road:
    south, north, west, east = RING
    rows = np.arange(south, north + 1)
    columns = np.arange(west, east + 1)
    path = [
        *((south, c) for c in columns), *((r, east) for r in rows[1:]),
        *((north, c) for c in columns[::-1][1:]), *((r, west) for r in rows[::-1][1:]),
    ]  # fmt: skip
    r, c = np.array(path).T
    return Road("环城快速路", "trunk", ("ring", 0), lattice.x[r, c], lattice.y[r, c])


def along(road: Road, metres: Floats) -> tuple[Floats, Floats]:
    """Points at these lengths from the road's beginning."""
    steps = np.concatenate([[0.0], np.hypot(np.diff(road.x), np.diff(road.y)).cumsum()])
    return np.interp(metres, steps, road.x), np.interp(metres, steps, road.y)
