"""Photos stay with what they show: they go with a report into its case, and a handler's wait to be looked at."""

from __future__ import annotations

from django.db import transaction

from citybrain.applications.governance.appeals.models import Appeal, Picture
from citybrain.applications.governance.appeals.types import OF_FINISH
from citybrain.base import clock
from citybrain.base.files.actions import hand_over
from citybrain.base.files.models import File
from citybrain.hubs.business.cases.actions.evidence import OWNER, paths_of
from citybrain.hubs.business.cases.models import Case, Evidence


@transaction.atomic
def keep_with_case(signal_id: int, number: str) -> int:
    """The pictures of a report go to the case that it is in now, and are seen by whoever sees that; returns how many.

    The handler's photos of a case that citizens now wait for are queued for the check too.
    """
    appeal = Appeal.objects.filter(signal=signal_id).first()
    case = Case.objects.filter(number=number).first()
    if appeal is None or case is None:
        return 0
    pictures = list(Picture.objects.filter(signal=signal_id).select_related("file").order_by("pk"))
    Picture.objects.filter(pk__in=[one.pk for one in pictures]).update(case_number=number)
    queue_evidence(number)
    return hand_over(
        [one.key for one in pictures], owner_kind=OWNER, owner_key=number, region_path=case.region_path,
        organisation_paths=paths_of(case),
    )  # fmt: skip


@transaction.atomic
def queue_evidence(number: str) -> int:
    """A handler's photos of a case that citizens wait for are shown to them after a check; returns how many are new."""
    if not Appeal.objects.filter(signal__case_number=number).exists():
        return 0
    keys = Evidence.objects.filter(case__number=number).values_list("file", flat=True)
    files = File.objects.filter(key__in=list(keys), media_type__startswith="image/", picture=None).order_by("pk")
    now = clock.now()
    rows = [Picture(file=file, purpose=OF_FINISH, case_number=number, asked_at=now) for file in files]
    return len(Picture.objects.bulk_create(rows))
