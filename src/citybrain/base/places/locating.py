"""Which region is a point in: many points at once, and always the same answer for the same point.

Regions are sorted into buckets (a coarse raster over all of them), the deepest first. A point asks the regions of its
bucket in that order until one contains it, so the deepest wins, and on a border shared by two of the same depth the
one whose path sorts first. Boxes are decided by comparing numbers; other shapes by GEOS with a prepared index, all
points of one shape in one call. No database here.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import shapely

from citybrain.base.places.types import OUTSIDE, Located

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
MIN_SIDE, MAX_SIDE = 16, 512


@dataclass(frozen=True)
class Bounded:
    """A region that is valid at the moment in question, with its outline as WKB in WGS-84."""

    located: Located
    wkb: bytes


class LocateIndex:
    """Answers for one set of boundaries; made once, asked often, from any thread."""

    def __init__(self, regions: Sequence[Bounded]):
        ordered = sorted(regions, key=lambda one: (-one.located.region_path.count("/"), one.located.region_path))
        self._answers = np.empty(len(ordered) + 1, dtype=object)
        self._answers[:] = [*(one.located for one in ordered), OUTSIDE]  # index -1 is "outside"
        self._shapes = shapely.from_wkb(np.array([one.wkb for one in ordered], dtype=object))
        self._lock = threading.Lock()  # a prepared shape builds its index at the first question
        shapely.prepare(self._shapes)
        self._bounds = np.asarray(shapely.bounds(self._shapes), dtype=np.float64).reshape(-1, 4)
        self._is_box = self._find_boxes()
        self._bucket_regions()

    def __len__(self) -> int:
        return len(self._shapes)

    def locate(self, lons: npt.ArrayLike, lats: npt.ArrayLike) -> list[Located]:
        """One answer for each point; not-a-number and points beyond every outline are OUTSIDE."""
        found: list[Located] = self._answers[self.indices(lons, lats)].tolist()
        return found

    def indices(self, lons: npt.ArrayLike, lats: npt.ArrayLike) -> Ints:
        """The same as positions in the index's own order, -1 for outside."""
        x = np.atleast_1d(np.asarray(lons, dtype=np.float64))
        y = np.atleast_1d(np.asarray(lats, dtype=np.float64))
        found = np.full(x.shape, -1, dtype=np.int64)
        if not len(self._shapes):
            return found
        west, south, east, north = self._total
        waiting = np.flatnonzero((x >= west) & (x <= east) & (y >= south) & (y <= north))
        bucket = self._bucket(x[waiting], y[waiting])
        next_entry, end = self._start[bucket], self._start[bucket + 1]
        with self._lock:
            while True:
                open_ = next_entry < end
                waiting, next_entry, end = waiting[open_], next_entry[open_], end[open_]
                if not len(waiting):
                    return found
                region = self._entries[next_entry]
                inside = self._contains(region, x[waiting], y[waiting])
                found[waiting[inside]] = region[inside]
                waiting, next_entry, end = waiting[~inside], next_entry[~inside] + 1, end[~inside]

    def _contains(self, region: Ints, x: Floats, y: Floats) -> Flags:
        west, south, east, north = self._bounds[region].T
        inside: Flags = (x >= west) & (x <= east) & (y >= south) & (y <= north)
        doubtful = np.flatnonzero(inside & ~self._is_box[region])
        if len(doubtful):
            doubtful = doubtful[np.argsort(region[doubtful], kind="stable")]
            for group in np.split(doubtful, np.flatnonzero(np.diff(region[doubtful])) + 1):
                inside[group] = shapely.intersects_xy(self._shapes[region[group[0]]], x[group], y[group])
        return inside

    def _find_boxes(self) -> Flags:
        boxes = shapely.normalize(shapely.box(*self._bounds.T))
        return np.asarray(shapely.equals_exact(shapely.normalize(self._shapes), boxes, 0.0), dtype=np.bool_)

    def _bucket(self, x: Floats, y: Floats) -> Ints:
        west, south, _, _ = self._total
        column = np.minimum(((x - west) * self._per_degree[0]).astype(np.int64), self._side - 1)
        row = np.minimum(((y - south) * self._per_degree[1]).astype(np.int64), self._side - 1)
        found: Ints = row * self._side + column
        return found

    def _bucket_regions(self) -> None:
        count = len(self._shapes)
        self._side = int(np.clip(np.ceil(np.sqrt(4 * count)), MIN_SIDE, MAX_SIDE))
        if not count:
            return
        self._total = (*self._bounds[:, :2].min(axis=0), *self._bounds[:, 2:].max(axis=0))
        west, south, east, north = self._total
        self._per_degree = (self._side / max(east - west, 1e-12), self._side / max(north - south, 1e-12))
        low = self._bucket(self._bounds[:, 0], self._bounds[:, 1])
        high = self._bucket(self._bounds[:, 2], self._bounds[:, 3])
        buckets = [self._rectangle(int(a), int(b)) for a, b in zip(low, high, strict=True)]
        region = np.repeat(np.arange(count), [len(one) for one in buckets])
        flat = np.concatenate(buckets)
        order = np.argsort(flat, kind="stable")  # stable: within a bucket the deepest region stays first
        self._entries = region[order]
        self._start = np.searchsorted(flat[order], np.arange(self._side**2 + 1))

    def _rectangle(self, low: int, high: int) -> Ints:
        rows = np.arange(low // self._side, high // self._side + 1)
        columns = np.arange(low % self._side, high % self._side + 1)
        return (rows[:, None] * self._side + columns[None, :]).ravel()
