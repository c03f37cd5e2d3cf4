"""Who answers for a kind of case in a place: the best line of the responsibility list, and why."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from django.db import connection
from django.db.models import Q, QuerySet

from citybrain.base import clock
from citybrain.base.accounts import Viewer, check_may
from citybrain.base.errors import BadInput, FieldError, NotFound
from citybrain.base.parties.models import Organisation
from citybrain.base.places.models import Region
from citybrain.base.places.queries import locate_point, region_of
from citybrain.base.places.types import Point
from citybrain.hubs.business.cases.models import Responsibility
from citybrain.hubs.business.cases.queries.catalogue import MOST_LISTS, Catalogue, catalogue
from citybrain.hubs.business.cases.types import CaseTypeView, Match

SHOWN = 20


def list_responsibilities(
    viewer: Viewer, *, case_type: str = "", organisation: str = "", region: str = "", usable: bool | None = None,
    in_force: bool | None = None, below: bool = False, own: bool | None = None,
) -> QuerySet[Responsibility]:  # fmt: skip
    """Lines of the responsibility list, which everybody may read who may read cases; those that name an organisation
    that is closed or not there, or a region that is not there, are not `usable`. `below`: lines for kinds,
    organisations and regions below those that are given too; `own`: added here, or (false) declared by a pack.
    """
    check_may(viewer, "case.read")
    _check_named("organisation", Organisation, organisation)
    _check_named("region", Region, region.replace("*", ""))
    rows = Responsibility.objects.select_related("case_type", "region", "organisation")
    given = (("case_type__path", "case_type__code", case_type),
             ("organisation__path", "organisation_code", organisation),
             ("region__path", "region_code", region.replace("*", "")))  # fmt: skip
    for path, code, value in given:
        if value:
            exact = Q(**{code: value})
            rows = rows.filter(exact | Q(**{f"{path}__contains": f"/{value}/"}) if below else exact)
    if region == "*":
        rows = rows.filter(region_code="")
    if own is not None:
        rows = rows.filter(pack="") if own else rows.exclude(pack="")
    if usable is not None:
        gone = Q(organisation=None) | Q(organisation__is_active=False) | (~Q(region_code="") & Q(region=None))
        rows = rows.filter(~gone if usable else gone)
    if in_force is not None:
        now = clock.now()
        holds = (Q(valid_from=None) | Q(valid_from__lte=now)) & (Q(valid_to=None) | Q(valid_to__gt=now))
        rows = rows.filter(holds if in_force else ~holds)
    return rows


def _check_named(name: str, model: type[Organisation] | type[Region], code: str) -> None:
    """Raises BadInput for a code that neither this city nor any line has."""
    if not code or model._default_manager.filter(code=code).exists():
        return
    if not Responsibility.objects.filter(**{f"{name}_code": code}).exists():
        raise BadInput("input.invalid", fields=(FieldError(name, f"case.unknown_{name}", {"code": code}),))


def get_responsibility(viewer: Viewer, pk: int) -> Responsibility:
    """One line; raises NotFound."""
    found = list_responsibilities(viewer).filter(pk=pk).first()
    if found is None:
        raise NotFound("input.not_found")
    return found


def what_if(
    viewer: Viewer, *, case_type: str, region: str = "", lon: float | None = None, lat: float | None = None,
    at: datetime | None = None,
) -> WhatIf:  # fmt: skip
    """Who would get a case of this kind there (by region code or by point, else "nowhere"), and why."""
    check_may(viewer, "case.read")
    declared, path = catalogue(), path_asked(region, lon, lat)
    kind = declared.case_type(case_type)
    return answer_of(find_lines(declared, kind, path), case_type, path, at or clock.now())


def path_asked(region: str, lon: float | None, lat: float | None) -> str:
    """The path of the region that is named, or around the point; blank for "nowhere"."""
    if region:
        path: str = region_of(region).path
        return path
    if lon is not None and lat is not None:
        return locate_point(Point(lon, lat)).region_path
    return ""


def answer_of(lines: list[Line], case_type: str, region_path: str, at: datetime) -> WhatIf:
    """Which of these lines, best first, answers at a moment."""
    match = best_of(lines, case_type, region_path, at)
    name = match.organisation_name or None
    code, english = match.organisation_code or None, match.organisation_name_en
    return WhatIf(code, name, english, region_path, match.why, match.others)


@dataclass(frozen=True)
class WhatIf:
    """The answer to "who would get this?"."""

    organisation: str | None
    organisation_name: str | None
    organisation_name_en: str
    region_path: str
    why: dict[str, Any]
    others: tuple[dict[str, Any], ...]


@dataclass(frozen=True)
class Line:
    """One line that could answer, with what it is compared by: how specific its kind and its region are."""

    pk: int
    case_type: str
    type_distance: int
    region_code: str
    region_depth: int
    priority: int
    note: str
    valid_from: datetime | None
    valid_to: datetime | None
    organisation_id: int

    @property
    def rank(self) -> tuple[int, int, int, int]:
        """Most specific kind first, then most specific region, then priority, then the older line."""
        return self.type_distance, -self.region_depth, -self.priority, self.pk

    def holds(self, at: datetime) -> bool:
        return (self.valid_from is None or self.valid_from <= at) and (self.valid_to is None or at < self.valid_to)

    def row(self, organisation: Named) -> dict[str, Any]:
        return {
            "line": self.pk,
            "case_type": self.case_type,
            "region": self.region_code or "*",
            "priority": self.priority,
            "organisation": organisation.code,
            "organisation_name": organisation.name,
            "organisation_name_en": organisation.name_en,
            "note": self.note,
        }


def organisation_for(
    case_type: str, region_path: str, *, at: datetime | None = None, declared: Catalogue | None = None
) -> Match:
    """The organisation that answers for a kind of case in a region at a moment (default: now), with the reason.

    The lines of a pair that this process has met since the list last changed are known; the organisations they name are
    read now (one query), so that one that was closed or moved is never answered. Raises BadInput for an unknown kind.
    """
    declared = declared or catalogue()
    kind = declared.case_type(case_type)
    return best_of(find_lines(declared, kind, region_path), case_type, region_path, at or clock.now())


def best_of(lines: list[Line], case_type: str, region_path: str, at: datetime) -> Match:
    """The first of these lines that holds at a moment and names an organisation that is active now."""
    lines = [line for line in lines if line.holds(at)]
    there = _active_organisations({line.organisation_id for line in lines})
    lines = [line for line in lines if line.organisation_id in there]
    if not lines:
        return Match(None, "", "", "", "", {"rule": "none", "case_type": case_type, "region_path": region_path})
    best = there[lines[0].organisation_id]
    why = {"rule": "list", **lines[0].row(best), "decided_by": _decided_by(lines), "compared": len(lines)}
    others = tuple(line.row(there[line.organisation_id]) for line in lines[1:SHOWN])
    return Match(best.id, best.code, best.name, best.name_en, best.path, why, others)


class Named(NamedTuple):
    """An organisation as it is now."""

    id: int
    code: str
    name: str
    name_en: str
    path: str


def _active_organisations(wanted: set[int]) -> dict[int, Named]:
    """One statement written by hand: it is asked with every case that is opened."""
    if not wanted:
        return {}
    marks = ", ".join(["%s"] * len(wanted))
    sql = f"SELECT id, code, name, name_en, path FROM parties_organisation WHERE is_active AND id IN ({marks})"  # noqa: S608
    with connection.cursor() as cursor:
        cursor.execute(sql, sorted(wanted))
        return {row[0]: Named(*row) for row in cursor.fetchall()}


def _decided_by(lines: list[Line]) -> str:
    """The first thing by which the best line is better than the next."""
    if len(lines) == 1:
        return "only_line"
    words = ("case_type", "region", "priority", "older_line")
    pairs = zip(words, lines[0].rank, lines[1].rank, strict=True)
    return next(word for word, a, b in pairs if a != b)


def find_lines(declared: Catalogue, kind: CaseTypeView, region_path: str) -> list[Line]:
    """The lines for a kind and a region, whenever they hold, best first; kept until the list changes."""
    known = declared.responsible.get((kind.pk, region_path))
    if known is None:
        if len(declared.responsible) >= MOST_LISTS:
            declared.responsible.clear()
        known = declared.responsible[kind.pk, region_path] = _read_lines(declared, kind, region_path)
    return known


def _read_lines(declared: Catalogue, kind: CaseTypeView, region_path: str) -> list[Line]:
    codes = region_path.strip("/").split("/") if region_path.strip("/") else []
    paths = ["/" + "/".join(codes[: n + 1]) + "/" for n in range(len(codes))]
    anywhere = Q(region__isnull=True, region_code="")
    rows = (
        Responsibility.objects.filter(anywhere | Q(region__path__in=paths), case_type_id__in=kind.ancestors)
        .filter(organisation__isnull=False)
        .values_list(
            "pk", "case_type_id", "region_code", "region__path", "priority", "note", "valid_from", "valid_to",
            "organisation_id",
        )
    )  # fmt: skip
    lines = [
        Line(
            pk=pk,
            case_type=declared.types_by_pk[type_id].code,
            type_distance=kind.ancestors.index(type_id),
            region_code=region_code,
            region_depth=(region_path_of or "").count("/"),
            priority=priority,
            note=note,
            valid_from=valid_from,
            valid_to=valid_to,
            organisation_id=organisation_id,
        )
        for pk, type_id, region_code, region_path_of, priority, note, valid_from, valid_to, organisation_id in rows
    ]
    return sorted(lines, key=lambda line: line.rank)
