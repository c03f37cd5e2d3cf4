"""Everything that is read of places. Below accounts a query takes a compiled condition, not a viewer."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import numpy.typing as npt
from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Sum

from citybrain.base import clock
from citybrain.base.conditions import Condition
from citybrain.base.errors import BadInput, NotFound
from citybrain.base.places.atlas import atlas
from citybrain.base.places.coordinates import Point
from citybrain.base.places.models import City, MapFeature, MapLayer, MapVersion, Region, RegionBoundary
from citybrain.base.places.tiles import quads_around
from citybrain.base.places.types import DrawnFeature, DrawnRegion, LevelSummary, Located, Named, Permitted
from citybrain.base.querying import Page, keyset_page, to_q


def city() -> City:
    """The city of this data directory; raises NotFound `place.no_city` while none has been imported or made."""
    found = find_city()
    if found is None:
        raise NotFound("place.no_city")
    return found


def find_city() -> City | None:
    return City.objects.select_related("root").filter(pk=1).first()


def region_of(code: str) -> Region:
    """The region with this code; raises NotFound `place.unknown_region`."""
    found = Region.objects.filter(code=code).first()
    if found is None:
        raise NotFound("place.unknown_region", region=code)
    return found


def locate(lons: npt.ArrayLike, lats: npt.ArrayLike, at: datetime | None = None) -> list[Located]:
    """The deepest region with a boundary around each WGS-84 point, by the boundaries valid at `at` (default: now).

    Arrays of one length in, one answer for each point out; a point in no region gets `OUTSIDE`. On a border that
    two regions of one depth share, the one whose path sorts first has the point.
    """
    return atlas().boundaries(at or clock.now()).locate(lons, lats)


def boundaries_since() -> datetime | None:
    """The last moment by now at which a boundary began or ended; None when none ever did."""
    return atlas().since(clock.now())


def locate_one(lon: float, lat: float, at: datetime | None = None) -> Located:
    """`locate` for one WGS-84 point."""
    return locate([lon], [lat], at)[0]


def locate_point(point: Point, at: datetime | None = None) -> Located:
    """`locate` for a point in any system.

    Raises BadInput `place.swapped` for a point outside that would lie in the city with its two numbers exchanged.
    """
    here = point.wgs84()
    found = locate_one(here.lon, here.lat, at)
    is_outside = found.region_code is None and abs(here.lon) <= 90
    if is_outside and locate_one(here.lat, here.lon, at).region_code is not None:
        raise BadInput("place.swapped", lon=point.lon, lat=point.lat)
    return found


def find_region_by_name(text: str, under: str = "/") -> Named:
    """The deepest region at or below the path `under` that a Chinese text or address names beyond doubt, and why."""
    return atlas().names().find(text, under)


def list_regions(
    scope: Condition,
    *,
    parent: str | None = None,
    level: str | None = None,
    search: str = "",
    code: Sequence[str] = (),
    after: str | None = None,
    limit: int = 100,
) -> Page[Region]:
    """Regions in the order of their paths: the children of a region's code, of a level, or with a word in the name.

    Ended regions are left out, unless they are asked for by `code`. Raises NotFound for a `parent` that there is not.
    """
    rows = _visible(scope).annotate(has_parts=_has_parts())
    rows = rows.filter(code__in=code) if code else rows.filter(valid_to=None)
    if parent is not None:
        rows = rows.filter(parent__code=parent) if parent else rows.filter(parent=None)
    if level:
        rows = rows.filter(level=level)
    if search:
        rows = rows.filter(Q(name__icontains=search) | Q(name_en__icontains=search) | Q(code__startswith=search))
    page: Page[Region] = keyset_page(rows, order=("path",), after=after, limit=limit)
    if parent and not page.items and not Region.objects.filter(code=parent).exists():
        raise NotFound("place.unknown_region", region=parent)
    return page


def level_keys() -> list[str]:
    """The words of the city's levels."""
    return [level["key"] for level in city().levels]


def get_region(scope: Condition, code: str) -> Region:
    """One region; raises NotFound `place.unknown_region` also when it is not visible."""
    found = _visible(scope).annotate(has_parts=_has_parts()).filter(code=code).first()
    if found is None:
        raise NotFound("place.unknown_region", region=code)
    return found


