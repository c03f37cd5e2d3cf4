"""Keeping cases and the responsibility list true while regions and organisations come, and move within their trees."""

from __future__ import annotations

from django.db import transaction

from citybrain.base import audit
from citybrain.base.audit import Actor
from citybrain.base.parties.models import Organisation
from citybrain.base.places.models import Region
from citybrain.base.querying import move_paths
from citybrain.base.querying.paths import below
from citybrain.hubs.business.cases.models import Assignment, Case, CatalogueVersion, Responsibility

BATCH = 500


@transaction.atomic
def link_waiting_lines(*, actor: Actor) -> int:
    """Let lines of the list that named an unknown organisation or region work once it exists; returns how many."""
    linked = []
    unplaced = Responsibility.objects.filter(region=None).exclude(region_code="")
    unowned = Responsibility.objects.filter(organisation=None)
    for column, rows, model in (("organisation", unowned, Organisation), ("region", unplaced, Region)):
        lines = list(rows.order_by("pk"))
        there = {row.code: row for row in model._default_manager.filter(code__in={_code(one, column) for one in lines})}
        for line in lines:
            if _code(line, column) in there:
                setattr(line, column, there[_code(line, column)])
                line.save(update_fields=[column])
                linked.append(line.pk)
    if linked:
        CatalogueVersion.renew()
        audit.record(actor, "responsibility.linked", kind="responsibility", lines=sorted(set(linked)))
    return len(set(linked))


def _code(line: Responsibility, column: str) -> str:
    return str(getattr(line, f"{column}_code"))


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
