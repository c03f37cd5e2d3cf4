"""Open cases that a new report may belong to: near in space and time, at the same address, of the same thing."""

from __future__ import annotations

import math
from collections.abc import Iterable
from datetime import datetime
from typing import Any

import h3
from django.db.models import Q, QuerySet

from citybrain.base.places.coordinates import degree_lengths_m, distance_m
from citybrain.hubs.business.cases.models import Case
from citybrain.hubs.business.cases.queries.catalogue import Catalogue, catalogue
from citybrain.hubs.business.cases.types import CaseNear

RESOLUTION = 9
MOST_RINGS = 12
SHORTEST_STEP_M = 230.0
"""Centres of neighbouring cells of resolution 9 lie at least this far apart anywhere on earth."""
BOX_MARGIN = 1.01
"""Degrees are measured on the ellipsoid, distances on the sphere: half a per cent apart."""
MOST_FOUND = 200
COLUMNS = (
    "pk", "number", "case_type_id", "title", "text", "address", "lon", "lat", "precision_m", "occurred_at",
    "recorded_at", "region_path", "signal_count",
)  # fmt: skip


def open_cases_near(
    codes: Iterable[str], lon: float, lat: float, radius_m: float, since: datetime, *, declared: Catalogue | None = None
) -> list[CaseNear]:
    """Open cases of these kinds that occurred since then within a radius, nearest first; the point is in WGS-84."""
    declared = declared or catalogue()
    rows = open_of(declared, codes, since).filter(_around(lon, lat, radius_m), lon__isnull=False)
    found = [_near(declared, row, float(distance_m(lon, lat, row[6], row[7]))) for row in rows.values_list(*COLUMNS)]
    near = [one for one in found if one.distance_m is not None and one.distance_m <= radius_m]
    return sorted(near, key=lambda one: (one.distance_m, one.pk))[:MOST_FOUND]


def open_cases_at(
    codes: Iterable[str], address_key: str, since: datetime, *, declared: Catalogue | None = None
) -> list[CaseNear]:
    """Open cases of these kinds at an address (as the caller normalised it), newest first."""
    if not address_key:
        return []
    declared = declared or catalogue()
    return listed(declared, open_of(declared, codes, since).filter(address_key=address_key))


def open_cases_of_thing(
    codes: Iterable[str], thing: str, since: datetime | None = None, *, declared: Catalogue | None = None
) -> list[CaseNear]:
    """Open cases of these kinds that alarms of a thing opened, newest first."""
    if not thing:
        return []
    declared = declared or catalogue()
    return listed(declared, open_of(declared, codes, since).filter(thing=thing))


def open_of(declared: Catalogue, codes: Iterable[str], since: datetime | None) -> QuerySet[Case]:
    """Open cases of these kinds that occurred since then."""
    kinds = [declared.types[code].pk for code in codes if code in declared.types]
    rows = Case.objects.filter(closed_at__isnull=True, case_type_id__in=kinds)
    return rows if since is None else rows.filter(occurred_at__gte=since)


def rings_around(radius_m: float) -> int:
    """How many rings of cells hold every point of a circle around any point of the middle cell.

    The disk of k rings reaches 1.5 k + 0.5 edges from its centre in its narrowest direction, and the circle may be one
    edge off the centre; one ring more, because cells are not quite regular.
    """
    edge = SHORTEST_STEP_M / math.sqrt(3)
    return math.ceil((radius_m / edge + 0.5) / 1.5) + 1


def _around(lon: float, lat: float, radius_m: float) -> Q:
    """A little more than the circle: the cells around, or for a large circle the box around."""
    rings = rings_around(radius_m)
    if rings <= MOST_RINGS:
        return Q(h3__in=sorted(h3.grid_disk(h3.latlng_to_cell(lat, lon, RESOLUTION), rings)))
    east, north = degree_lengths_m(lat)
    wide, high = BOX_MARGIN * radius_m / max(east, 1.0), BOX_MARGIN * radius_m / north
    return Q(lon__range=(lon - wide, lon + wide), lat__range=(lat - high, lat + high)) & ~Q(h3="")


def listed(declared: Catalogue, rows: QuerySet[Case]) -> list[CaseNear]:
    """The newest of these cases."""
    newest = rows.order_by("-recorded_at", "-pk").values_list(*COLUMNS)[:MOST_FOUND]
    return [_near(declared, row, None) for row in newest]


def _near(declared: Catalogue, row: tuple[Any, ...], distance: float | None) -> CaseNear:
    pk, number, type_id, *rest = row
    values: tuple[Any, ...] = (pk, number, declared.types_by_pk[type_id].code, *rest, distance)
    return CaseNear(*values)
