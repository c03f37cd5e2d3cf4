"""Writing vector tiles (Mapbox Vector Tile Specification 2.1): protobuf by hand, many features at once.

The specification's parts are named in the comments. Why no library: `docs/decisions/0061-vector-tiles.md`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely

EXTENT = 4096
POINT, LINE, POLYGON = 1, 2, 3
Value = str | int | float | bool
Integers = npt.NDArray[np.int64]
ONE_BYTE = 128


def varint(number: int) -> bytes:
    """A whole number, not negative, in base 128, low digits first."""
    out = bytearray()
    while number >= ONE_BYTE:
        out.append(number & 127 | 128)
        number >>= 7
    out.append(number)
    return bytes(out)


VARINTS = [varint(number) for number in range(1 << 15)]
"""The bytes of all small numbers: a tile is made of hardly any others."""


def varints(numbers: Sequence[int]) -> bytes:
    try:
        return b"".join([VARINTS[number] for number in numbers])
    except IndexError:
        return b"".join([varint(number) for number in numbers])


def block(tag: int, content: bytes) -> bytes:
    """A length-delimited field of protobuf."""
    return varint(tag << 3 | 2) + varint(len(content)) + content


@dataclass
class Layer:
    """One layer of a tile; coordinates are whole numbers, (0, 0) in the north-west, `extent` to a side."""

    name: str
    extent: int = EXTENT
    _keys: dict[str, int] = field(default_factory=dict)
    _values: dict[tuple[type, Value], int] = field(default_factory=dict)
    _features: list[bytes] = field(default_factory=list)

    def __len__(self) -> int:
        return len(self._features)

    def add_points(self, xy: Integers, rows: Sequence[Mapping[str, Value | None]]) -> None:
        """One point for each row of an n × 2 array, with its properties (None: it has none of that name)."""
        zigzag = (xy << 1) ^ (xy >> 63)
        for (x, y), properties in zip(zigzag.tolist(), rows, strict=True):
            self._add(POINT, varints((9, x, y)), properties)  # 9: move to, once (4.3.1)

    def add_paths(self, kind: int, paths: Sequence[Sequence[int]], properties: Mapping[str, Value | None]) -> None:
        """Lines or rings of one feature; a path is its steps from point to point, zigzag, x and y in turn."""
        numbers: list[int] = []
        for steps in paths:
            numbers += (9, *steps[:2], (len(steps) // 2 - 1) << 3 | 2, *steps[2:])  # move to once, line to the rest
            if kind == POLYGON:
                numbers.append(15)  # close path
        self._add(kind, varints(numbers), properties)

    def _add(self, kind: int, geometry: bytes, properties: Mapping[str, Value | None]) -> None:
        tags: list[int] = []
        for name, value in properties.items():
            if value is not None:
                tags.append(self._keys.setdefault(name, len(self._keys)))
                tags.append(self._values.setdefault((type(value), value), len(self._values)))
        self._features.append(block(2, varints(tags)) + b"\x18" + VARINTS[kind] + block(4, geometry))

    def encode(self) -> bytes:
        """The layer as bytes; a layer without features has none (4.1)."""
        if not self._features:
            return b""
        parts = [block(1, self.name.encode())]
        parts += [block(2, feature) for feature in self._features]
        parts += [block(3, name.encode()) for name in self._keys]
        parts += [block(4, _value(value)) for _, value in self._values]
        parts += [b"\x28" + varint(self.extent), b"\x78\x02"]  # extent; version 2
        return block(3, b"".join(parts))


def _value(value: Value) -> bytes:
    if isinstance(value, bool):
        return b"\x38" + VARINTS[value]
    if isinstance(value, str):
        return block(1, value.encode("utf-8", "replace"))
    if isinstance(value, int):
        return b"\x28" + varint(value) if value >= 0 else b"\x30" + varint(value << 1 ^ value >> 63)
    return b"\x19" + np.float64(value).tobytes()


def encode(layers: Sequence[Layer]) -> bytes:
    """A whole tile."""
    return b"".join(layer.encode() for layer in layers)


def add_shapes(layer: Layer, shapes: Any, rows: Sequence[Mapping[str, Value | None]]) -> None:
    """Lines and polygons (an array of shapely geometries in tile units) with their properties.

    What rounds to nothing is left out; of a collection of both, the lines and the areas become features of their own.
    """
    parts, owners = shapely.get_parts(shapes, return_index=True)
    kinds = shapely.get_type_id(parts)
    lines, areas = kinds == shapely.GeometryType.LINESTRING, kinds == shapely.GeometryType.POLYGON
    _add_features(layer, LINE, _paths(parts[lines], owners[lines]), rows)
    turned = shapely.orient_polygons(parts[areas])  # exterior rings clockwise where y grows downwards (4.3.3.3)
    rings, polygons = shapely.get_rings(turned, return_index=True)
    _add_features(layer, POLYGON, _rings(rings, polygons, owners[areas]), rows)


@dataclass
class Paths:
    """Lines or rings as whole numbers: points in a row, where each path begins and ends, whose each is."""

    points: Integers
    starts: Integers
    counts: Integers
    owners: Integers


def _paths(geometries: Any, owners: Integers, *, closed: bool = False) -> Paths:
    """Rounded to whole units; the same point twice in a row is there once, and a ring's last point not at all."""
    coordinates, index = shapely.get_coordinates(geometries, return_index=True)
    points = np.rint(coordinates).astype(np.int64)
    is_new = np.ones(len(points), dtype=bool)
    is_new[1:] = (points[1:] != points[:-1]).any(axis=1) | (index[1:] != index[:-1])
    if closed and len(points):
        is_new &= np.append(index[1:] == index[:-1], False)
    counts = np.bincount(index[is_new], minlength=len(geometries))
    return Paths(points[is_new], np.cumsum(counts) - counts, counts, owners)


