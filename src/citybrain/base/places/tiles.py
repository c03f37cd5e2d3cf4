"""The squares that web maps are cut into (Web Mercator, EPSG:3857): numbers of tiles, quads, degrees to fractions.

At zoom z the world is 2^z × 2^z tiles; (0, 0) is in the north-west. A point's place in the world is a pair of fractions
in [0, 1): x eastwards from 180° W, y southwards from 85.0511° N.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

QUAD_ZOOM = 16
LAST = 1.0 - 1e-12
"""The greatest fraction of the world: 180° E belongs to the easternmost tile."""
NORTH_EDGE = 85.051128779806604


def to_world(lon: npt.ArrayLike, lat: npt.ArrayLike) -> tuple[Floats, Floats]:
    """WGS-84 degrees to fractions of the world; what lies beyond 85.05° is taken to that edge."""
    x = (np.asarray(lon, dtype=np.float64) + 180.0) / 360.0
    radians = np.radians(np.clip(np.asarray(lat, dtype=np.float64), -NORTH_EDGE, NORTH_EDGE))
    y = 0.5 - np.arctanh(np.sin(radians)) / (2.0 * np.pi)
    return np.clip(x, 0.0, LAST), np.clip(y, 0.0, LAST)


def tile_box(z: int, x: int, y: int, margin: float = 0.0) -> tuple[float, float, float, float]:
    """West, south, east and north of a tile in degrees, widened by a fraction of its side."""
    edges = np.array([y + 1 + margin, y - margin]) / 2**z
    south, north = np.degrees(np.arctan(np.sinh(np.pi * (1.0 - 2.0 * edges))))
    west, east = (x - margin) / 2**z * 360.0 - 180.0, (x + 1 + margin) / 2**z * 360.0 - 180.0
    return float(west), float(south), float(east), float(north)


def quad_of_tile(z: int, x: int, y: int) -> str:
    """The quad of a tile: one digit 0–3 a zoom, `""` for the whole world."""
    return "".join(str(((x >> bit) & 1) + 2 * ((y >> bit) & 1)) for bit in range(z - 1, -1, -1))


def quads_of_boxes(west: Floats, south: Floats, east: Floats, north: Floats) -> list[str]:
    """For each box in degrees the quad of the smallest tile, down to `QUAD_ZOOM`, that holds it whole."""
    left, top = to_world(west, north)
    right, bottom = to_world(east, south)
    scale = 2**QUAD_ZOOM
    corners = [np.floor(side * scale).astype(np.int64) for side in (left, top, right, bottom)]
    differing = (corners[0] ^ corners[2]) | (corners[1] ^ corners[3])
    depths = QUAD_ZOOM - np.ceil(np.log2(differing + 1)).astype(np.int64)
    return [
        quad_of_tile(depth, x >> (QUAD_ZOOM - depth), y >> (QUAD_ZOOM - depth))
        for depth, x, y in zip(depths.tolist(), corners[0].tolist(), corners[1].tolist(), strict=True)
    ]


def quads_around(z: int, x: int, y: int) -> tuple[list[str], list[tuple[str, str]]]:
    """Which quads a tile shows, with a margin of an eighth of its side: exact ones, and ranges (from, before).

    The exact ones belong to what crosses a border of larger tiles; a range is everything inside a tile.
    """
    finer = min(3, QUAD_ZOOM - z)
    side = 2**finer
    world = 2 ** (z + finer)
    west, north = x * side, y * side
    border = [
        (column, row)
        for column in range(west - 1, west + side + 1)
        for row in range(north - 1, north + side + 1)
        if not (west <= column < west + side and north <= row < north + side)
        and 0 <= column < world
        and 0 <= row < world
    ]
    quads = [quad_of_tile(z, x, y), *(quad_of_tile(z + finer, *cell) for cell in border)]
    exact = sorted({quad[:length] for quad in quads for length in range(len(quad))})
    return exact, [(quad, quad + "4") for quad in quads]
