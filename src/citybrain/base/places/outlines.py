"""Outlines of regions: any polygon in any system made into WKB in WGS-84 with its box, area and centre."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely
from shapely.geometry import shape

from citybrain.base.errors import BadInput
from citybrain.base.places.coordinates import WGS84, equal_area, to_wgs84

POLYGONS = ("Polygon", "MultiPolygon")
Box = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class Outline:
    """The shape of a region as WKB in WGS-84 degrees; the centre lies inside the shape."""

    wkb: bytes
    box: Box
    area_km2: float
    centre: tuple[float, float]


def outline_of(geometry: Any, crs: str = WGS84) -> Outline:
    """The outline of a shapely polygon whose coordinates are degrees in `crs`; a broken ring is mended.

    Raises BadInput `place.outline` for anything that encloses no area on earth.
    """
    if geometry is None or geometry.is_empty or geometry.geom_type not in POLYGONS:
        raise BadInput("place.outline", why=f"{getattr(geometry, 'geom_type', 'nothing')} is not a polygon")
    west, south, east, north = geometry.bounds
    if not (-180 <= west <= east <= 180 and -90 <= south <= north <= 90):
        raise BadInput("place.outline", why="its coordinates are not degrees of longitude and latitude")
    geometry = shapely.force_2d(geometry)
    if crs != WGS84:
        geometry = shapely.transform(geometry, lambda pairs: np.column_stack(to_wgs84(pairs[:, 0], pairs[:, 1], crs)))
    if not geometry.is_valid:
        geometry = _polygons_only(shapely.make_valid(geometry))
    geometry = shapely.normalize(geometry)
    if geometry.is_empty or geometry.area == 0:
        raise BadInput("place.outline", why="it encloses no area")
    centre = geometry.centroid if geometry.contains(geometry.centroid) else geometry.representative_point()
    area = float(shapely.area(shapely.transform(geometry, equal_area))) / 1e6
    return Outline(shapely.to_wkb(geometry), geometry.bounds, area, (centre.x, centre.y))


def outline_from_geojson(geometry: Mapping[str, Any] | None, crs: str = WGS84) -> Outline:
    """The outline of a GeoJSON geometry; raises BadInput `place.outline`."""
    if not isinstance(geometry, Mapping):
        raise BadInput("place.outline", why="the feature has no geometry")
    try:
        return outline_of(shape(geometry), crs)
    except BadInput:
        raise
    except Exception as error:  # shapely raises many kinds for wrong coordinates; all of them mean the same here
        raise BadInput("place.outline", why=f"its coordinates cannot be read ({error})") from error


def to_geojson(wkb: bytes) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(shapely.to_geojson(shapely.from_wkb(bytes(wkb))))
    return found


def union_of(wkbs: Iterable[bytes]) -> Outline:
    """One outline around all of them."""
    return outline_of(shapely.union_all(shapely.from_wkb(np.array(list(wkbs), dtype=object))))


def clip(outline: Outline, to: Any) -> Outline | None:
    """The part of an outline inside a prepared shapely polygon, None where nothing but a line remains."""
    box = shapely.from_wkb(outline.wkb)
    if to.contains_properly(box):
        return outline
    part = _polygons_only(to.intersection(box))
    return None if part.is_empty else outline_of(part)


def box_outline(box: Box) -> Outline:
    """The outline of a box (west, south, east, north)."""
    return box_outlines(*(np.array([edge]) for edge in box))[0]


def box_outlines(
    west: npt.NDArray[np.float64],
    south: npt.NDArray[np.float64],
    east: npt.NDArray[np.float64],
    north: npt.NDArray[np.float64],
) -> list[Outline]:
    """The outlines of many boxes at once."""
    shapes = shapely.to_wkb(shapely.normalize(shapely.box(west, south, east, north)))
    low, high = equal_area(np.column_stack((west, south))), equal_area(np.column_stack((east, north)))
    areas = np.prod(high - low, axis=1) / 1e6
    centres = np.column_stack(((west + east) / 2, (south + north) / 2))
    boxes = np.column_stack((west, south, east, north))
    return [
        Outline(wkb, (box[0], box[1], box[2], box[3]), area, (centre[0], centre[1]))
        for wkb, box, area, centre in zip(shapes, boxes.tolist(), areas.tolist(), centres.tolist(), strict=True)
    ]


def _polygons_only(geometry: Any) -> Any:
    """What of a geometry encloses area (mending may leave lines and points over)."""
    parts = [part for part in shapely.get_parts(geometry) if part.geom_type in POLYGONS]
    return shapely.union_all(parts) if parts else shapely.Polygon()