def _rings(rings: Any, polygons: Integers, owners: Integers) -> Paths:
    """Rings that still enclose something, turned the right way round; a hole goes with its outer ring."""
    found = _paths(rings, owners[polygons], closed=True)
    is_exterior = np.ones(len(polygons), dtype=bool)
    is_exterior[1:] = polygons[1:] != polygons[:-1]
    areas = _areas(found)
    is_good = np.where(is_exterior, areas > 0, areas < 0) & (found.counts > 2)
    has_outer = np.zeros(len(owners), dtype=bool)
    has_outer[polygons[is_exterior & is_good]] = True
    return _only(found, is_good & has_outer[polygons])


def _areas(rings: Paths) -> Integers:
    """Twice the area of each ring by the surveyor's formula."""
    if not len(rings.points):
        return np.zeros(len(rings.counts), dtype=np.int64)
    after = np.append(rings.points[1:], rings.points[:1], axis=0)
    there = rings.counts > 0
    after[(rings.starts + rings.counts - 1)[there]] = rings.points[rings.starts[there]]
    cross = rings.points[:, 0] * after[:, 1] - after[:, 0] * rings.points[:, 1]
    sums = np.concatenate(([0], np.cumsum(cross)))
    return np.asarray(sums[rings.starts + rings.counts] - sums[rings.starts], dtype=np.int64)


def _only(paths: Paths, chosen: npt.NDArray[np.bool_]) -> Paths:
    counts = paths.counts[chosen]
    return Paths(
        paths.points[np.repeat(chosen, paths.counts)], np.cumsum(counts) - counts, counts, paths.owners[chosen]
    )


def _add_features(layer: Layer, kind: int, paths: Paths, rows: Sequence[Mapping[str, Value | None]]) -> None:
    """Each owner's paths as one feature: steps run on from path to path, the first from the corner of the tile."""
    paths = _only(paths, paths.counts > 1)
    if not len(paths.counts):
        return
    steps = np.diff(paths.points, axis=0, prepend=0)
    begins = np.ones(len(paths.owners), dtype=bool)
    begins[1:] = paths.owners[1:] != paths.owners[:-1]
    first = paths.starts[begins]
    steps[first] = paths.points[first]
    numbers = ((steps << 1) ^ (steps >> 63)).ravel().tolist()
    ends = (paths.starts + paths.counts).tolist()
    spans = list(zip((paths.starts * 2).tolist(), ends, strict=True))
    bounds = [*np.flatnonzero(begins).tolist(), len(spans)]
    for low, high in pairwise(bounds):
        mine = [numbers[start : end * 2] for start, end in spans[low:high]]
        layer.add_paths(kind, mine, rows[paths.owners[low]])
