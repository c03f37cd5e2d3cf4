"""What is wrong with the responsibility list as a whole, and what a line that is not saved yet would change."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from citybrain.base import clock
from citybrain.base.accounts import Viewer, check_may
from citybrain.base.errors import BadInput, FieldError
from citybrain.base.parties.models import Organisation
from citybrain.base.places.models import Region
from citybrain.hubs.business.cases.models import Responsibility
from citybrain.hubs.business.cases.queries.catalogue import Catalogue, catalogue
from citybrain.hubs.business.cases.queries.responsibilities import (
    Line,
    WhatIf,
    answer_of,
    find_lines,
    list_responsibilities,
    path_asked,
)
from citybrain.hubs.business.cases.types import CaseTypeView

UNSAVED = 0
"""The number of the line that is asked about and not there."""


@dataclass(frozen=True)
class Gap:
    """A kind of case that nobody answers for: in these regions, or (`partly`) in parts of them."""

    case_type: str
    regions: tuple[str, ...]
    partly: tuple[str, ...]
    is_everywhere: bool


@dataclass(frozen=True)
class Tie:
    """Lines for the same kind, region and priority that name different organisations: the older one silently wins."""

    case_type: str
    region: str
    lines: tuple[int, ...]
    organisations: tuple[str, ...]


@dataclass(frozen=True)
class Review:
    """The list as a whole: who is missing, who stands twice, what cannot work here."""

    gaps: tuple[Gap, ...]
    ties: tuple[Tie, ...]
    unusable: int


def review_responsibilities(viewer: Viewer) -> Review:
    """Look over the lines in force: gaps by kind (those without kinds below) and region right below the city's root."""
    check_may(viewer, "case.read")
    lines = list(list_responsibilities(viewer, in_force=True, usable=True).order_by("pk"))
    unusable = list_responsibilities(viewer, in_force=True, usable=False).count()
    return Review(tuple(_gaps(catalogue(), lines)), tuple(_ties(lines)), unusable)


def _gaps(declared: Catalogue, lines: Sequence[Responsibility]) -> Iterable[Gap]:
    counties = list(Region.objects.filter(parent__parent=None, parent__isnull=False, valid_to=None).order_by("path"))
    above = {kind.parent for kind in declared.types.values() if kind.is_active}
    where: dict[int, set[str]] = defaultdict(set)
    for line in lines:
        where[line.case_type_id].add(line.region.path if line.region else "/")
    for kind in declared.types.values():
        if not kind.is_active or kind.code in above:
            continue
        paths = set().union(*(where[pk] for pk in kind.ancestors))
        bare = [one for one in counties if not any(one.path.startswith(path) for path in paths)]
        partly = {one.code for one in bare if any(path.startswith(one.path) for path in paths)}
        regions = tuple(one.code for one in bare if one.code not in partly)
        if bare or not (counties or paths):
            nowhere = len(regions) == len(counties)
            yield Gap(kind.code, () if nowhere else regions, tuple(sorted(partly)), nowhere)


def _ties(lines: Iterable[Responsibility]) -> Iterable[Tie]:
    groups: dict[tuple[str, str, int], list[Responsibility]] = defaultdict(list)
    for line in lines:
        groups[line.case_type.code, line.region_code or "*", line.priority].append(line)
    for (case_type, region, _), group in sorted(groups.items()):
        if len({line.organisation_id for line in group}) > 1:
            named = tuple(line.organisation_code for line in group)
            yield Tie(case_type, region, tuple(line.pk for line in group), named)


@dataclass(frozen=True)
class Rehearsed:
    """Who would get it as the list stands, and who with the line that was asked about."""

    now: WhatIf
    then: WhatIf


def rehearse_line(
    viewer: Viewer, *, case_type: str, region: str = "", lon: float | None = None, lat: float | None = None,
    at: datetime | None = None, draft: dict[str, Any] | None = None, without: int | None = None,
) -> Rehearsed:  # fmt: skip
    """Who would get a case now, and who if `draft` were a line of the list and the line `without` were not.

    A draft of the same kind, region and organisation as the line it stands in for is that line, changed: it keeps its
    age. Nothing is saved. Raises BadInput for a draft that names what is not there.
    """
    check_may(viewer, "case.read")
    declared = catalogue()
    kind = declared.case_type(case_type)
    path = path_asked(region, lon, lat)
    moment = at or clock.now()
    lines = find_lines(declared, kind, path)
    changed = [line for line in lines if line.pk != without]
    wanted = _line_of(draft, declared, kind, path) if draft else None
    if wanted is not None:
        former = next((line for line in lines if line.pk == without and _is_same(line, wanted)), wanted)
        changed = sorted([*changed, replace(wanted, pk=former.pk)], key=_rank)
    now, then = (answer_of(found, kind.code, path, moment) for found in (lines, changed))
    return Rehearsed(now, then)


def _is_same(line: Line, other: Line) -> bool:
    return (line.case_type, line.region_code, line.organisation_id) == (
        other.case_type,
        other.region_code,
        other.organisation_id,
    )


def _rank(line: Line) -> tuple[int, int, int, float]:
    """A line that is not saved yet will be the youngest."""
    return (*line.rank[:3], line.pk if line.pk != UNSAVED else float("inf"))


def _line_of(draft: dict[str, Any], declared: Catalogue, kind: CaseTypeView, path: str) -> Line | None:
    """The draft as a line, where it speaks of this kind and this place at all."""
    its_kind = declared.case_type(draft["case_type"])
    organisation = _found(Organisation, "organisation", draft["organisation"])
    region = None if draft["region"] == "*" else _found(Region, "region", draft["region"])
    its_path = region.path if region else "/"
    if its_kind.pk not in kind.ancestors or not path.startswith(its_path if region else ""):
        return None
    return Line(
        pk=UNSAVED,
        case_type=its_kind.code,
        type_distance=kind.ancestors.index(its_kind.pk),
        region_code=region.code if region else "",
        region_depth=its_path.count("/") if region else 0,
        priority=draft["priority"],
        note=draft["note"],
        valid_from=draft["valid_from"],
        valid_to=draft["valid_to"],
        organisation_id=organisation.pk,
    )


def _found(model: type[Any], name: str, code: str) -> Any:
    row = model.objects.filter(code=code).first()
    if row is None:
        raise BadInput("input.invalid", fields=(FieldError(f"draft.{name}", f"case.unknown_{name}", {"code": code}),))
    return row
