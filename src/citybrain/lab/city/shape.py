"""The ground plan of the city: one bent lattice. Its lines are the roads and the river, its cells the grids.

Neighbouring cells share their corners exactly, so the grids tile without gap or overlap, and so does whatever is made
of whole cells: communities, towns, districts. Lengths are metres around the centre (x east, y north) until the end.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from citybrain.base.places.coordinates import degree_lengths_m

Floats = NDArray[np.float64]
Corners = tuple[Floats, Floats]
MENDED_AT_MOST = 4
Ints = NDArray[np.int64]

CENTRE = (112.874, 30.952)
"""Farmland on the plain of central Hubei, with no town of any size around."""
COLUMNS, ROWS = 72, 50
HALF_WIDTH, HALF_HEIGHT = 8_000.0, 6_000.0
GRIDS = 2_400
RIVER_ROW = 24
TURN = 0.16  # radians by which the lattice is turned against the compass


@dataclass(frozen=True)
class Lattice:
    """Corners of the cells in metres, [row, column], and which cells belong to the city."""

    x: Floats
    y: Floats
    inside: NDArray[np.bool_]

    def corners(self, rows: Ints, columns: Ints) -> tuple[Floats, Floats]:
        """The four corners of cells, counter-clockwise, each array [cell, 4]."""
        r = np.stack([rows, rows, rows + 1, rows + 1], axis=-1)
        c = np.stack([columns, columns + 1, columns + 1, columns], axis=-1)
        return self.x[r, c], self.y[r, c]

    def at(self, rows: Ints, columns: Ints, u: Floats, v: Floats) -> tuple[Floats, Floats]:
        """Points within cells: u from west to east, v from south to north, 0 to 1."""
        x, y = self.corners(rows, columns)
        weights = np.stack([(1 - u) * (1 - v), u * (1 - v), u * v, (1 - u) * v], axis=-1)
        return (x * weights).sum(-1), (y * weights).sum(-1)

    def cells(self) -> tuple[Ints, Ints]:
        """Rows and columns of the cells of the city, row by row."""
        rows, columns = np.nonzero(self.inside)
        return rows.astype(np.int64), columns.astype(np.int64)


def make_lattice(rng: np.random.Generator) -> Lattice:
    """Narrow in the middle and wide outside, turned, and bent by slow waves, differently for each seed."""
    u, v = np.linspace(-1, 1, COLUMNS + 1), np.linspace(-1, 1, ROWS + 1)
    flat_x, flat_y = np.meshgrid(_stretch(u) * HALF_WIDTH, _stretch(v) * HALF_HEIGHT)
    phase = rng.uniform(0, 2 * np.pi, 6)
    bend_y = 520 * np.sin(flat_x / 1_450 + phase[0]) + 150 * np.sin(flat_x / 760 + phase[1])
    bend_x = 330 * np.sin(flat_y / 1_300 + phase[2]) + 120 * np.sin(flat_y / 610 + phase[3])
    inside = _blob(rng)
    bent = (flat_x + bend_x, flat_y + bend_y)
    x, y = _whole(_rounded(*bent, inside), bent, inside)
    cos, sin = np.cos(TURN), np.sin(TURN)
    return Lattice(cos * x - sin * y, sin * x + cos * y, inside)


def _stretch(t: Floats) -> Floats:
    return np.asarray(0.55 * t + 0.45 * t**3, dtype=np.float64)


def _blob(rng: np.random.Generator) -> NDArray[np.bool_]:
    """The 2,400 cells nearest to the middle, measured with a star-shaped rule so that the edge is not a circle."""
    rows, columns = np.mgrid[0:ROWS, 0:COLUMNS]
    v, u = (rows + 0.5) / ROWS * 2 - 1, (columns + 0.5) / COLUMNS * 2 - 1
    angle, phase = np.arctan2(v, u), rng.uniform(0, 2 * np.pi, 3)
    reach = (
        1
        + 0.09 * np.sin(2 * angle + phase[0])
        + 0.06 * np.sin(3 * angle + phase[1])
        + 0.03 * np.sin(5 * angle + phase[2])
    )
    out = (np.abs(u) ** 2.7 + np.abs(v) ** 2.7) ** (1 / 2.7)
    order = np.argsort((out / reach).ravel(), kind="stable")[:GRIDS]
    inside = np.zeros(ROWS * COLUMNS, dtype=np.bool_)
    inside[order] = True
    return inside.reshape(ROWS, COLUMNS)


def _whole(rounded: Corners, bent: Corners, inside: NDArray[np.bool_]) -> Corners:
    """The corners, where a cell that rounding has folded over has its bent ones back."""
    x, y = rounded[0].copy(), rounded[1].copy()
    near, far = slice(0, -1), slice(1, None)
    around = [(near, near), (near, far), (far, far), (far, near)]
    for _ in range(MENDED_AT_MOST):
        corners = np.stack([np.stack((x[one], y[one]), axis=-1) for one in [*around, around[0]]], axis=-2)
        whole = shapely.is_valid(shapely.polygons(corners)) & shapely.is_ccw(shapely.linearrings(corners))
        folded = inside & ~whole
        if not folded.any():
            break
        for one in around:
            x[one][folded], y[one][folded] = bent[0][one][folded], bent[1][one][folded]
    return x, y


def _rounded(x: Floats, y: Floats, inside: NDArray[np.bool_]) -> Corners:
    """Corners on the edge of the city moved towards the middle of their neighbours on the edge: fewer steps in it."""
    padded = np.pad(inside, 1)
    around = np.stack([padded[:-1, :-1], padded[:-1, 1:], padded[1:, 1:], padded[1:, :-1]]).sum(0)
    edge = (around > 0) & (around < 4)
    moved = []
    for values in (x, y):
        total, count = np.zeros_like(values), np.zeros_like(values)
        for axis, step in ((0, 1), (0, -1), (1, 1), (1, -1)):
            there = np.roll(edge, step, axis) & edge
            total += np.where(there, np.roll(values, step, axis), 0.0)
            count += there
        mean = np.divide(total, count, out=values.copy(), where=count > 0)
        moved.append(np.where(edge, 0.55 * values + 0.45 * mean, values))
    return moved[0], moved[1]


def to_degrees(x: Floats, y: Floats) -> tuple[Floats, Floats]:
    """Metres around the centre as WGS-84, to the ten-millionth of a degree (a centimetre)."""
    east, north = degree_lengths_m(CENTRE[1])
    return np.round(CENTRE[0] + x / east, 7), np.round(CENTRE[1] + y / north, 7)


@dataclass(frozen=True)
class Part:
    """A region made of whole cells: their positions in `Lattice.cells()`."""

    cells: Ints
    parts: Sequence[Part] = ()


def divide(lattice: Lattice) -> list[Part]:
    """The districts (two on each bank), each of four towns, each of eight communities."""
    rows, columns = lattice.cells()
    everything = np.arange(len(rows))
    banks = [everything[rows < RIVER_ROW], everything[rows >= RIVER_ROW]]
    halves = [half for bank in banks for half in _halves(bank, rows, columns, 1)]
    return [_divided(half, rows, columns, (2, 3)) for half in halves]


def _divided(cells: Ints, rows: Ints, columns: Ints, depths: Sequence[int]) -> Part:
    if not depths:
        return Part(cells)
    parts = _halves(cells, rows, columns, depths[0])
    return Part(cells, tuple(_divided(part, rows, columns, depths[1:]) for part in parts))


def _halves(cells: Ints, rows: Ints, columns: Ints, times: int) -> list[Ints]:
    """Cut in two along the lattice line that halves best, across the longer side; again for each half."""
    if not times:
        return [cells]
    wide = np.ptp(columns[cells]) * HALF_WIDTH / COLUMNS
    high = np.ptp(rows[cells]) * HALF_HEIGHT / ROWS
    along = columns[cells] if wide >= high else rows[cells]
    lines = np.arange(along.min() + 1, along.max() + 1)
    below = (along[:, None] < lines[None, :]).sum(0)
    line = lines[np.argmin(np.abs(below - len(cells) / 2))]
    first, second = cells[along < line], cells[along >= line]
    return _halves(first, rows, columns, times - 1) + _halves(second, rows, columns, times - 1)
