"""Photos: those that wait for the check, and those that everybody may see."""

from __future__ import annotations

from django.db.models import QuerySet

from citybrain.applications.governance.appeals.models import Picture
from citybrain.applications.governance.appeals.types import SHOWN
from citybrain.base.accounts.types import Viewer
from citybrain.base.errors import NotFound
from citybrain.base.files.models import File


def list_pictures(viewer: Viewer, *, state: str = "", case: str = "") -> QuerySet[Picture]:
    """Photos within the viewer's duties for checking; raises Forbidden without one."""
    viewer.check("picture.check")
    rows = viewer.scoped(Picture.objects.select_related("file", "signal"))
    if state:
        rows = rows.filter(state=state)
    return rows.filter(case_number=case) if case else rows


def get_picture(viewer: Viewer, key: str) -> Picture:
    """One photo within reach; raises NotFound."""
    found = list_pictures(viewer).filter(file__key=key).first()
    if found is None:
        raise NotFound("input.not_found")
    return found


def get_shown_picture(key: str) -> File:
    """A photo that citizens may see; raises NotFound for any other, whether it waits, was refused, or never was."""
    found = Picture.objects.filter(file__key=key, state=SHOWN).select_related("file").first()
    if found is None:
        raise NotFound("input.not_found")
    return found.file
