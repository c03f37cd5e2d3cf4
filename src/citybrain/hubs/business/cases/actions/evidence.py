"""Photographs and documents of a case: given with a step, and seen by whoever sees the case."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import Max

from citybrain.base.errors import BadInput, FieldError, NotFound
from citybrain.base.files.actions import attach, share_files
from citybrain.base.files.queries import has_picture, hashes_of
from citybrain.hubs.business.cases.actions.change import Change
from citybrain.hubs.business.cases.loops import Transition
from citybrain.hubs.business.cases.models import Case, Evidence, TimelineEntry
from citybrain.hubs.business.cases.rights import is_platform, viewer_of

OWNER = "case"
SENT_BACK = ("case.rejected", "case.reopened")


def add_evidence(change: Change, step: Transition, files: Iterable[str]) -> None:
    """Put uploads of the actor to the case; those that are there already stay as they are.

    Raises BadInput for a file that is not his or is used elsewhere, and where the step asks for evidence without a
    picture among it.
    """
    wanted = list(files)
    if not wanted:
        return
    case = change.case
    if "evidence" in step.needs:
        _check_fresh(case, wanted)
    there = set(Evidence.objects.filter(case=case, file__in=wanted).values_list("file", flat=True))
    if not is_platform(change.actor):
        try:
            attach(
                wanted, actor=viewer_of(change.actor), owner_kind=OWNER, owner_key=case.number,
                region_path=case.region_path, organisation_paths=paths_of(case),
            )  # fmt: skip
        except NotFound as error:
            wrong = FieldError("evidence", "case.not_your_file", {"key": error.data.get("key", "")})
            raise BadInput("input.invalid", fields=(wrong,)) from error
        if "evidence" in step.needs and not has_picture(wanted):
            raise BadInput("input.invalid", fields=(FieldError("evidence", "case.evidence_no_picture"),))
    change.new_rows.extend(
        Evidence(case=case, file=file, step=step.key, added_by=change.actor.actor_key, added_at=change.at)
        for file in wanted
        if file not in there
    )


def _check_fresh(case: Case, wanted: list[str]) -> None:
    """Raises BadInput when every file was handed in before the case was last rejected or reopened, or shows the same
    as one that was: what did not convince then proves nothing now.
    """
    refused_at = TimelineEntry.objects.filter(case=case, key__in=SENT_BACK).aggregate(last=Max("at"))["last"]
    if refused_at is None:
        return
    old = set(Evidence.objects.filter(case=case, added_at__lte=refused_at).values_list("file", flat=True))
    contents = hashes_of([*old, *wanted])
    shown = {contents[file] for file in old if file in contents}
    if all(file in old or contents.get(file) in shown for file in wanted):
        raise BadInput("input.invalid", fields=(FieldError("evidence", "case.evidence_not_fresh"),))


def follow_holder(change: Change) -> None:
    """Files go with the case: a new holder sees them, those who held it keep their sight."""
    case = change.case
    if {"organisation_path", "holder_paths"} & change.columns and not change.is_new:
        share_files(OWNER, case.number, region_path=case.region_path, organisation_paths=paths_of(case))


def paths_of(case: Case) -> list[str]:
    """The holder first, then whoever else has or had a task in it; nothing while nobody holds it."""
    if not case.organisation_path:
        return []
    return [case.organisation_path, *(path for path in case.holder_paths if path != case.organisation_path)]
