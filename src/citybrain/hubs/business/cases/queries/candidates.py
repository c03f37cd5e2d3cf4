"""Open cases that a report may belong to, all questions in one statement.

Written by hand because of the partial indexes: SQLite uses one only when its condition stands in the query word for
word, and orders by an expression lest it walk the index of dates instead; and this is asked for every report.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import h3
from django.db import connection

from citybrain.base.places.coordinates import degree_lengths_m
from citybrain.hubs.business.cases.types import CaseCandidate, CaseTypeView

RESOLUTION = 9
MOST_RINGS = 12
SHORTEST_STEP_M = 230.0
"""Centres of neighbouring cells of resolution 9 lie at least this far apart anywhere on earth."""
BOX_MARGIN = 1.01
"""Degrees are measured on the ellipsoid, distances on the sphere: half a per cent apart."""
MOST_FOUND = 200
COLUMNS = "id, number, title, text, address, thing, lon, lat, precision_m, occurred_at, region_path"
OPEN = f"SELECT {COLUMNS} FROM cases_case WHERE closed_at IS NULL AND case_type_id = %s"  # noqa: S608 - constants
Asked = tuple[str, list[Any]]


def open_candidates(
    kind: CaseTypeView,
    since: datetime,
    *,
    around: tuple[float, float, float] | None = None,
    address_key: str = "",
    thing: str = "",
    region_path: str = "",
    numbers: Sequence[str] = (),
) -> list[CaseCandidate]:
    """Open cases of one kind that occurred since then: around a point (lon, lat, radius in metres; a little beyond it
    too), at an address, of a thing, in exactly this region, or with these numbers. Each once, in no order, at most 200
    of each question.
    """
    moment = connection.ops.adapt_datetimefield_value(since)
    asked: list[Asked] = []
    if around is not None:
        asked.append(_around(*around))
    if address_key:
        asked.append(("NOT (address_key = '') AND address_key = %s", [address_key]))
    if thing:
        asked.append(("NOT (thing = '') AND thing = %s", [thing]))
    if region_path:
        asked.append(("region_path = %s", [region_path]))
    if numbers:
        asked.append((f"number IN ({', '.join(['%s'] * len(numbers))})", list(numbers)))
    if not asked:
        return []
    parts: list[str] = []
    parameters: list[Any] = []
    for condition, values in asked:
        newest = f"{OPEN} AND {condition} AND occurred_at >= %s ORDER BY -id LIMIT {MOST_FOUND}"
        parts.append(f"SELECT * FROM ({newest}) AS part_{len(parts)}")  # noqa: S608 - conditions are constants
        parameters += [kind.pk, *values, moment]
    with connection.cursor() as cursor:
        cursor.execute(" UNION ".join(parts), parameters)
        return [_candidate(row) for row in cursor.fetchall()]


def rings_around(radius_m: float) -> int:
    """How many rings of cells hold every point of a circle around any point of the middle cell.

    The disk of k rings reaches 1.5 k + 0.5 edges from its centre in its narrowest direction, and the circle may be one
    edge off the centre; one ring more, because cells are not quite regular.
    """
    edge = SHORTEST_STEP_M / math.sqrt(3)
    return math.ceil((radius_m / edge + 0.5) / 1.5) + 1


def _around(lon: float, lat: float, radius_m: float) -> Asked:
    """A little more than the circle: the cells around, or for a large circle the box around."""
    rings = rings_around(radius_m)
    if rings <= MOST_RINGS:
        cells = sorted(h3.grid_disk(h3.latlng_to_cell(lat, lon, RESOLUTION), rings))
        return f"NOT (h3 = '') AND h3 IN ({', '.join(['%s'] * len(cells))})", list(cells)
    east, north = degree_lengths_m(lat)
    wide, high = BOX_MARGIN * radius_m / max(east, 1.0), BOX_MARGIN * radius_m / north
    box = [lon - wide, lon + wide, lat - high, lat + high]
    return "NOT (h3 = '') AND lon BETWEEN %s AND %s AND lat BETWEEN %s AND %s", box


def _candidate(row: tuple[Any, ...]) -> CaseCandidate:
    pk, number, title, text, address, thing, lon, lat, precision_m, occurred_at, region_path = row
    moment = occurred_at if isinstance(occurred_at, datetime) else datetime.fromisoformat(occurred_at)
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return CaseCandidate(pk, number, title, text, address, thing, lon, lat, precision_m, moment, region_path)
