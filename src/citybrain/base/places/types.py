"""What crosses the border of places: positions, and answers about them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, NamedTuple, Protocol

from citybrain.base.places.coordinates import CRS, WGS84, Point, convert, distance_m, h3_cell, to_wgs84

__all__ = [
    "CRS",
    "OUTSIDE",
    "WGS84",
    "DrawnFeature",
    "DrawnRegion",
    "LevelSummary",
    "Located",
    "Named",
    "Permitted",
    "Point",
    "convert",
    "distance_m",
    "h3_cell",
    "to_wgs84",
]


class Permitted(Protocol):
    """Somebody whose rights can be asked (a viewer); places stand below accounts and know no more of him."""

    def check(self, permission: str, on: Any | None = None) -> None:
        """Raises Forbidden without the permission on that row, NotFound when the row is not even visible."""


@dataclass(frozen=True, slots=True)
class Located:
    """The deepest region with a boundary around a point; `region_code` None where there is none.

    `has_deeper` says that this region has parts which have no boundary (or none around the point): the true answer
    may be deeper than `level`.
    """

    region_code: str | None
    region_path: str
    level: str
    has_deeper: bool = False


OUTSIDE = Located(None, "", "")


@dataclass(frozen=True, slots=True)
class Named:
    """The deepest region that a text names beyond doubt, and why (or why not).

    `why` is `named`, `ambiguous` (then `candidates` holds the codes in question, and a region is given only where a
    wider one is named too) or `absent`; `words` are the names found in the text.
    """

    region_code: str | None
    region_path: str
    level: str
    why: str
    words: tuple[str, ...] = ()
    candidates: tuple[str, ...] = field(default=())


@dataclass(frozen=True, slots=True)
class LevelSummary:
    """How many regions a level has, how many of them have a boundary, and the area these cover together."""

    key: str
    zh: str
    en: str
    regions: int
    bounded: int
    area_km2: float


class DrawnFeature(NamedTuple):
    """A feature of a map layer as a tile draws it; the geometry is WKB in WGS-84."""

    kind: str
    feature_class: str
    name: str
    wkb: bytes


class DrawnRegion(NamedTuple):
    """A region with an outline as a tile draws it; the centre lies inside."""

    code: str
    name: str
    name_en: str
    level: str
    path: str
    lon: float
    lat: float
    west: float
    east: float
    wkb: bytes
