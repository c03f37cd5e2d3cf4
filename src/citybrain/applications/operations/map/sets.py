"""The live sets of the map: what each holds for a viewer, kept for as long as nothing of it changed."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from citybrain.applications.operations.map.beats import beats
from citybrain.applications.operations.map.caching import Kept
from citybrain.applications.operations.map.heat import HeatSet, draw_heat, heat_set
from citybrain.applications.operations.map.points import (
    PointSet,
    draw_points,
    set_of_alarms,
    set_of_cases,
    set_of_things,
)
from citybrain.base import clock
from citybrain.base.accounts import visible
from citybrain.base.accounts.types import Viewer
from citybrain.hubs.business.cases.queries import CaseFilter, case_points, cases_by_cell, kinds_below
from citybrain.hubs.sensing.alarms.queries import alarm_points
from citybrain.hubs.sensing.health.queries import health_points
from citybrain.hubs.sensing.health.types import HealthFilter
from citybrain.hubs.sensing.things.queries import thing_points

KEPT_SECONDS = 10.0
"""So long at most: due times pass without an event, and serial numbers may commit out of order."""
KEPT_POINTS, TILE_BYTES = 500_000, 32 * 1024 * 1024
HEAT_DAYS = 7


@dataclass(frozen=True)
class Wanted:
    """What of a set is asked for. Cases and heat take the whole filter, alarms its severity, region and kinds (of the
    cases that they ask for), things its region; `things` is the filter of the list of things, None where nothing of it
    was asked.
    """

    cases: CaseFilter = field(default_factory=CaseFilter)
    at: datetime | None = None
    models: tuple[str, ...] = ()
    things: HealthFilter | None = None


@dataclass(frozen=True)
class LiveSet:
    """One set: the permission that reads it, kinds whose predicate decides, families of events that change it."""

    permission: str
    kinds: tuple[str, ...]
    families: tuple[str, ...]
    read: Callable[[Viewer, Wanted], PointSet | HeatSet]


def _cases(viewer: Viewer, wanted: Wanted) -> PointSet:
    return set_of_cases(case_points(viewer, wanted.cases, at=wanted.at))


def _alarms(viewer: Viewer, wanted: Wanted) -> PointSet:
    asked = wanted.cases
    kinds = [one.code for one in kinds_below(asked.case_type)] if asked.case_type else None
    return set_of_alarms(alarm_points(viewer, severities=asked.severity, region=asked.region, case_types=kinds))


def _things(viewer: Viewer, wanted: Wanted) -> PointSet:
    alarms = alarm_points(viewer, region=wanted.cases.region) if viewer.may("alarm.read") else []
    if wanted.things is None:
        return set_of_things(thing_points(viewer, models=wanted.models, region=wanted.cases.region), alarms)
    found = health_points(viewer, replace(wanted.things, region=wanted.cases.region))
    return set_of_things([one for one in found if not wanted.models or one.model in wanted.models], alarms)


def _heat(viewer: Viewer, wanted: Wanted) -> HeatSet:
    """Cases opened in the time asked for, else in the last seven days (before `at`)."""
    asked = wanted.cases
    if asked.opened_from is None:
        until = wanted.at or clock.now()
        asked = replace(asked, opened_from=until - timedelta(days=HEAT_DAYS), opened_to=asked.opened_to or wanted.at)
    return heat_set(cases_by_cell(viewer, asked))


LIVE_SETS = {
    "things": LiveSet("thing.read", ("thing", "alarm"), ("thing", "alarm"), _things),
    "alarms": LiveSet("alarm.read", ("alarm",), ("alarm", "thing"), _alarms),
    "cases": LiveSet("case.read", ("case",), ("case", "clock"), _cases),
    "heat": LiveSet("case.read", ("case",), ("case",), _heat),
}


def _weight(found: PointSet | HeatSet) -> int:
    if isinstance(found, PointSet):
        return len(found) + 1
    return sum(len(sheet.rows) for sheet in found.sheets.values()) + 1


_sets: Kept[PointSet | HeatSet] = Kept(KEPT_POINTS, _weight, KEPT_SECONDS)
_tiles: Kept[bytes] = Kept(TILE_BYTES, len, KEPT_SECONDS)


def forget() -> None:
    """Draw everything anew."""
    _sets.clear()
    _tiles.clear()


def key_of(viewer: Viewer, name: str, wanted: Wanted, beat: Mapping[str, str]) -> Hashable:
    """Equal for two viewers exactly where they see the same: the predicates themselves are part of it."""
    live = LIVE_SETS[name]
    reach = tuple(visible(viewer, kind) for kind in live.kinds)
    if wanted.things is not None:
        reach += (visible(viewer, "thing", "telemetry.read"),)
    asker = (viewer.kind, viewer.id) if wanted.cases.mine is not None else None
    newest = tuple(beat.get(family, "") for family in live.families)
    return name, newest, reach, viewer.may("alarm.read"), asker, wanted


def read_set(viewer: Viewer, name: str, wanted: Wanted, key: Hashable) -> PointSet | HeatSet:
    return _sets.get(key, lambda: LIVE_SETS[name].read(viewer, wanted))


def live_bytes(viewer: Viewer, names: Sequence[str], wanted: Wanted, z: int, x: int, y: int) -> bytes:
    """One tile of some live sets, a layer each; raises Forbidden without the permission of one of them."""
    for name in names:
        viewer.check(LIVE_SETS[name].permission)
    beat = beats.read()
    return b"".join(_set_bytes(viewer, name, wanted, key_of(viewer, name, wanted, beat), z, x, y) for name in names)


def _set_bytes(viewer: Viewer, name: str, wanted: Wanted, key: Hashable, z: int, x: int, y: int) -> bytes:
    def draw() -> bytes:
        found = read_set(viewer, name, wanted, key)
        return draw_points(found, z, x, y) if isinstance(found, PointSet) else draw_heat(found, z, x, y)

    return _tiles.get((key, z, x, y), draw)
