"""Water, green and buildings: what the map shows beside the roads, and where people live."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from citybrain.lab.city.shape import COLUMNS, RIVER_ROW, ROWS, Floats, Ints, Lattice

BANK = 40.0
PEOPLE_A_HOME = 2.62  # the census of 2020: persons in an average family household
GREAT_PARKS = ("人民公园", "江滩公园", "植物园", "南湖公园", "青年公园", "北山森林公园", "文化广场", "体育公园")


@dataclass(frozen=True)
class Area:
    """A named area of water or green, as a polygon in metres."""

    name: str
    area_class: str
    shape: Any


@dataclass(frozen=True)
class Buildings:
    """Footprints in metres [building, 4 corners], with their cell and what they are for."""

    x: Floats
    y: Floats
    cell: Ints
    use: NDArray[np.str_]
    floors: Ints
    households: Ints

    def __len__(self) -> int:
        return len(self.cell)

    @property
    def centre(self) -> tuple[Floats, Floats]:
        return self.x.mean(1), self.y.mean(1)


def make_water(lattice: Lattice, rng: np.random.Generator) -> list[Area]:
    """The river along its lattice line and beyond both ends, a brook that joins it, a lake with an uneven shore."""
    x, y = lattice.x[RIVER_ROW], lattice.y[RIVER_ROW]
    line = shapely.LineString(np.column_stack([_longer(x), _longer(y)]))
    smooth = shapely.LineString(shapely.get_coordinates(shapely.segmentize(line, 60.0)))
    width = 104 + 18 * np.sin(np.linspace(0, 9, 80) + rng.uniform(0, 6))
    points = [smooth.interpolate(t, normalized=True) for t in np.linspace(0, 1, 80)]
    river = shapely.union_all([smooth.buffer(92.0), *shapely.buffer(points, width)])
    column = COLUMNS // 2 + 11
    brook = shapely.LineString(np.column_stack([lattice.x[RIVER_ROW:, column], lattice.y[RIVER_ROW:, column]]))
    brook = shapely.transform(brook, lambda xy: xy + np.column_stack([55 * np.sin(xy[:, 1] / 170), np.zeros(len(xy))]))
    lake = _pond(lattice, rng, row=11, column=26, radius=620)
    pond = _pond(lattice, rng, row=36, column=46, radius=240)
    city = shapely.union_all(shapely.polygons(np.stack(lattice.corners(*lattice.cells()), -1)))
    brook = brook.buffer(15.0).difference(river).intersection(city.buffer(400.0))
    areas = [Area("汉江", "river", river), Area("清溪河", "stream", brook)]
    return [*areas, Area("镜湖", "lake", lake.difference(river)), Area("荷花塘", "pond", pond.difference(river))]


def _longer(values: Floats) -> Floats:
    first = values[0] + (values[0] - values[3]) * np.array([3.0, 2.0, 1.0])
    last = values[-1] + (values[-1] - values[-4]) * np.array([1.0, 2.0, 3.0])
    return np.concatenate([first, values, last])


def _pond(lattice: Lattice, rng: np.random.Generator, *, row: int, column: int, radius: float) -> Any:
    angle = np.linspace(0, 2 * np.pi, 72, endpoint=False)
    phase = rng.uniform(0, 6, 3)
    r = radius * (
        1
        + 0.16 * np.sin(2 * angle + phase[0])
        + 0.1 * np.sin(3 * angle + phase[1])
        + 0.05 * np.sin(7 * angle + phase[2])
    )
    x, y = lattice.x[row, column] + r * np.cos(angle) * 1.25, lattice.y[row, column] + r * np.sin(angle) * 0.8
    return shapely.Polygon(np.column_stack([x, y]))


def make_green(lattice: Lattice, water: list[Area], rng: np.random.Generator) -> list[Area]:
    """The banks of the river, the shore of the lake, parks of a few cells, fields and woods at the edge."""
    rows, columns = lattice.cells()
    wet = shapely.union_all([area.shape for area in water])
    x, y = lattice.corners(rows, columns)
    cells = shapely.polygons(np.stack([x, y], -1))
    city = shapely.union_all(cells)
    river, lake = water[0].shape, water[2].shape
    green = [
        Area("江滩公园", "park", river.buffer(BANK).difference(wet).intersection(city)),
        Area("镜湖湿地公园", "park", lake.buffer(90).difference(wet)),
    ]
    inner = np.flatnonzero(_reach(rows, columns) < 0.75)
    for name in GREAT_PARKS:
        cell = int(rng.choice(inner))
        near = (np.abs(rows - rows[cell]) <= 1) & (np.abs(columns - columns[cell]) <= 1)
        parts = cells[np.flatnonzero(near)[: int(rng.integers(2, 7))]]
        green.append(Area(name, "park", shapely.union_all(parts).buffer(-14).difference(wet)))
    outer = np.flatnonzero((_reach(rows, columns) > 0.86) & (rng.random(len(rows)) < 0.5))
    for cell in outer.tolist():
        kind = "forest" if rng.random() < 0.35 else "farmland"
        green.append(Area("", kind, cells[cell].buffer(-10).difference(wet)))
    return [area for area in green if not area.shape.is_empty]


def _reach(rows: Ints, columns: Ints) -> Floats:
    """How far out a cell lies: 0 in the middle, about 1 at the edge."""
    v, u = (rows + 0.5) / ROWS * 2 - 1, (columns + 0.5) / COLUMNS * 2 - 1
    return np.asarray(np.hypot(u, v) / 0.95, dtype=np.float64)


def make_buildings(
    lattice: Lattice, wet_or_green: list[Area], rng: np.random.Generator, *, count: int, people: int
) -> Buildings:
    """About `count` footprints in the cells, dense and high in the middle; households add up to `people`."""
    rows, columns = lattice.cells()
    reach = _reach(rows, columns)
    wanted = np.clip(1.35 - reach, 0.12, 1.2)
    per_cell = rng.poisson(wanted / wanted.sum() * count * 1.22)
    per_cell = np.minimum(per_cell, 16)
    cell = np.repeat(np.arange(len(rows)), per_cell)
    slot = np.arange(len(cell)) - np.repeat(np.cumsum(per_cell) - per_cell, per_cell)
    side = np.ceil(np.sqrt(per_cell))[cell]
    u = 0.12 + 0.76 * ((slot % side) + 0.5) / side + rng.uniform(-0.02, 0.02, len(cell))
    v = 0.12 + 0.76 * (slot // side + 0.5) / side + rng.uniform(-0.02, 0.02, len(cell))
    half_u = 0.76 / side * rng.uniform(0.24, 0.42, len(cell))
    half_v = 0.76 / side * rng.uniform(0.24, 0.42, len(cell))
    corners = [(-1, -1), (1, -1), (1, 1), (-1, 1)]
    at = [lattice.at(rows[cell], columns[cell], u + a * half_u, v + b * half_v) for a, b in corners]
    x, y = np.stack([one[0] for one in at], -1), np.stack([one[1] for one in at], -1)
    blocked = shapely.union_all([area.shape for area in wet_or_green if area.area_class not in ("farmland", "forest")])
    shapely.prepare(blocked)
    free = ~shapely.intersects(blocked, shapely.polygons(np.stack([x, y], -1)))
    return _furnished(x[free], y[free], cell[free], reach[cell[free]], rng, people)


def _furnished(x: Floats, y: Floats, cell: Ints, reach: Floats, rng: np.random.Generator, people: int) -> Buildings:
    n = len(cell)
    uses = np.array(["residential", "commercial", "public", "industrial"])
    chance = rng.random(n)
    near = np.clip(1 - reach, 0, 1)
    use = np.where(chance < 0.72, 0, np.where(chance < 0.72 + 0.16 * near + 0.04, 1, np.where(chance > 0.95, 2, 3)))
    use = np.where((use == 3) & (reach < 0.35), 0, use)
    floors = np.maximum(1, np.round(rng.gamma(2.2, 2.0 + 5.0 * near**2, n))).astype(np.int64)
    floors = np.minimum(np.where(use == 3, np.minimum(floors, 3), floors), 33)
    homes = np.where(use == 0, floors * rng.integers(1, 5, n), 0).astype(np.float64)
    exact = np.cumsum(homes / homes.sum() * (people / PEOPLE_A_HOME))
    households = np.diff(np.round(exact), prepend=0).astype(np.int64)  # rounded as they add up, so that none is lost
    return Buildings(x, y, cell, uses[use], floors, households)
