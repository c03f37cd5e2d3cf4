"""What whoever keeps the reports of cases asks: is a case open, who may see it, who held it."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import Q, QuerySet

from citybrain.base.accounts import Viewer, scoped
from citybrain.base.conditions import Compare
from citybrain.hubs.business.cases.models import Case


def is_open(number: str) -> bool:
    return Case.objects.filter(number=number, closed_at__isnull=True).exists()


def open_numbers(numbers: Iterable[str]) -> set[str]:
    """Those of the cases that are open."""
    rows = Case.objects.filter(number__in=sorted(set(numbers)), closed_at__isnull=True)
    return set(rows.order_by().values_list("number", flat=True))


def things_with_open_case(case_type: str, things: Iterable[str]) -> set[str]:
    """Those of the things for which a case of this kind is open."""
    rows = Case.objects.filter(~Q(thing=""), thing__in=sorted(set(things)), closed_at__isnull=True)
    return set(rows.filter(case_type__code=case_type).order_by().values_list("thing", flat=True))


def visible_numbers(viewer: Viewer, numbers: Iterable[str]) -> set[str]:
    """Those of the cases that the viewer may see."""
    return set(scoped(viewer, Case.objects.filter(number__in=list(numbers))).values_list("number", flat=True))


def numbers_held_within(compare: Compare) -> QuerySet[Case, str]:
    """Numbers of cases that an organisation at or below a path holds or held, as a subquery."""
    holders = Case.SCOPE.columns["holders"]
    if isinstance(holders, str):
        raise TypeError("who holds a case is not one column")
    return Case.objects.filter(holders(compare)).order_by().values_list("number", flat=True)
