"""What whoever keeps the reports of cases asks: is a case open, who may see it, who held it."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import QuerySet

from citybrain.base.accounts import Viewer, scoped
from citybrain.base.conditions import Compare
from citybrain.hubs.business.cases.models import Case


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
