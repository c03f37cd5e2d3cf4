"""What whoever keeps the reports of cases asks: is a case open, who may see it, which open ones lie in a region."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db.models import QuerySet

from citybrain.base.accounts import Viewer, scoped
from citybrain.base.conditions import Compare
from citybrain.hubs.business.cases.models import Case
from citybrain.hubs.business.cases.queries.catalogue import Catalogue, catalogue
from citybrain.hubs.business.cases.queries.near import listed, open_of
from citybrain.hubs.business.cases.types import CaseNear


def open_cases_in_region(
    codes: Iterable[str], region_path: str, since: datetime, *, declared: Catalogue | None = None
) -> list[CaseNear]:
    """Open cases of these kinds in exactly this region that occurred since then, newest first."""
    declared = declared or catalogue()
    return listed(declared, open_of(declared, codes, since).filter(region_path=region_path))


def is_open(number: str) -> bool:
    return Case.objects.filter(number=number, closed_at__isnull=True).exists()


def visible_numbers(viewer: Viewer, numbers: Iterable[str]) -> set[str]:
    """Those of the cases that the viewer may see."""
    return set(scoped(viewer, Case.objects.filter(number__in=list(numbers))).values_list("number", flat=True))


def numbers_held_within(compare: Compare) -> QuerySet[Case, str]:
    """Numbers of cases that an organisation at or below a path holds or held, as a subquery."""
    holders = Case.SCOPE.columns["holders"]
    if isinstance(holders, str):
        raise TypeError("who holds a case is not one column")
    return Case.objects.filter(holders(compare)).order_by().values_list("number", flat=True)
