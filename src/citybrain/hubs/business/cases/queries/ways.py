"""The indexes that a list of cases can be read by, each with the condition of the list that stands in it."""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import Q

from citybrain.base.conditions import All, Compare, Condition
from citybrain.base.querying import Way
from citybrain.base.querying.paths import below
from citybrain.hubs.business.cases.models.case import OPEN

BY_PATH = {"region_path": "cases_by_region", "organisation_path": "cases_by_organisation"}


def ways_of(
    reach: Condition, *, is_open: bool, region: str, organisation: str, states: tuple[str, ...], kinds: list[int],
    is_unlocated: bool, is_supervised: bool,
) -> list[Way]:  # fmt: skip
    """Every way to the cases within reach that a filter means; `region` and `organisation` are paths."""
    found = [Way("cases_newest", Q(), is_ordered=True)]
    if is_open:
        found.append(Way("open_cases_newest", OPEN, is_ordered=True))
    if is_supervised:
        found.append(Way("supervised_cases", Q(supervised_at__isnull=False), is_ordered=True))
    if states:
        found.append(Way("cases_by_state", Q(state__in=states), is_ordered=len(states) == 1))
    if kinds:
        found.append(Way("cases_by_type", Q(case_type_id__in=kinds), is_ordered=len(kinds) == 1))
    if is_unlocated:
        found.append(Way("cases_by_region", Q(region_path="")))
    paths = [("region_path", region), ("organisation_path", organisation), *_reached(reach)]
    for column, path in dict.fromkeys(one for one in paths if one[1]):
        index = "open_cases_by_region" if is_open and column == "region_path" else BY_PATH[column]
        found.append(Way(index, below(column, path) & (OPEN if is_open and column == "region_path" else Q())))
    return found


def _reached(condition: Condition) -> Iterator[tuple[str, str]]:
    """Columns and paths that every row within reach must lie under; none where a row may lie under one or another."""
    match condition:
        case All(parts):
            for part in parts:
                yield from _reached(part)
        case Compare(field="region_path" | "organisation_path" as field, op="within", value=str(path)) if path != "/":
            yield field, path
