"""The base of the map: regions with their names, grids, and the layers that were loaded, cut into tiles."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely

from citybrain.applications.operations.map.mvt import EXTENT, Layer, Value, add_shapes, encode
from citybrain.base.places.queries import map_features, map_regions
from citybrain.base.places.tiles import to_world
from citybrain.base.places.types import DrawnFeature, DrawnRegion

GRID = "grid"
LEAST_PIXELS, TILE_PIXELS = 40, 512
"""A level of regions is drawn from the zoom on at which its middle one is this wide."""
MARGIN = 64 / EXTENT
ROUGH, FINE, FINE_ZOOM = 6.0, 2.0, 14
"""What is left out of an outline, in tile units (an eighth of a pixel): roughly, and from `FINE_ZOOM` on finely."""
LEAST_AREA = 32.0
"""Areas smaller than this (half a square pixel) are left out below `FINE_ZOOM`."""
ORDER = ("green", "water", "buildings", "roads", "labels")
Rows = list[dict[str, Value | None]]


@dataclass(frozen=True)
class RegionSheet:
    """All regions of one version of the map, to be cut: shapes in fractions of the world, drawn from a zoom on."""

    regions: list[DrawnRegion]
    shapes: Any
    centres: npt.NDArray[np.float64]
    from_zoom: npt.NDArray[np.int64]
    tree: Any


@lru_cache(maxsize=2)
def region_sheet(version: str) -> RegionSheet:
    """Read once for each version of the map and each process."""
    regions = map_regions()
    shapes = _to_world(shapely.from_wkb(np.array([one.wkb for one in regions], dtype=object)))
    centres = np.column_stack(to_world([one.lon for one in regions], [one.lat for one in regions]))
    zooms = _zooms_of_levels(regions)
    from_zoom = np.array([zooms[one.level] for one in regions], dtype=np.int64)
    return RegionSheet(regions, shapes, centres.reshape(-1, 2), from_zoom, shapely.STRtree(shapes))


def _zooms_of_levels(regions: Sequence[DrawnRegion]) -> dict[str, int]:
    widths: dict[str, list[float]] = defaultdict(list)
    for one in regions:
        widths[one.level].append(max(one.east - one.west, 1e-9))
    return {level: _zoom_of_width(float(np.median(found))) for level, found in widths.items()}


def _zoom_of_width(degrees: float) -> int:
    return max(0, math.ceil(math.log2(LEAST_PIXELS / TILE_PIXELS * 360.0 / degrees)))


def draw_base(version: str, z: int, x: int, y: int, *, with_grids: bool) -> bytes:
    """One tile of the base; without grids it is what everybody may see."""
    layers = [*_loaded_layers(z, x, y), *_region_layers(region_sheet(version), z, x, y, with_grids)]
    return encode(layers)


def _region_layers(sheet: RegionSheet, z: int, x: int, y: int, with_grids: bool) -> list[Layer]:
    touching = np.sort(sheet.tree.query(_square(z, x, y, MARGIN)))
    drawn = touching[sheet.from_zoom[touching] <= z]
    is_grid = np.array([sheet.regions[index].level == GRID for index in drawn], dtype=bool)
    layers = []
    for name, chosen in (("regions", drawn[~is_grid]), ("grids", drawn[is_grid] if with_grids else drawn[:0])):
        layer = Layer(name)
        rows: Rows = [_region_row(sheet.regions[index]) for index in chosen]
        _add_cut(layer, sheet.shapes[chosen], rows, z, x, y)
        layers.append(layer)
        labels = Layer(f"{name[:-1]}_labels")
        _add_inside(labels, sheet.centres[chosen], rows, z, x, y)
        layers.append(labels)
    return layers


def _region_row(region: DrawnRegion) -> dict[str, Value | None]:
    depth = region.path.count("/") - 1
    english = region.name_en or None
    return {"code": region.code, "name": region.name, "name_en": english, "level": region.level, "depth": depth}


def _loaded_layers(z: int, x: int, y: int) -> list[Layer]:
    found = map_features(z, x, y)
    by_kind: dict[str, list[DrawnFeature]] = defaultdict(list)
    for feature in found:
        by_kind[feature.kind].append(feature)
    return [_feature_layer(kind, by_kind[kind], z, x, y) for kind in ORDER if kind in by_kind]


def _feature_layer(kind: str, features: list[DrawnFeature], z: int, x: int, y: int) -> Layer:
    layer = Layer(kind)
    shapes = _to_world(shapely.from_wkb(np.array([one.wkb for one in features], dtype=object)))
    rows: Rows = [{"class": one.feature_class, "name": one.name or None} for one in features]
    if kind == "labels":
        places, owners = shapely.get_coordinates(shapes, return_index=True)
        _add_inside(layer, places, [rows[owner] for owner in owners], z, x, y)
        return layer
    if kind == "roads":
        shapes, rows = _merged(shapes, rows)
    _add_cut(layer, shapes, rows, z, x, y)
    return layer


def _merged(shapes: Any, rows: Rows) -> tuple[Any, Rows]:
    """Pieces of one road made into lines as long as they can be: fewer features, and room for their names."""
    groups: dict[tuple[Value | None, ...], list[int]] = defaultdict(list)
    for index, row in enumerate(rows):
        groups[tuple(row.values())].append(index)
    merged = [shapely.line_merge(shapely.multilinestrings(_lines(shapes[group]))) for group in groups.values()]
    return np.array(merged, dtype=object), [rows[group[0]] for group in groups.values()]


def _lines(shapes: Any) -> Any:
    return shapely.get_parts(shapes)


def _add_cut(layer: Layer, shapes: Any, rows: Rows, z: int, x: int, y: int) -> None:
    """What of the shapes lies on the tile and its margin, in tile units, as coarse as the zoom allows."""
    west, north = (x - MARGIN) / 2**z, (y - MARGIN) / 2**z
    side = (1 + 2 * MARGIN) / 2**z
    cut = shapely.clip_by_rect(shapes, west, north, west + side, north + side)
    scale = EXTENT * 2.0**z
    cut = shapely.transform(cut, lambda pairs: pairs * scale - (x * EXTENT, y * EXTENT))
    cut = shapely.simplify(cut, FINE if z >= FINE_ZOOM else ROUGH, preserve_topology=False)
    is_small = (shapely.get_dimensions(cut) == 2) & (shapely.area(cut) < LEAST_AREA) & (z < FINE_ZOOM)
    kept = np.flatnonzero(~shapely.is_empty(cut) & ~is_small)
    add_shapes(layer, cut[kept], [rows[index] for index in kept])


def _add_inside(layer: Layer, places: npt.NDArray[np.float64], rows: Rows, z: int, x: int, y: int) -> None:
    """Those points that lie on the tile itself: each is on exactly one tile of a zoom."""
    tiles = places * 2.0**z
    inside = np.flatnonzero((np.floor(tiles) == (x, y)).all(axis=1))
    xy = np.floor((tiles[inside] - (x, y)) * EXTENT).astype(np.int64)
    layer.add_points(xy, [rows[index] for index in inside])


def _to_world(shapes: Any) -> Any:
    return shapely.transform(shapes, lambda pairs: np.column_stack(to_world(pairs[:, 0], pairs[:, 1])))


def _square(z: int, x: int, y: int, margin: float) -> Any:
    scale = 2.0**z
    return shapely.box((x - margin) / scale, (y - margin) / scale, (x + 1 + margin) / scale, (y + 1 + margin) / scale)
