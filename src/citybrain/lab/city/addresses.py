"""Addresses: a road, a house number that grows along it, and the community it lies in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import shapely

from citybrain.lab.city.ground import Buildings
from citybrain.lab.city.roads import HOUSE_EVERY_M, Road


@dataclass(frozen=True)
class Address:
    """Where a building stands: metres, road and number, the position of its grid."""

    x: float
    y: float
    road: str
    number: int
    cell: int
    use: str


def make_addresses(buildings: Buildings, roads: Sequence[Road], rng: np.random.Generator, count: int) -> list[Address]:
    """The addresses of `count` buildings taken at random, each on the road that is nearest to it."""
    chosen = np.sort(rng.permutation(len(buildings))[:count])
    x, y = (one[chosen] for one in buildings.centre)
    lines = [shapely.LineString(np.column_stack([road.x, road.y])) for road in roads]
    points = shapely.points(x, y)
    nearest = shapely.STRtree(lines).nearest(points)
    metres = shapely.line_locate_point(np.array(lines)[nearest], points)
    return [
        Address(round(px, 2), round(py, 2), roads[road].name, _number(roads[road], m, px, py), int(cell), str(use))
        for px, py, road, m, cell, use in zip(
            x.tolist(), y.tolist(), nearest.tolist(), metres.tolist(), buildings.cell[chosen], buildings.use[chosen],
            strict=True,
        )
    ]  # fmt: skip


def _number(road: Road, metres: float, x: float, y: float) -> int:
    """Odd numbers on one side, even ones on the other, as streets in China have them."""
    steps = np.concatenate([[0.0], np.hypot(np.diff(road.x), np.diff(road.y)).cumsum()])
    piece = min(int(np.searchsorted(steps, metres, side="right")) - 1, len(road.x) - 2)
    dx, dy = road.x[piece + 1] - road.x[piece], road.y[piece + 1] - road.y[piece]
    is_left = dx * (y - road.y[piece]) - dy * (x - road.x[piece]) > 0
    return int(metres / HOUSE_EVERY_M) * 2 + (1 if is_left else 2)


def crossings(roads: Sequence[Road], classes: Sequence[str]) -> list[tuple[str, str, float, float]]:
    """Where two roads of these classes meet: both names and the point."""
    chosen = [road for road in roads if road.road_class in classes]
    lines = [shapely.LineString(np.column_stack([road.x, road.y])) for road in chosen]
    found = []
    first, second = shapely.STRtree(lines).query(lines, predicate="intersects")
    for a, b in sorted(zip(first.tolist(), second.tolist(), strict=True)):
        if a < b and chosen[a].name != chosen[b].name:
            point = shapely.intersection(lines[a], lines[b])
            for one in shapely.get_parts(point):
                if one.geom_type == "Point":
                    found.append((chosen[a].name, chosen[b].name, float(one.x), float(one.y)))
    return found
