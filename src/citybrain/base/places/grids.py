"""Square grids over a box, true to size on the ground at the middle latitude of the box. No database here."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from citybrain.base.errors import BadInput
from citybrain.base.places.coordinates import degree_lengths_m
from citybrain.base.places.outlines import Box, Outline, box_outlines

LIMIT = 250_000
SLIVER = 0.01  # a last row or column thinner than this part of a grid is given to its neighbour
SIZE = re.compile(r"(?P<number>\d+(?:\.\d+)?)\s*(?P<unit>km|m|)\Z", re.IGNORECASE)


@dataclass(frozen=True)
class Grid:
    """Edges of columns (from west) and rows (from south) in degrees; neighbours share their edge exactly."""

    longitudes: npt.NDArray[np.float64]
    latitudes: npt.NDArray[np.float64]

    @property
    def columns(self) -> int:
        return len(self.longitudes) - 1

    @property
    def rows(self) -> int:
        return len(self.latitudes) - 1

    def codes(self, prefix: str = "") -> list[str]:
        """`g-012-034` for row 12, column 34, row by row; wide enough for the last, so that text order is map order."""
        width = max(3, len(str(max(self.rows, self.columns) - 1)))
        return [f"{prefix}g-{r:0{width}}-{c:0{width}}" for r in range(self.rows) for c in range(self.columns)]

    def outlines(self) -> list[Outline]:
        """The boxes in the order of the codes."""
        south, west = (one.ravel() for one in np.meshgrid(self.latitudes[:-1], self.longitudes[:-1], indexing="ij"))
        north, east = (one.ravel() for one in np.meshgrid(self.latitudes[1:], self.longitudes[1:], indexing="ij"))
        return box_outlines(west, south, east, north)


def lay(box: Box, size_m: float) -> Grid:
    """The grid of a box: squares of `size_m` on the ground at the middle latitude, from the south-western corner.

    The last row and column end at the box. Raises BadInput `place.grid_size` above 250,000 grids.
    """
    west, south, east, north = box
    east_m, north_m = degree_lengths_m((south + north) / 2)
    columns, rows = _count((east - west) * east_m / size_m), _count((north - south) * north_m / size_m)
    if rows * columns > LIMIT:
        raise BadInput("place.grid_size", size=f"{size_m:g} m", count=rows * columns, limit=LIMIT)
    return Grid(_edges(west, east, size_m / east_m, columns), _edges(south, north, size_m / north_m, rows))


def _count(lengths: float) -> int:
    return max(1, math.ceil(lengths - SLIVER))


def _edges(low: float, high: float, step: float, count: int) -> npt.NDArray[np.float64]:
    edges = low + np.arange(count + 1) * step
    edges[-1] = high
    return np.asarray(edges, dtype=np.float64)


def read_box(text: str) -> Box:
    """`W,S,E,N` in degrees; raises BadInput `place.box`."""
    try:
        west, south, east, north = (float(part) for part in text.split(","))
    except ValueError as error:
        raise BadInput("place.box", bbox=text) from error
    if not (-180 <= west < east <= 180 and -90 < south < north < 90):
        raise BadInput("place.box", bbox=text)
    return west, south, east, north


def read_size(text: str) -> float:
    """`1km`, `500m` or a number of metres; raises BadInput `place.size_invalid`."""
    match = SIZE.match(text.strip())
    metres = float(match["number"]) * (1000 if match["unit"].lower() == "km" else 1) if match else 0.0
    if metres <= 0:
        raise BadInput("place.size_invalid", size=text)
    return metres
