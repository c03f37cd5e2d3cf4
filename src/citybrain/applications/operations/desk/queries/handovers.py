"""Notes from one shift to the next as a viewer may see them."""

from __future__ import annotations

from django.db.models import QuerySet

from citybrain.applications.operations.desk.models import Handover
from citybrain.base.accounts import Viewer
from citybrain.base.errors import NotFound

SHOWN = ("region", "organisation", "author", "addressee", "accepted_by", "shift")


def list_handovers(viewer: Viewer, *, waiting: bool | None = None) -> QuerySet[Handover]:
    """Handovers within reach, without their facts: all, those that wait to be accepted, or those that were.

    Raises Forbidden without `handover.read`.
    """
    viewer.check("handover.read")
    rows = viewer.scoped(Handover.objects.select_related(*SHOWN).defer("facts", "earlier"))
    return rows if waiting is None else rows.filter(accepted_at__isnull=waiting)


def get_handover(viewer: Viewer, handover_id: int) -> Handover:
    """One handover within reach; raises NotFound."""
    viewer.check("handover.read")
    found = viewer.scoped(Handover.objects.select_related(*SHOWN)).filter(pk=handover_id).first()
    if found is None:
        raise NotFound("input.not_found")
    return found
