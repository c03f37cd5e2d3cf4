"""Many regions at once, in a handful of statements whatever their number; the work of `actions.import_regions`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from citybrain.base import clock
from citybrain.base.errors import BadInput
from citybrain.base.places.boundaries import SourcedOutline
from citybrain.base.places.divisions import People, RegionRow
from citybrain.base.places.models import Region, RegionBoundary
from citybrain.base.places.outlines import Outline, union_of
from citybrain.base.querying.paths import below
from citybrain.base.querying.trees import move_subtree, path_of

BATCH = 2000
PEOPLE = ["population", "population_at", "population_source"]
DERIVED = "union of its parts"


@dataclass
class Imported:
    """What an import did, by code."""

    created: list[str] = field(default_factory=list)
    renamed: list[tuple[str, str]] = field(default_factory=list)  # code, old name
    moved: list[tuple[str, str]] = field(default_factory=list)  # code, old path
    bounded: list[str] = field(default_factory=list)
    ended: list[str] = field(default_factory=list)
    counted: list[str] = field(default_factory=list)  # the number of people is new or another one
    not_in_files: list[str] = field(default_factory=list)

    @property
    def is_change(self) -> bool:
        return bool(self.created or self.renamed or self.moved or self.bounded or self.ended or self.counted)


class RegionImport:
    """One import: regions first, from the top down, then outlines, then the outlines that follow from the parts.

    `under` is the region above the rows that have no parent. New outlines hold from `valid_from`; without it the
    first outline of a region reaches back without limit and a changed one holds from now on.
    """

    def __init__(
        self,
        rows: Sequence[RegionRow],
        outlines: Mapping[str, SourcedOutline],
        *,
        under: Region | None = None,
        valid_from: datetime | None = None,
    ):
        self.rows, self.outlines, self.under = rows, outlines, under
        self.valid_from = valid_from
        self.now = clock.now()
        self.done = Imported()
        codes = [row.code for row in rows]
        self.regions = {
            region.code: region
            for start in range(0, len(codes), BATCH)
            for region in Region.objects.filter(code__in=codes[start : start + BATCH])
        }

    def run(self) -> Imported:
        """Bring the tables to what the rows and outlines say."""
        self._update_existing()
        self._create_missing()
        self._load_boundaries()
        self._draw(self.outlines)
        self._draw(self._derived(), is_derived=True)
        return self.done

    def end_others(self, level: str) -> None:
        """End what stands below `under` on this level and is not among the rows."""
        assert self.under is not None
        others = Region.objects.filter(below("path", self.under.path), level=level, valid_to=None)
        ended = {pk: code for pk, code in others.values_list("pk", "code") if code not in self.regions}
        keys = sorted(ended)
        for start in range(0, len(keys), BATCH):
            some = keys[start : start + BATCH]
            Region.objects.filter(pk__in=some).update(valid_to=self.now)
            RegionBoundary.objects.filter(region__in=some, valid_to=None).update(valid_to=self.now)
        self.done.ended += sorted(ended.values())

    def note_others(self) -> None:
        """Note the regions on the rows' levels that the rows do not have; they are left as they are."""
        levels = {row.level for row in self.rows}
        there = Region.objects.filter(below("path", self._top()), level__in=levels, valid_to=None)
        self.done.not_in_files = [code for code in there.values_list("code", flat=True) if code not in self.regions]

    def _top(self) -> str:
        return str((self.under or self.regions[self.rows[0].code]).path)

    def _parent(self, row: RegionRow) -> Region | None:
        return self.under if row.parent is None else self.regions[row.parent]

    def _update_existing(self) -> None:
        """Rename and move; top down, so that a region never moves below one that is still below itself."""
        changed: list[Region] = []
        for row in self.rows:
            region = self.regions.get(row.code)
            if region is None:
                continue
            if row.name != region.name:
                self.done.renamed.append((region.code, region.name))
            said = (row.name, row.name_en or region.name_en, row.level, None)
            if said != (region.name, region.name_en, region.level, region.valid_to):
                region.name, region.name_en, region.level, region.valid_to = said
                changed.append(region)
            if row.parent is None or row.parent in self.regions:
                self._move(region, self._parent(row))
        Region.objects.bulk_update(changed, ["name", "name_en", "level", "valid_to"], batch_size=200)
        self._count_people()

    def _count_people(self) -> None:
        """Take over what the rows say of the people in regions that are there already."""
        counted: list[Region] = []
        for row in self.rows:
            region = self.regions.get(row.code)
            if region is not None and row.people is not None and set_people(region, row.people):
                counted.append(region)
        Region.objects.bulk_update(counted, PEOPLE, batch_size=200)
        self.done.counted = [region.code for region in counted]

    def _move(self, region: Region, parent: Region | None) -> None:
        if region.parent_id == (parent.pk if parent else None):
            return
        old_path = move_subtree(region, parent)
        self.done.moved.append((region.code, old_path))
        for other in self.regions.values():
            if other.path.startswith(old_path):
                other.path = region.path + other.path[len(old_path) :]

    def _create_missing(self) -> None:
        """One depth after the other, because a child needs the key of its parent."""
        waiting = [row for row in self.rows if row.code not in self.regions]
        there = set(self.regions)
        while waiting:
            ready = [row for row in waiting if row.parent is None or row.parent in self.regions]
            if not ready:
                raise BadInput("place.row_orphan", region=waiting[0].code, parent=waiting[0].parent)
            for region in Region.objects.bulk_create([self._made(row) for row in ready], batch_size=BATCH):
                self.regions[region.code] = region
                self.done.created.append(region.code)
            waiting = [row for row in waiting if row.code not in self.regions]
        made_parents = {row.parent for row in self.rows} - there
        for row in self.rows:  # those whose new parent had to be made first
            if row.code in there and row.parent in made_parents and row.parent is not None:
                self._move(self.regions[row.code], self._parent(row))

    def _made(self, row: RegionRow) -> Region:
        parent = self._parent(row)
        region = Region(
            code=row.code,
            name=row.name,
            name_en=row.name_en,
            level=row.level,
            parent=parent,
            path=path_of(row.code, parent),
        )
        if row.code in self.outlines:
            set_measures(region, self.outlines[row.code].outline)
        if row.people is not None:
            set_people(region, row.people)
        return region

    def _load_boundaries(self) -> None:
        rows = RegionBoundary.objects.filter(below("region__path", self._top()))
        self.ever_bounded = set(rows.values_list("region__code", flat=True).distinct())
        present = rows.filter(valid_to=None).select_related("region")
        self.present = {boundary.region.code: boundary for boundary in present}

    def _draw(self, outlines: Mapping[str, SourcedOutline], *, is_derived: bool = False) -> None:
        """New boundaries for the outlines that changed; the one before ends where the new one begins."""
        replaced: list[RegionBoundary] = []
        made: list[RegionBoundary] = []
        for code, sourced in outlines.items():
            before, region = self.present.get(code), self.regions[code]
            if before is not None and bytes(before.wkb) == sourced.outline.wkb:
                continue
            boundary = boundary_of(region, sourced.outline, sourced.source, is_derived=is_derived)
            boundary.valid_from = (self.valid_from or self.now) if code in self.ever_bounded else self.valid_from
            if before is not None:
                check_later(before, region, boundary.valid_from)
                before.valid_to = boundary.valid_from
                replaced.append(before)
            set_measures(region, sourced.outline)
            self.present[code] = boundary
            made.append(boundary)
        RegionBoundary.objects.bulk_update(replaced, ["valid_to"], batch_size=500)
        RegionBoundary.objects.bulk_create(made, batch_size=500)
        fresh = set(self.done.created) if not is_derived else set()  # these were created with their measures
        measured = [boundary.region for boundary in made if boundary.region.code not in fresh]
        Region.objects.bulk_update(measured, ["area_km2", "centre_lon", "centre_lat"], batch_size=200)
        self.done.bounded += [boundary.region.code for boundary in made]

    def _derived(self) -> dict[str, SourcedOutline]:
        """Outlines of regions that none was given for, where all of their parts have one; from the bottom up."""
        parts: dict[str, list[str]] = {}
        in_force = Region.objects.filter(below("path", self._top()), valid_to=None).exclude(parent=None)
        for code, parent in in_force.values_list("code", "parent__code"):
            parts.setdefault(parent, []).append(code)
        wkbs = {code: bytes(boundary.wkb) for code, boundary in self.present.items()}
        derived: dict[str, SourcedOutline] = {}
        for row in reversed(self.rows):
            own, below_it = self.present.get(row.code), parts.get(row.code, [])
            is_given = row.code in self.outlines or (own is not None and not own.is_derived)
            if below_it and not is_given and all(code in wkbs for code in below_it):
                outline = union_of(wkbs[code] for code in below_it)
                derived[row.code] = SourcedOutline(outline, DERIVED)
                wkbs[row.code] = outline.wkb
        return derived


def boundary_of(region: Region, outline: Outline, source: str, *, is_derived: bool = False) -> RegionBoundary:
    """A boundary that is not saved yet, valid without limit."""
    west, south, east, north = outline.box
    return RegionBoundary(
        region=region,
        wkb=outline.wkb,
        west=west,
        south=south,
        east=east,
        north=north,
        area_km2=outline.area_km2,
        source=source[:200],
        is_derived=is_derived,
    )


def set_measures(region: Region, outline: Outline) -> None:
    """What a region keeps of its present outline."""
    region.area_km2 = outline.area_km2
    region.centre_lon, region.centre_lat = outline.centre


def set_people(region: Region, people: People) -> bool:
    """Whether that is anything new."""
    said = (people.count, people.at, people.source)
    if said == (region.population, region.population_at, region.population_source):
        return False
    region.population, region.population_at, region.population_source = said
    return True


def check_later(before: RegionBoundary, region: Region, at: datetime | None) -> None:
    """Raises BadInput `place.outline_earlier` when a new outline would begin before the present one."""
    if at is None or (before.valid_from is not None and before.valid_from >= at):
        since = before.valid_from.isoformat() if before.valid_from else "-"
        raise BadInput("place.outline_earlier", region=region.code, since=since)
