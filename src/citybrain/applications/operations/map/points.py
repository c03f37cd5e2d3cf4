"""Points of a set cut into tiles: single ones up to 2,000 in the whole set, clusters above."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from citybrain.applications.operations.map.mvt import EXTENT, Layer, Value, encode
from citybrain.base.places.tiles import to_world
from citybrain.hubs.business.cases.queries import CasePoint
from citybrain.hubs.sensing.alarms.queries import AlarmPoint
from citybrain.hubs.sensing.things.queries import ThingPoint

MOST_SINGLE = 2000
"""A set of more points than this comes in clusters."""
SINGLE_ZOOM = 16
"""From here on every point stands for itself, however many there are."""
CELLS = 8
"""A cluster is what stands in one cell, of so many to a tile's side: 64 pixels."""
WORST, NONE = 1, 9
Row = dict[str, Value | None]


@dataclass(frozen=True)
class PointSet:
    """All points that a viewer sees of one set: where (fractions of the world), how severe (0: not), and what."""

    name: str
    xy: npt.NDArray[np.float64]
    severity: npt.NDArray[np.int64]
    rows: list[Row]

    def __len__(self) -> int:
        return len(self.rows)

    @property
    def is_clustered(self) -> bool:
        return len(self) > MOST_SINGLE

    def by_severity(self) -> dict[int, int]:
        found = np.bincount(self.severity, minlength=5)
        return {severity: int(count) for severity, count in enumerate(found) if count}


def point_set(name: str, lons: Sequence[float], lats: Sequence[float], rows: list[Row]) -> PointSet:
    severity = np.array([row["severity"] for row in rows], dtype=np.int64)
    return PointSet(name, np.column_stack(to_world(lons, lats)).reshape(-1, 2), severity, rows)


def set_of_cases(found: Sequence[CasePoint]) -> PointSet:
    rows: list[Row] = [
        {
            "kind": "case", "id": one.number, "severity": one.severity, "state": one.state or None, "title": one.title,
            "title_en": one.title_en or None,
            "type": one.case_type, "overdue": one.is_overdue or None,
        }
        for one in found
    ]  # fmt: skip
    return point_set("cases", [one.lon for one in found], [one.lat for one in found], rows)


def set_of_alarms(found: Sequence[AlarmPoint]) -> PointSet:
    rows: list[Row] = [
        {
            "kind": "alarm", "id": one.id, "severity": one.severity, "state": one.state, "title": one.title.get("zh"),
            "title_en": one.title.get("en"), "thing": one.thing, "thing_name": one.thing_name,
        }
        for one in found
    ]  # fmt: skip
    return point_set("alarms", [one.lon for one in found], [one.lat for one in found], rows)


def set_of_things(found: Sequence[ThingPoint], alarms: Sequence[AlarmPoint]) -> PointSet:
    """Things with the worst of those of their alarms that the viewer may see."""
    worst: dict[str, int] = {}
    for alarm in alarms:
        worst[alarm.thing] = min(worst.get(alarm.thing, NONE), alarm.severity)
    rows: list[Row] = [
        {
            "kind": "thing", "id": one.code, "severity": worst.get(one.code, 0),
            "state": "firing" if one.code in worst else "quiet", "title": one.name, "model": one.model,
        }
        for one in found
    ]  # fmt: skip
    return point_set("things", [one.lon for one in found], [one.lat for one in found], rows)


def draw_points(points: PointSet, z: int, x: int, y: int) -> bytes:
    """One tile. A point lies on exactly one tile of a zoom, and so does a cluster: cells do not cross tiles."""
    tiles = points.xy * 2.0**z
    mine = np.flatnonzero((np.floor(tiles) == (x, y)).all(axis=1))
    within = tiles[mine] - (x, y)
    layer = Layer(points.name)
    if points.is_clustered and z < SINGLE_ZOOM:
        _add_clusters(layer, points, mine, within)
    else:
        layer.add_points(_units(within), [points.rows[index] for index in mine])
    return encode([layer])


def _add_clusters(layer: Layer, points: PointSet, mine: Any, within: npt.NDArray[np.float64]) -> None:
    cells = np.floor(within * CELLS).astype(np.int64)
    _, first, cell, counts = np.unique(
        cells[:, 0] * CELLS + cells[:, 1], return_index=True, return_inverse=True, return_counts=True
    )
    severity = np.where(points.severity[mine] == 0, NONE, points.severity[mine])
    worst = np.full(len(counts), NONE)
    np.minimum.at(worst, cell, severity)
    middle = np.column_stack([np.bincount(cell, weights=within[:, axis]) / np.maximum(counts, 1) for axis in (0, 1)])
    rows: list[Row] = [
        points.rows[mine[index]] if count == 1
        else {"kind": "cluster", "of": points.name, "count": count, "severity": one if one < NONE else 0}
        for index, count, one in zip(first.tolist(), counts.tolist(), worst.tolist(), strict=True)
    ]  # fmt: skip
    layer.add_points(_units(middle), rows)


def _units(within: npt.NDArray[np.float64]) -> npt.NDArray[np.int64]:
    return np.floor(within * EXTENT).astype(np.int64)
