"""Counting both sides: what the database says of cases, signals and alarms, and what the lake says of the same."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

from django.db import transaction

from citybrain.base import audit, clock
from citybrain.base.audit import system_actor
from citybrain.base.notices import notify, to_duty
from citybrain.hubs.data.facts.lake import lake
from citybrain.hubs.data.facts.models import Reconciliation
from citybrain.hubs.data.facts.projecting import project
from citybrain.hubs.data.facts.registry import facts

SETTLED = timedelta(minutes=1)
OPERATORS = "job.read"
ACTOR = system_actor("facts")


def reconcile(data: Path) -> int:
    """Compare every tally up to a minute ago, keep what came out, and tell operators of drift; returns how many differ.

    What was recorded in the last minute may still be on its way and is left out on both sides.
    """
    project(data)
    until = clock.now() - SETTLED
    compared, differences = 0, []
    with lake(data) as opened:
        opened.let("until", until)
        for tally in sorted(facts().tallies.values(), key=lambda one: one.name):
            rows = opened.query(tally.sql).to_pylist()
            here = {str(row["name"]): int(row["count"]) for row in rows}
            there = {name: count for name, count in tally.stands(until).items() if count}
            names = sorted({*here, *there})
            compared += len(names)
            differences += [
                {"tally": tally.name, "name": name, "database": there.get(name, 0), "lake": here.get(name, 0)}
                for name in names
                if here.get(name, 0) != there.get(name, 0)
            ]
    _keep(until, compared, differences)
    return len(differences)


@transaction.atomic
def _keep(until: Any, compared: int, differences: list[dict[str, Any]]) -> None:
    row = Reconciliation.objects.create(at=clock.now(), until=until, compared=compared, differences=differences)
    audit.record(ACTOR, "facts.reconciled", kind="reconciliation", key=str(row.pk), differences=len(differences))
    if differences:
        notify(to_duty(OPERATORS), "facts.drift", subject=f"reconciliation/{row.pk}", count=len(differences))
