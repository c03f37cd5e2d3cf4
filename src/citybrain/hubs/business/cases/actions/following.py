"""Keeping cases where they belong while regions and organisations move within their trees."""

from __future__ import annotations

from django.db import transaction

from citybrain.base.querying import move_paths
from citybrain.base.querying.paths import below
from citybrain.hubs.business.cases.models import Assignment, Case

BATCH = 500


@transaction.atomic
def follow_region(old_path: str, path: str) -> int:
    """Put the cases of a moved region under its new path; returns how many."""
    return move_paths(Case.objects.all(), "region_path", old_path, path)


@transaction.atomic
def follow_organisation(old_path: str, path: str) -> int:
    """Put what a moved organisation holds or held under its new path; returns how many assignments that were."""
    held = Assignment.objects.filter(below("organisation_path", old_path))
    numbers = sorted(set(held.values_list("case_id", flat=True)))
    for start in range(0, len(numbers), BATCH):
        cases = list(Case.objects.filter(pk__in=numbers[start : start + BATCH]).only("pk", "holder_paths"))
        for case in cases:
            case.holder_paths = [
                path + one[len(old_path) :] if one.startswith(old_path) else one for one in case.holder_paths
            ]
        Case.objects.bulk_update(cases, ["holder_paths"])
    move_paths(Case.objects.all(), "organisation_path", old_path, path)
    return move_paths(Assignment.objects.all(), "organisation_path", old_path, path)
