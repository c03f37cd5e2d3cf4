"""Photographs and documents of a case."""

from __future__ import annotations

from collections.abc import Iterable

from citybrain.hubs.business.cases.actions.change import Change
from citybrain.hubs.business.cases.loops import Transition
from citybrain.hubs.business.cases.models import Evidence


def add_evidence(change: Change, step: Transition, files: Iterable[str]) -> None:
    """Put files to the case; those that are there already stay as they are."""
    wanted = list(files)
    if not wanted:
        return
    there = set(Evidence.objects.filter(case=change.case, file__in=wanted).values_list("file", flat=True))
    change.new_rows.extend(
        Evidence(case=change.case, file=file, step=step.key, added_by=change.actor.actor_key, added_at=change.at)
        for file in wanted
        if file not in there
    )
