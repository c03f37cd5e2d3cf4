"""Where drafts of things stand: checks, conversion to WGS-84 and the region, for many at once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from citybrain.base.errors import BadInput, FieldError
from citybrain.base.places.coordinates import Point, to_wgs84
from citybrain.base.places.models import Region
from citybrain.base.places.queries import locate
from citybrain.base.places.types import Located
from citybrain.hubs.sensing.things.models import Thing
from citybrain.hubs.sensing.things.types import Placed, ThingDraft

METRES_PER_DEGREE = 111_195.0


@dataclass(frozen=True)
class Placing:
    """Answers by the index of the draft."""

    placed: Mapping[int, Placed]
    wrong: Mapping[int, FieldError]


def place_drafts(drafts: Mapping[int, ThingDraft]) -> Placing:
    """Check and locate drafts. A point that no region contains stands nowhere, unless the draft names a region.

    A named region wins over the located one where it lies inside it: boundaries often end above street level.
    """
    wrong: dict[int, FieldError] = {}
    points: dict[int, Point] = {}
    for index, draft in drafts.items():
        try:
            point = _point_of(draft)
        except BadInput as error:
            wrong[index] = FieldError(_field(error.code), error.code, error.data)
            continue
        if point is not None:
            points[index] = point
    regions = _named_regions(drafts.values())
    located = _locate(points)
    placed: dict[int, Placed] = {}
    for index, draft in drafts.items():
        if draft.region and draft.region not in regions:
            wrong.setdefault(index, FieldError("region", "place.unknown_region", {"region": draft.region}))
        if index in wrong:
            continue
        if index in points and located[index][0] is None:
            given = points[index]
            wrong[index] = FieldError("lon", "place.swapped", {"lon": given.lon, "lat": given.lat})
            continue
        placed[index] = _placed(draft, points.get(index), located.get(index), regions.get(draft.region))
    return Placing(placed, wrong)


def _point_of(draft: ThingDraft) -> Point | None:
    if draft.lon is None and draft.lat is None:
        return None
    if draft.lon is None or draft.lat is None:
        raise BadInput("things.half_a_point")
    return Point(draft.lon, draft.lat, draft.crs, draft.precision_m)


def _field(code: str) -> str:
    return {"place.unknown_crs": "crs", "place.precision": "precision_m", "place.out_of_range": "lat"}.get(code, "lon")


def _named_regions(drafts: Iterable[ThingDraft]) -> dict[str, Region]:
    codes = {draft.region for draft in drafts if draft.region}
    return {region.code: region for region in Region.objects.filter(code__in=codes)}


Answer = tuple[Located | None, float, float]


def _locate(points: Mapping[int, Point]) -> dict[int, Answer]:
    """Region and WGS-84 position of each point; the region is None where the two numbers are plainly exchanged."""
    found: dict[int, Answer] = {}
    for crs in sorted({point.crs for point in points.values()}):
        group = [(index, point) for index, point in points.items() if point.crs == crs]
        lons, lats = to_wgs84([one.lon for _, one in group], [one.lat for _, one in group], crs)
        regions = locate(lons, lats)
        swapped = _swapped(lons, lats, regions)
        for (index, _), lon, lat, region, is_swapped in zip(group, lons, lats, regions, swapped, strict=True):
            found[index] = (None if is_swapped else region, float(lon), float(lat))
    return found


def _swapped(lons: np.ndarray, lats: np.ndarray, regions: Sequence[Located]) -> list[bool]:
    outside = np.array([region.region_code is None for region in regions], dtype=np.bool_)
    doubtful = np.flatnonzero(outside & (np.abs(lons) <= 90))
    answer = [False] * len(regions)
    if len(doubtful):
        for index, region in zip(doubtful, locate(lats[doubtful], lons[doubtful]), strict=True):
            answer[int(index)] = region.region_code is not None
    return answer


def _placed(draft: ThingDraft, point: Point | None, answer: Answer | None, named: Region | None) -> Placed:
    located = answer[0] if answer else None
    code, path = (located.region_code or "", located.region_path) if located else ("", "")
    given = named is not None and (not path or named.path.startswith(path))
    if named is not None and given:
        code, path = named.code, named.path
    if point is None or answer is None:
        return Placed(region_code=code, region_path=path, given_region=given)
    precision = digits_precision(point.lon, point.lat) if point.precision_m is None else point.precision_m
    return Placed(answer[1], answer[2], precision, point.crs, code, path, given)


def locate_again(things: Sequence[Thing]) -> list[Thing]:
    """Those of some things (with points) that lie in another region than they say, set to the right one.

    A thing that was registered into a region below the one its point is in stays there.
    """
    points = np.array([(thing.lon, thing.lat) for thing in things], dtype=np.float64).reshape(-1, 2)
    located = locate(points[:, 0], points[:, 1])
    changed = []
    for thing, region in zip(things, located, strict=True):
        if region.region_code is None and thing.given_region:
            continue
        if region.region_path != thing.region_path and not (
            thing.given_region and thing.region_path.startswith(region.region_path)
        ):
            thing.region_code, thing.region_path = region.region_code or "", region.region_path
            changed.append(thing)
    return changed


def digits_precision(lon: float, lat: float) -> float:
    """How far off a point may be that is written with so many decimals: 39.93 is good to about a kilometre."""
    decimals = max(_decimals(lon), _decimals(lat))
    return float(f"{METRES_PER_DEGREE * 10.0**-decimals:.3g}")


def _decimals(degrees: float) -> int:
    _, _, fraction = repr(float(degrees)).partition(".")
    return 7 if "e" in fraction else len(fraction.rstrip("0"))