def get_region_to_change(code: str, *, actor: Permitted) -> Region:
    """The region, if the actor may change it; raises NotFound `place.unknown_region` and Forbidden."""
    found = Region.objects.annotate(has_parts=_has_parts()).filter(code=code).first()
    actor.check("place.write", on=found)
    if found is None:
        raise NotFound("place.unknown_region", region=code)
    return found


def find_box(region: Region) -> list[float] | None:
    """West, south, east and north of the region's present boundary."""
    found = region.boundaries.filter(valid_to=None).values_list("west", "south", "east", "north").first()
    return list(found) if found else None


def has_parts(region: Region) -> bool:
    """Whether there are regions in force below; known already for rows that came from these queries."""
    known = getattr(region, "has_parts", None)
    return bool(region.children.filter(valid_to=None).exists() if known is None else known)


def ancestors_of(region: Region) -> list[Region]:
    """The regions above, from the root down."""
    codes = region.path.strip("/").split("/")[:-1]
    return list(Region.objects.filter(code__in=codes).order_by("path"))


def get_boundary(scope: Condition, code: str, at: datetime | None = None) -> RegionBoundary:
    """A region's boundary as of `at` (default: now); raises NotFound `place.no_boundary`."""
    region = get_region(scope, code)
    moment = at or clock.now()
    valid = (Q(valid_from=None) | Q(valid_from__lte=moment)) & (Q(valid_to=None) | Q(valid_to__gt=moment))
    found = region.boundaries.filter(valid).select_related("region").first()
    if found is None:
        raise NotFound("place.no_boundary", region=code)
    return found


def describe_city() -> list[LevelSummary]:
    """The regions in force by level, in the order of the city's levels; levels without regions are left out."""
    counted = {
        row["level"]: row
        for row in Region.objects.filter(valid_to=None)
        .order_by()
        .values("level")
        .annotate(regions=Count("pk"), bounded=Count("area_km2"), area=Sum("area_km2"))
    }
    levels = {level["key"]: level for level in city().levels}
    order = [*levels, *(key for key in sorted(counted) if key not in levels)]
    return [
        LevelSummary(
            key,
            levels.get(key, {}).get("zh", key),
            levels.get(key, {}).get("en", key),
            counted[key]["regions"],
            counted[key]["bounded"],
            counted[key]["area"] or 0.0,
        )
        for key in order
        if key in counted
    ]


def map_version() -> str:
    """Changes with every region, boundary and map layer; `""` while there is nothing to draw."""
    return MapVersion.current()


def list_map_layers() -> list[MapLayer]:
    """The layers that were loaded, by name."""
    return list(MapLayer.objects.all())


def map_features(z: int, x: int, y: int) -> list[DrawnFeature]:
    """What of the loaded layers may show on a tile at its zoom, in the order of loading; tiles are checked before."""
    exact, ranges = quads_around(z, x, y)
    q = Q(quad__in=exact)
    for first, beyond in ranges:
        q |= Q(quad__gte=first, quad__lt=beyond)
    rows = MapFeature.objects.filter(q, min_zoom__lte=z, max_zoom__gte=z).order_by()  # sorted by the database, it
    found = sorted(rows.values_list("pk", "layer__kind", "feature_class", "name", "wkb"))  # would read the whole table
    return [DrawnFeature(kind, its_class, name, bytes(wkb)) for _, kind, its_class, name, wkb in found]


def map_regions() -> list[DrawnRegion]:
    """Every region in force that has an outline, from the root down."""
    rows = RegionBoundary.objects.filter(valid_to=None, region__valid_to=None).order_by("region__path")
    columns = ("region__code", "region__name", "region__name_en", "region__level", "region__path")
    return [
        DrawnRegion(*row)
        for row in rows.values_list(*columns, "region__centre_lon", "region__centre_lat", "west", "east", "wkb")
    ]


def _visible(scope: Condition) -> QuerySet[Region]:
    return Region.objects.filter(to_q(scope, Region.SCOPE.columns))


def _has_parts() -> Exists:
    return Exists(Region.objects.filter(parent=OuterRef("pk"), valid_to=None))
