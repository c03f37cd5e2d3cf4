"""This process's copy of the map: indexes made from the tables, made anew when the map's version changes.

Each question costs one small query for the version. Boundaries change at a few moments only; between two of them the
map is the same, so one index serves each stretch of time, and the few last used are kept.
"""

from __future__ import annotations

import threading
from bisect import bisect_right
from collections import OrderedDict
from datetime import datetime

from django.db.models import Q

from citybrain.base.places.locating import Bounded, LocateIndex
from citybrain.base.places.models import MapVersion, Region, RegionBoundary
from citybrain.base.places.names import NamedRegion, NameIndex
from citybrain.base.places.types import Located

KEPT_STRETCHES = 4


class Atlas:
    """Indexes of one version of the map, each made at the first question."""

    def __init__(self, version: str):
        self.version = version
        self._lock = threading.Lock()
        self._stretches: OrderedDict[int, LocateIndex] = OrderedDict()
        self._moments: list[datetime] | None = None
        self._names: NameIndex | None = None

    def boundaries(self, at: datetime) -> LocateIndex:
        """The index of the boundaries that are valid at `at`."""
        with self._lock:
            stretch, since = self._stretch(at)
            if stretch not in self._stretches:
                self._stretches[stretch] = LocateIndex(_bounded(since))
                while len(self._stretches) > KEPT_STRETCHES:
                    self._stretches.popitem(last=False)
            self._stretches.move_to_end(stretch)
            return self._stretches[stretch]

    def since(self, at: datetime) -> datetime | None:
        """The moment since which the boundaries that are valid at `at` are; None before the first such moment."""
        with self._lock:
            return self._stretch(at)[1]

    def _stretch(self, at: datetime) -> tuple[int, datetime | None]:
        if self._moments is None:
            self._moments = _moments()
        stretch = bisect_right(self._moments, at)
        return stretch, self._moments[stretch - 1] if stretch else None

    def names(self) -> NameIndex:
        """The index of the names of regions that have not ended."""
        with self._lock:
            if self._names is None:
                rows = Region.objects.filter(valid_to=None).values_list("code", "path", "level", "name")
                self._names = NameIndex(NamedRegion(*row) for row in rows)
            return self._names


_atlas: Atlas | None = None


def atlas() -> Atlas:
    """The atlas of the map's present version."""
    global _atlas
    version = MapVersion.current()
    held = _atlas
    if held is None or held.version != version or not version:
        held = _atlas = Atlas(version)
    return held


def _moments() -> list[datetime]:
    """The moments at which a boundary begins or ends."""
    pairs = RegionBoundary.objects.exclude(valid_from=None, valid_to=None).values_list("valid_from", "valid_to")
    return sorted({moment for pair in pairs.distinct() for moment in pair if moment is not None})


def _bounded(moment: datetime | None) -> list[Bounded]:
    """The boundaries valid from `moment` on (None: before the first moment)."""
    began = Q(valid_from=None) if moment is None else Q(valid_from=None) | Q(valid_from__lte=moment)
    not_ended = Q() if moment is None else Q(valid_to=None) | Q(valid_to__gt=moment)
    parents = set(Region.objects.exclude(parent=None).values_list("parent_id", flat=True).distinct())
    rows = RegionBoundary.objects.filter(began & not_ended).values_list(
        "region_id", "region__code", "region__path", "region__level", "wkb"
    )
    return [Bounded(Located(code, path, level, pk in parents), bytes(wkb)) for pk, code, path, level, wkb in rows]
