"""What citizens may know of matters that are not their own: what, about where, how far.

Nobody must find out from it where a reporter stands or what he wrote. So a case lies, for everybody who asks, in the
middle of its cell (H3, resolution 9: about 350 m across); which cases are shown, their order and their distance are
worked out from cells and kinds alone, never from the true point or the words of a report: asking a thousand times from
a thousand places tells no more than asking once.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import h3
from django.core import signing
from django.db.models import Q, QuerySet

from citybrain.applications.governance.appeals.manifest import Category, Progress
from citybrain.applications.governance.appeals.models import Picture
from citybrain.applications.governance.appeals.queries.declared import Declared, declared, title_of
from citybrain.applications.governance.appeals.types import SHOWN
from citybrain.base import clock
from citybrain.base.errors import BadInput, FieldError
from citybrain.base.packs.declared import Text
from citybrain.base.places.models import Region
from citybrain.base.places.types import Point, distance_m, h3_cell
from citybrain.hubs.business.cases.models import Case
from citybrain.hubs.business.cases.queries import catalogue
from citybrain.hubs.business.cases.queries.catalogue import Catalogue

RESOLUTION = 9
NEAR_RINGS, AROUND_RINGS = 1, 8
MOST_NEAR, MOST_LISTED, MOST_LOOKED_AT = 5, 20, 200
STEP_M = 50
LATELY = timedelta(days=30)
REF_SALT, REF_SECONDS = "appeals.ref", 24 * 3600
GRID = "grid"


@dataclass(frozen=True)
class Place:
    """The middle of a cell."""

    lon: float
    lat: float


@dataclass(frozen=True)
class PublicCase:
    """One matter as everybody may know of it."""

    title: Text
    region: str
    place: Place | None
    distance_m: int | None
    step: str
    text: Text
    day: str
    closed_day: str | None
    organisation: str
    organisation_en: str
    reports: int
    pictures: list[str]
    ref: str = ""


def near_duplicates(
    point: Point | None, *, category: str = "", text: str = "", limit: int = MOST_NEAR
) -> list[PublicCase]:
    """Open matters of the same sort near a point, nearest cell first; without a sort (by category, or by its keywords
    in the text) all of them. `ref` is what one follows by, within a day.
    """
    if point is None:
        return []
    words, cases = declared(), catalogue()
    here = point.wgs84()
    rows = _public(words, cases).filter(_within(here, NEAR_RINGS), closed_at=None)
    found = list(rows.order_by("-recorded_at", "-pk")[:MOST_LOOKED_AT])
    wanted = _types_like(words, cases, category, text)
    if wanted:
        found = [case for case in found if case.case_type_id in wanted]
    shown = _shown(_nearest(found, here)[:limit], words, cases, here)
    return [_with_ref(case, one) for case, one in shown]


def public_cases(*, solved: bool, around: Point | None = None, limit: int = MOST_LISTED) -> list[PublicCase]:
    """Matters that were solved lately, or are being handled, newest first; around a point or in the whole city."""
    words, cases = declared(), catalogue()
    rows = _public(words, cases)
    here = around.wgs84() if around else None
    if here is not None:
        rows = rows.filter(_within(here, AROUND_RINGS))
    since = clock.now() - LATELY
    if solved:
        rows = rows.filter(closed_at__gte=since, outcome="resolved").order_by("-closed_at", "-pk")
    else:
        rows = rows.filter(closed_at=None, recorded_at__gte=since).order_by("-recorded_at", "-pk")
    return [one for _, one in _shown(list(rows[:limit]), words, cases, here)]


def case_of_ref(ref: str) -> Case:
    """The case that was shown under a reference; raises BadInput for one that was never given out or is too old."""
    try:
        number = signing.loads(ref, salt=REF_SALT, max_age=REF_SECONDS)
    except signing.BadSignature as error:
        raise BadInput("input.invalid", fields=(FieldError("ref", "appeal.unknown_ref"),)) from error
    return Case.objects.select_related("case_type").get(number=number)


def _public(words: Declared, cases: Catalogue) -> QuerySet[Case]:
    return Case.objects.filter(case_type__in=words.public_types(cases)).select_related("organisation")


def _within(here: Point, rings: int) -> Q:
    """In these cells, and said as the index of open cases by cell says it."""
    cells = sorted(h3.grid_disk(h3_cell(here.lon, here.lat, RESOLUTION), rings))
    return ~Q(h3="") & Q(h3__in=cells)


def centre_of(cell: str) -> Place | None:
    """Where everybody is told that something in the cell lies."""
    if not cell:
        return None
    lat, lon = h3.cell_to_latlng(cell)
    return Place(round(lon, 6), round(lat, 6))


def _apart(case: Case, here: Point) -> int | None:
    there = centre_of(case.h3)
    if there is None:
        return None
    metres = float(distance_m(here.lon, here.lat, there.lon, there.lat))
    return STEP_M * round(metres / STEP_M)


def _nearest(found: Sequence[Case], here: Point) -> list[Case]:
    return sorted(found, key=lambda case: (_apart(case, here) or 0, -case.pk))


def _types_like(words: Declared, cases: Catalogue, key: str, text: str) -> set[int]:
    """The kinds of case that a category means, or the categories whose keywords stand in the text."""
    category = words.category(key)
    meant = [category] if category and category.case_type else _named(words.categories, text)
    tops = {f"/{one.case_type}/" for one in meant if one.case_type}
    return {view.pk for view in cases.types.values() if any(top in view.path for top in tops)}


def _named(categories: Iterable[Category], text: str) -> list[Category]:
    plain = text.lower()
    return [one for one in categories if any(keyword.lower() in plain for keyword in one.keywords)]


def _shown(
    found: Sequence[Case], words: Declared, cases: Catalogue, here: Point | None
) -> list[tuple[Case, PublicCase]]:
    regions, pictures = names_of_regions(case.region_path for case in found), _pictures(found)
    return [(case, _public_case(case, words.progress(case, cases), cases, here, regions, pictures)) for case in found]


def _public_case(
    case: Case, progress: Progress, cases: Catalogue, here: Point | None, regions: dict[str, str], pictures: Any
) -> PublicCase:
    zone = cases.zone
    return PublicCase(
        title=title_of(case, cases),
        region=regions.get(case.region_path, ""),
        place=centre_of(case.h3),
        distance_m=_apart(case, here) if here else None,
        step=progress.step,
        text=progress.text,
        day=case.recorded_at.astimezone(zone).date().isoformat(),
        closed_day=case.closed_at.astimezone(zone).date().isoformat() if case.closed_at else None,
        organisation=case.organisation.name if case.organisation else "",
        organisation_en=case.organisation.name_en if case.organisation else "",
        reports=max(1, case.signal_count),
        pictures=pictures.get(case.number, []),
    )


def _with_ref(case: Case, one: PublicCase) -> PublicCase:
    ref = signing.dumps(case.number, salt=REF_SALT)
    return PublicCase(**{name: getattr(one, name) for name in one.__dataclass_fields__} | {"ref": ref})


def _pictures(found: Sequence[Case]) -> dict[str, list[str]]:
    rows = Picture.objects.filter(case_number__in=[case.number for case in found], state=SHOWN).order_by("pk")
    keys: dict[str, list[str]] = {}
    for number, key in rows.values_list("case_number", "file__key"):
        keys.setdefault(number, []).append(key)
    return keys


def names_of_regions(paths: Iterable[str]) -> dict[str, str]:
    """For each path the names from the county down, above the grid: a grid is too small to be told."""
    wanted = {path: path.strip("/").split("/")[1:] for path in set(paths) if path}
    codes = {code for parts in wanted.values() for code in parts}
    rows = Region.objects.filter(code__in=codes).exclude(level=GRID).values_list("code", "name")
    names = dict(rows) if codes else {}
    return {path: "".join(names[code] for code in parts if code in names) for path, parts in wanted.items()}
