"""Turns of duty as a viewer may see them."""

from __future__ import annotations

from datetime import datetime

from django.db.models import QuerySet

from citybrain.applications.operations.desk.models import Shift
from citybrain.base import clock
from citybrain.base.accounts import Viewer
from citybrain.base.errors import NotFound

SHOWN = ("region", "organisation")


def list_shifts(viewer: Viewer, *, since: datetime | None = None, until: datetime | None = None) -> QuerySet[Shift]:
    """Shifts within reach that touch a span of time; raises Forbidden without `handover.read`."""
    viewer.check("handover.read")
    rows = viewer.scoped(Shift.objects.filter(cancelled_at=None)).select_related(*SHOWN).prefetch_related("people")
    if since is not None:
        rows = rows.filter(ends_at__gt=since)
    if until is not None:
        rows = rows.filter(starts_at__lt=until)
    return rows


def get_shift(viewer: Viewer, shift_id: int) -> Shift:
    """One shift within reach, a cancelled one too; raises NotFound."""
    viewer.check("handover.read")
    rows = viewer.scoped(Shift.objects.select_related(*SHOWN).prefetch_related("people"))
    found = rows.filter(pk=shift_id).first()
    if found is None:
        raise NotFound("input.not_found")
    return found


def find_running_shift(viewer: Viewer) -> Shift | None:
    """The shift that runs now: the viewer's own before others, then the one that began last."""
    now = clock.now()
    rows = list(list_shifts(viewer, since=now, until=now).filter(starts_at__lte=now).order_by("-starts_at", "-pk")[:20])
    mine = [shift for shift in rows if viewer.kind == "user" and viewer.id in {one.pk for one in shift.people.all()}]
    return next(iter(mine or rows), None)
