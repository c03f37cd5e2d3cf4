"""Every write of places: one function for each thing somebody does. Writers of the tree wait for each other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import shapely
from django.db import transaction

from citybrain.base import clock
from citybrain.base.audit import Actor, record
from citybrain.base.bus import Draft, publish, publish_many
from citybrain.base.errors import BadInput, Conflict
from citybrain.base.places.boundaries import Boundaries, SourcedOutline
from citybrain.base.places.divisions import LEVELS, Division, RegionRow
from citybrain.base.places.grids import lay
from citybrain.base.places.importing import Imported, RegionImport, boundary_of, check_later, set_measures
from citybrain.base.places.messages import (
    BoundaryDrawn,
    RegionCreated,
    RegionEnded,
    RegionMoved,
    RegionRenamed,
    RegionsImported,
)
from citybrain.base.places.models import City, MapVersion, Region, RegionBoundary
from citybrain.base.places.outlines import Box, Outline, box_outline, clip
from citybrain.base.places.queries import find_city
from citybrain.base.querying.paths import below
from citybrain.base.querying.trees import move_subtree, path_of

GRID = "grid"


@transaction.atomic
def create_region(
    *, actor: Actor, code: str, name: str, level: str, parent: Region | None, name_en: str = ""
) -> Region:
    """Add one region below `parent` (None: a root).

    Raises Conflict `place.code_taken` and `place.ended`, BadInput `place.unknown_level`, `tree.code`, `tree.too_deep`.
    """
    MapVersion.renew()
    _check_level(level)
    if parent is not None:
        parent.refresh_from_db()
        _check_in_force(parent)
    path = path_of(code, parent)
    if Region.objects.filter(code=code).exists():
        raise Conflict("place.code_taken", region=code)
    region = Region.objects.create(code=code, name=name, name_en=name_en, level=level, parent=parent, path=path)

    record(actor, "region.created", region, name=name, level=level, path=path)
    message = RegionCreated(code=code, name=name, level=level, path=path)
    publish(message, subject=f"region/{code}", actor=actor, region_path=path)
    return region


@transaction.atomic
def rename_region(region: Region, *, actor: Actor, name: str, name_en: str | None = None) -> Region:
    """Give a region another name; its code, its path and what points at it stay."""
    MapVersion.renew()
    region.refresh_from_db()
    old_name, english = region.name, region.name_en if name_en is None else name_en
    if (name, english) == (old_name, region.name_en):
        return region
    region.name, region.name_en = name, english
    region.save(update_fields=["name", "name_en"])

    record(actor, "region.renamed", region, name=name, old_name=old_name)
    message = RegionRenamed(code=region.code, name=name, old_name=old_name)
    publish(message, subject=f"region/{region.code}", actor=actor, region_path=region.path)
    return region


@transaction.atomic
def move_region(region: Region, *, actor: Actor, parent: Region) -> Region:
    """Put a region, with everything below it, under another parent.

    Raises Conflict `tree.circle`, `place.root_stays` and `place.ended`, BadInput `tree.too_deep`.
    """
    MapVersion.renew()
    region.refresh_from_db()
    parent.refresh_from_db()
    _check_in_force(parent)
    _check_not_root(region)
    if region.parent_id == parent.pk:
        return region
    old_path = move_subtree(region, parent)

    record(actor, "region.moved", region, path=region.path, old_path=old_path)
    message = RegionMoved(code=region.code, path=region.path, old_path=old_path)
    publish(message, subject=f"region/{region.code}", actor=actor, region_path=region.path)
    return region


@transaction.atomic
def end_region(region: Region, *, actor: Actor, at: datetime | None = None) -> Region:
    """Take a region out of force from `at` on (default: now); it stays for what points at it, its boundary ends too.

    Raises Conflict `place.root_stays` and `place.has_parts`, BadInput `place.ends_later` for a time to come.
    """
    MapVersion.renew()
    region.refresh_from_db()
    moment = at or clock.now()
    if moment > clock.now():
        raise BadInput("place.ends_later", region=region.code)
    _check_not_root(region)
    if region.valid_to is not None:
        return region
    if region.children.filter(valid_to=None).exists():
        raise Conflict("place.has_parts", region=region.code)
    region.valid_to = moment
    region.save(update_fields=["valid_to"])
    for boundary in region.boundaries.filter(valid_to=None):
        check_later(boundary, region, moment)
        boundary.valid_to = moment
        boundary.save(update_fields=["valid_to"])

    record(actor, "region.ended", region, at=moment)
    message = RegionEnded(code=region.code, path=region.path, at=moment)
    publish(message, subject=f"region/{region.code}", actor=actor, region_path=region.path)
    return region


@transaction.atomic
def draw_boundary(
    region: Region, outline: Outline, *, actor: Actor, source: str = "", valid_from: datetime | None = None
) -> RegionBoundary:
    """Give a region an outline; the one it had ends where this one begins.

    Without `valid_from` the first outline reaches back without limit and a later one begins now. Raises BadInput
    `place.outline_earlier` and Conflict `place.ended`.
    """
    MapVersion.renew()
    region.refresh_from_db()
    _check_in_force(region)
    before = region.boundaries.filter(valid_to=None).first()
    if before is not None and bytes(before.wkb) == outline.wkb:
        return before
    boundary = boundary_of(region, outline, source)
    boundary.valid_from = valid_from
    if before is not None:
        boundary.valid_from = valid_from or clock.now()
        check_later(before, region, boundary.valid_from)
        before.valid_to = boundary.valid_from
        before.save(update_fields=["valid_to"])
    boundary.save()
    set_measures(region, outline)
    region.save(update_fields=["area_km2", "centre_lon", "centre_lat"])

    record(actor, "region.bounded", region, valid_from=boundary.valid_from, area_km2=outline.area_km2, source=source)
    message = BoundaryDrawn(code=region.code, path=region.path, valid_from=boundary.valid_from)
    publish(message, subject=f"region/{region.code}", actor=actor, region_path=region.path)
    return boundary


@transaction.atomic
def import_city(
    division: Division,
    boundaries: Boundaries,
    *,
    actor: Actor,
    time_zone: str,
    name_en: str = "",
    valid_from: datetime | None = None,
    is_simulated: bool = False,
) -> Imported:
    """Make the city of this data directory from files, or bring it to what newer files say.

    `is_simulated` counts when the city is made: what is real stays real, and what is not stays marked. Nothing is taken
    away: a changed outline begins now (or at `valid_from`) and the one before stays, a region that is not in the files
    stays as it is. The same files again change nothing. Raises Conflict `place.other_city`.
    """
    MapVersion.renew()
    root = division.root
    _check_city(root.code)
    work = RegionImport(division.rows, boundaries.outlines, valid_from=valid_from)
    done = work.run()
    work.note_others()
    city = _set_city(
        work.regions[root.code], name=root.name, name_en=name_en, time_zone=time_zone, levels=division.levels
    )
    if is_simulated and root.code in done.created:
        city.is_simulated = True
        city.save(update_fields=["is_simulated"])
    _announce_import(work.regions[root.code], done, actor=actor)
    return done


@transaction.atomic
def make_grid_city(
    *, actor: Actor, box: Box, size_m: float, code: str, name: str, time_zone: str, name_en: str = ""
) -> Imported:
    """Make a city that is a box of square grids, anywhere on earth; the same again changes nothing.

    Another box or size draws the grids anew from now on and ends those left over. Raises Conflict `place.other_city`,
    BadInput `place.grid_size`.
    """
    MapVersion.renew()
    _check_city(code)
    whole = {code: SourcedOutline(box_outline(box), "box")}
    top = RegionImport([RegionRow(code, name, "city", None, name_en)], whole)
    done = top.run()
    root = top.regions[code]
    levels = [dict(level) for level in LEVELS if level["key"] in ("city", GRID)]
    _set_city(root, name=name, name_en=name_en, time_zone=time_zone, levels=levels)
    grids = _lay_below(root, box, size_m, prefix="", within=None)
    for mine, more in ((done.created, grids.created), (done.bounded, grids.bounded), (done.ended, grids.ended)):
        mine += more
    _announce_import(root, done, actor=actor)
    return done


@transaction.atomic
def lay_grid(region: Region, *, actor: Actor, size_m: float, box: Box | None = None) -> Imported:
    """Divide a region into square grids, cut at its boundary; grids of an earlier division that are left over end.

    Without `box` the grids cover the region's boundary. Raises BadInput `place.grid_size`, Conflict `place.ended`, and
    BadInput `place.no_box` when the region has no boundary and no box is given.
    """
    MapVersion.renew()
    region.refresh_from_db()
    _check_in_force(region)
    boundary = region.boundaries.filter(valid_to=None).first()
    if boundary is None and box is None:
        raise BadInput("place.no_box", region=region.code)
    if boundary is not None:
        box = box or (boundary.west, boundary.south, boundary.east, boundary.north)
    assert box is not None
    within = bytes(boundary.wkb) if boundary is not None else None
    done = _lay_below(region, box, size_m, prefix=f"{region.code}-", within=within)
    _announce_import(region, done, actor=actor)
    return done


def _lay_below(region: Region, box: Box, size_m: float, *, prefix: str, within: bytes | None) -> Imported:
    grid = lay(box, size_m)
    outlines = dict(zip(grid.codes(prefix), grid.outlines(), strict=True))
    if within is not None:
        shape = shapely.from_wkb(within)
        shapely.prepare(shape)
        cut = {code: clip(outline, shape) for code, outline in outlines.items()}
        outlines = {code: outline for code, outline in cut.items() if outline is not None}
    rows = [RegionRow(code, code[len(prefix) :], GRID, None) for code in outlines]
    source = f"grid of {size_m:g} m"
    work = RegionImport(rows, {code: SourcedOutline(one, source) for code, one in outlines.items()}, under=region)
    work.run()
    work.end_others(GRID)
    return work.done


def _announce_import(root: Region, done: Imported, *, actor: Actor) -> None:
    """One record of evidence and one message for the whole, and one message for each rename, move and end."""
    if not done.is_change:
        return
    counts = {
        "created": len(done.created),
        "renamed": len(done.renamed),
        "moved": len(done.moved),
        "bounded": len(done.bounded),
        "ended": len(done.ended),
        "counted": len(done.counted),
    }
    evidence: dict[str, Any] = {**counts}
    record(actor, "region.imported", root, **evidence)
    drafts = [Draft(RegionsImported(code=root.code, path=root.path, **counts), f"region/{root.code}")]
    if done.renamed or done.moved or done.ended:
        rows = Region.objects.filter(below("path", root.path)).values_list("code", "name", "path", "valid_to")
        now = {code: (name, path, valid_to) for code, name, path, valid_to in rows}
        messages: list[RegionRenamed | RegionMoved | RegionEnded] = [
            *(RegionRenamed(code=code, name=now[code][0], old_name=old) for code, old in done.renamed),
            *(RegionMoved(code=code, path=now[code][1], old_path=old) for code, old in done.moved),
            *(RegionEnded(code=code, path=now[code][1], at=now[code][2] or clock.now()) for code in done.ended),
        ]
        drafts += [Draft(message, f"region/{message.code}", region_path=now[message.code][1]) for message in messages]
    publish_many(drafts, actor=actor)


def _set_city(root: Region, *, name: str, name_en: str, time_zone: str, levels: Sequence[Mapping[str, str]]) -> City:
    try:
        ZoneInfo(time_zone)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise BadInput("place.unknown_zone", zone=time_zone) from error
    city = find_city() or City(root=root)
    city.code, city.name, city.name_en, city.time_zone = root.code, name, name_en or city.name_en, time_zone
    kept = [level for level in city.levels if level["key"] not in {new["key"] for new in levels}]
    city.levels = [*levels, *kept] if kept else list(levels)
    city.save()
    return city


def _check_city(root: str) -> None:
    city = find_city()
    if city is not None and city.root.code != root:
        raise Conflict("place.other_city", city=city.name, root=city.root.code)


def _check_level(level: str) -> None:
    city = find_city()
    known = [one["key"] for one in city.levels] if city else []
    if known and level not in known:
        raise BadInput("place.unknown_level", level=level, known=", ".join(known))


def _check_in_force(region: Region) -> None:
    if region.valid_to is not None:
        raise Conflict("place.ended", region=region.code)


def _check_not_root(region: Region) -> None:
    city = find_city()
    if city is not None and city.root_id == region.pk:
        raise Conflict("place.root_stays", region=region.code)
