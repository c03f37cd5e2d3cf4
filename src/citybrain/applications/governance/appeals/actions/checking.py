"""Somebody of the staff looks at a photo before citizens do."""

from __future__ import annotations

from django.db import transaction

from citybrain.applications.governance.appeals.messages import PictureDecided
from citybrain.applications.governance.appeals.models import Picture
from citybrain.applications.governance.appeals.types import REFUSED, SHOWN
from citybrain.base import audit, bus, clock
from citybrain.base.accounts.types import Viewer
from citybrain.base.errors import BadInput, Conflict, FieldError, NotFound

CHECK = "picture.check"


def show_picture(key: str, *, actor: Viewer) -> Picture:
    """Let citizens see a photo; also one that was refused before. Raises Conflict when it is shown already."""
    return _decide(key, SHOWN, "", actor)


def refuse_picture(key: str, *, actor: Viewer, reason: str) -> Picture:
    """Keep a photo from citizens, or take it from them again, and say why. Raises BadInput without a reason."""
    if not reason.strip():
        raise BadInput("input.invalid", fields=(FieldError("reason", "input.required"),))
    return _decide(key, REFUSED, reason.strip(), actor)


@transaction.atomic
def _decide(key: str, state: str, reason: str, actor: Viewer) -> Picture:
    actor.check(CHECK)
    rows = Picture.objects.select_related("file").select_for_update(of=("self",))
    picture = rows.filter(file__key=key).first()
    if picture is None:
        raise NotFound("input.not_found")
    actor.check(CHECK, picture)
    if picture.state == state:
        raise Conflict("appeal.picture_decided", state=state)
    picture.state, picture.reason = state, reason
    picture.decided_at, picture.decided_by = clock.now(), actor.actor_key
    picture.save(update_fields=["state", "reason", "decided_at", "decided_by"])

    audit.record(actor, f"picture.{state}", picture, key=key, case=picture.case_number, reason=reason)
    message = PictureDecided(key=key, state=state, case=picture.case_number)
    subject = f"case/{picture.case_number}" if picture.case_number else f"signal/{picture.signal_id}"
    paths = [picture.file.organisation_path] if picture.file.organisation_path else []
    bus.publish(message, subject=subject, actor=actor, region_path=picture.file.region_path, organisation_paths=paths)
    return picture
