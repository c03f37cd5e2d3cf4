"""What places announce on the bus; the subject is `region/<code>`."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from citybrain.base.bus import Message


class RegionCreated(Message, frozen=True, kw_only=True):
    type: ClassVar[str] = "region.created"
    code: str
    name: str
    level: str
    path: str


class RegionRenamed(Message, frozen=True, kw_only=True):
    type: ClassVar[str] = "region.renamed"
    code: str
    name: str
    old_name: str


class RegionMoved(Message, frozen=True, kw_only=True):
    """Everything below moved with it: paths that began with `old_path` now begin with `path`."""

    type: ClassVar[str] = "region.moved"
    code: str
    path: str
    old_path: str


class RegionEnded(Message, frozen=True, kw_only=True):
    type: ClassVar[str] = "region.ended"
    code: str
    path: str
    at: datetime


class BoundaryDrawn(Message, frozen=True, kw_only=True):
    """The region has another outline from `valid_from` on (None: as far back as anybody asks)."""

    type: ClassVar[str] = "region.bounded"
    code: str
    path: str
    valid_from: datetime | None


class RegionsImported(Message, frozen=True, kw_only=True):
    """Many regions at once, from files or as a grid; renames, moves and ends are announced one by one as well.

    `counted` says of how many that were there the number of people is another one.
    """

    type: ClassVar[str] = "region.imported"
    code: str
    path: str
    created: int
    renamed: int
    moved: int
    bounded: int
    ended: int
    counted: int = 0


class MapLayerLoaded(Message, frozen=True, kw_only=True):
    """A layer of the map was loaded in the place of the one of that name; the subject is `map_layer/<name>`."""

    type: ClassVar[str] = "map_layer.loaded"
    name: str
    kind: str
    features: int


class MapLayerRemoved(Message, frozen=True, kw_only=True):
    type: ClassVar[str] = "map_layer.removed"
    name: str
