"""Heat: how many cases of a time lie in each H3 cell, cells as large as the zoom allows."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import h3
import numpy as np
import shapely

from citybrain.applications.operations.map.mvt import EXTENT, Layer, Value, add_shapes, encode
from citybrain.base.places.tiles import to_world

RESOLUTIONS = ((9, 6), (11, 7), (13, 8))
"""Below a zoom this resolution of H3 (edges of 3.2 km, 1.2 km, 460 m); else 9 (170 m)."""
FINEST = 9
LEVELS = 5


@dataclass(frozen=True)
class HeatSheet:
    """The cells of one resolution with their counts and levels (1 few to 5 many, by the logarithm)."""

    shapes: Any
    rows: list[dict[str, Value | None]]
    tree: Any


@dataclass(frozen=True)
class HeatSet:
    sheets: dict[int, HeatSheet]


def heat_set(cells: Iterable[tuple[str, int]]) -> HeatSet:
    """Sheets of every resolution from counts by cells of the finest one."""
    counts = Counter(dict(cells))
    sheets = {FINEST: _sheet(counts)}
    for _, resolution in RESOLUTIONS:
        coarser: Counter[str] = Counter()
        for cell, count in counts.items():
            coarser[h3.cell_to_parent(cell, resolution)] += count
        sheets[resolution] = _sheet(coarser)
    return HeatSet(sheets)


def _sheet(counts: Counter[str]) -> HeatSheet:
    most = max(counts.values(), default=1)
    kept = [(cell, count) for cell, count in sorted(counts.items()) if not _crosses_antimeridian(cell)]
    shapes = np.array([_shape(cell) for cell, _ in kept], dtype=object)
    rows: list[dict[str, Value | None]] = [{"count": n, "level": level_of(n, most), "cell": cell} for cell, n in kept]
    return HeatSheet(shapes, rows, shapely.STRtree(shapes))


def level_of(count: int, most: int) -> int:
    return LEVELS if most == 1 else 1 + math.floor((LEVELS - 1) * math.log(count) / math.log(most) + 1e-9)


def _crosses_antimeridian(cell: str) -> bool:
    lons = [lon for _, lon in h3.cell_to_boundary(cell)]
    return bool(max(lons) - min(lons) > 180)


def _shape(cell: str) -> Any:
    lats, lons = zip(*h3.cell_to_boundary(cell), strict=True)
    return shapely.Polygon(np.column_stack(to_world(lons, lats)))


def draw_heat(heat: HeatSet, z: int, x: int, y: int) -> bytes:
    """One tile."""
    sheet = heat.sheets[next((resolution for zoom, resolution in RESOLUTIONS if z < zoom), FINEST)]
    scale, edge = 2.0**z, 1 / 64
    box = [(x - edge) / scale, (y - edge) / scale, (x + 1 + edge) / scale, (y + 1 + edge) / scale]
    touching = np.sort(sheet.tree.query(shapely.box(*box)))
    cut = shapely.clip_by_rect(sheet.shapes[touching], *box)
    cut = shapely.transform(cut, lambda pairs: (pairs * scale - (x, y)) * EXTENT)
    layer = Layer("heat")
    add_shapes(layer, cut, [sheet.rows[index] for index in touching])
    return encode([layer])
