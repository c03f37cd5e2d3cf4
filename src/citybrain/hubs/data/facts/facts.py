"""Facts of the ground: regions, organisations and events."""

from __future__ import annotations

from collections.abc import Iterator

import pyarrow as pa

from citybrain.base.parties.models import Organisation
from citybrain.base.places.models import Region
from citybrain.hubs.data.facts.registry import declare
from citybrain.hubs.data.facts.types import Reference, Row, View

S, F, B, I64 = pa.string(), pa.float64(), pa.bool_(), pa.int64()


def _regions() -> Iterator[Row]:
    columns = ("code", "name", "name_en", "level", "path", "area_km2", "centre_lon", "centre_lat", "population")
    yield from Region.objects.order_by("path").values(*columns).iterator()


def _organisations() -> Iterator[Row]:
    columns = ("code", "name", "name_en", "kind", "path", "is_active")
    yield from Organisation.objects.order_by("path").values(*columns).iterator()


MOVED = """
SELECT code, path FROM regions
WHERE code IN (SELECT code FROM regions_history GROUP BY code HAVING count(DISTINCT path) > 1)
"""
"""Few or none, so that joining them costs next to nothing where all of `regions` would be a tenth of a view's time."""

declare(
    Reference(
        "regions",
        "code",
        (
            pa.field("code", S), pa.field("name", S), pa.field("name_en", S), pa.field("level", S),
            pa.field("path", S), pa.field("area_km2", F), pa.field("centre_lon", F), pa.field("centre_lat", F),
            pa.field("population", I64),
        ),
        _regions,
        ("region.*",),
    ),
    View("moved_regions", MOVED, "曾改隶的区划及其现在的路径:其案件与线索按现在的路径计"),
    Reference(
        "organisations",
        "code",
        (
            pa.field("code", S), pa.field("name", S), pa.field("name_en", S), pa.field("kind", S),
            pa.field("path", S), pa.field("is_active", B),
        ),
        _organisations,
        ("organisation.*",),
    ),
)  # fmt: skip
