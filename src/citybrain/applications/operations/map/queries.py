"""Everything that is read of the map: what there is, and tiles."""

from __future__ import annotations

import gzip
from collections.abc import Hashable, Sequence
from dataclasses import dataclass

from citybrain.applications.operations.map.base import draw_base
from citybrain.applications.operations.map.beats import beats
from citybrain.applications.operations.map.caching import Kept
from citybrain.applications.operations.map.points import MOST_SINGLE, PointSet
from citybrain.applications.operations.map.sets import LIVE_SETS, Wanted, key_of, live_bytes, read_set
from citybrain.base.accounts.types import Viewer
from citybrain.base.errors import NotFound
from citybrain.base.places.models import City
from citybrain.base.places.queries import city, find_box, list_map_layers, map_version
from citybrain.base.querying import About

DEEPEST = 22
TOGETHER = "live"
SETS = ("base", *LIVE_SETS, TOGETHER)
REVISION = "1"
"""Part of every version: counts up when the same places come to be drawn in another way."""
BASE_BYTES = 96 * 1024 * 1024
ZIP_ABOVE = 512

_base_tiles: Kept[bytes] = Kept(BASE_BYTES, len)


@dataclass(frozen=True)
class Tile:
    """A tile's bytes (gzip where `is_zipped`); `is_lasting` where this address never comes to mean other bytes."""

    content: bytes
    is_zipped: bool
    is_lasting: bool = False


@dataclass(frozen=True)
class PublicMap:
    """What everybody may know of the map."""

    city: City
    version: str
    bbox: list[float] | None
    layers: list[str]


@dataclass(frozen=True)
class LegendLine:
    """How many points of a set a viewer sees, by severity (0: things without an alarm), and whether they cluster.

    What has no place is no point, and is not counted.
    """

    name: str
    about: About
    by_severity: dict[int, About]
    is_clustered: bool


@dataclass(frozen=True)
class ViewerMap:
    """What a viewer's map holds: the base, and a line of the legend for each set that he may see."""

    base: PublicMap
    legend: list[LegendLine]
    cluster_above: int = MOST_SINGLE


def base_version() -> str:
    """The version of the base: with another one every tile of it may be another."""
    return f"{map_version()[:16]}-{REVISION}"


def public_map() -> PublicMap:
    """The city's name, where it lies, and the version of its base; raises NotFound `place.no_city`."""
    it = city()
    layers = ["regions", *sorted({layer.kind for layer in list_map_layers()})]
    return PublicMap(it, base_version(), find_box(it.root), layers)


def public_tile(version: str, z: int, x: int, y: int) -> Tile:
    """A tile of the base without grids, for everybody. An old version gets the present map, not to be kept."""
    return _base_tile(version, z, x, y, with_grids=False)


def base_tile(viewer: Viewer, version: str, z: int, x: int, y: int) -> Tile:
    """A tile of the base with grids, for whoever may read places."""
    viewer.check("place.read")
    return _base_tile(version, z, x, y, with_grids=True)


def _base_tile(version: str, z: int, x: int, y: int, *, with_grids: bool) -> Tile:
    check_tile(z, x, y)
    now = base_version()

    def make() -> bytes:
        return gzip.compress(draw_base(now, z, x, y, with_grids=with_grids), 6, mtime=0)

    return Tile(_base_tiles.get((now, with_grids, z, x, y), make), is_zipped=True, is_lasting=version == now)


def describe_map(viewer: Viewer, wanted: Wanted) -> ViewerMap:
    """The base, and how much of each live set there is for what is asked."""
    viewer.check("place.read")
    names = [name for name, live in LIVE_SETS.items() if name != "heat" and viewer.may(live.permission)]
    beat = beats.read()
    lines = [_legend_line(viewer, name, wanted, key_of(viewer, name, wanted, beat)) for name in names]
    return ViewerMap(public_map(), lines)


def _legend_line(viewer: Viewer, name: str, wanted: Wanted, key: Hashable) -> LegendLine:
    found = read_set(viewer, name, wanted, key)
    assert isinstance(found, PointSet)
    by_severity = {severity: About(count, is_more=False) for severity, count in found.by_severity().items()}
    return LegendLine(name, About(len(found), is_more=False), by_severity, found.is_clustered)


def tile(
    viewer: Viewer, layer_set: str, version: str, together: Sequence[str], wanted: Wanted, z: int, x: int, y: int
) -> Tile:
    """A tile of a set, or of several `together` where the set is `live`.

    Raises NotFound `map.unknown_set` and `map.no_tile`, Forbidden without the permission of a set.
    """
    if layer_set not in SETS:
        raise NotFound("map.unknown_set", name=layer_set, known=", ".join(SETS))
    if layer_set == "base":
        return base_tile(viewer, version, z, x, y)
    check_tile(z, x, y)
    names = [name for name in LIVE_SETS if name in together] if layer_set == TOGETHER else [layer_set]
    return Tile(live_bytes(viewer, names, wanted, z, x, y), is_zipped=False)


def check_tile(z: int, x: int, y: int) -> None:
    """Raises NotFound `map.no_tile` for what is no tile of the world."""
    if not (0 <= z <= DEEPEST and 0 <= x < 2**z and 0 <= y < 2**z):
        raise NotFound("map.no_tile", z=z, x=x, y=y, deepest=DEEPEST)
