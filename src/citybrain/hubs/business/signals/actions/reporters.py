"""Opening what identifies a reporter: for a purpose, on record, one signal at a time."""

from __future__ import annotations

from django.db import transaction

from citybrain.base.accounts.actions import open_personal
from citybrain.base.accounts.types import Viewer
from citybrain.base.errors import NotFound
from citybrain.hubs.business.signals.models import Signal
from citybrain.hubs.business.signals.types import OpenedReporter

SEALED = {"name": "reporter_name", "phone": "reporter_phone", "text": "original"}


@transaction.atomic
def reveal_reporter(signal_id: int, *, actor: Viewer, purpose: str) -> OpenedReporter:
    """Name, telephone and original text of whoever reported, in the clear; each field opened stands in the audit trail.

    Raises Forbidden without `person.reveal` there, BadInput without a purpose.
    """
    actor.check("person.reveal")
    signal = actor.scoped(Signal.objects.all()).filter(pk=signal_id).first()
    if signal is None:
        raise NotFound("input.not_found")
    opened = {
        name: open_personal(sealed, actor=actor, on=signal, field=name, purpose=purpose)
        for name, field in SEALED.items()
        if (sealed := getattr(signal, field))
    }
    text = opened.get("text", f"{signal.subject}\n{signal.text}".strip())
    return OpenedReporter(name=opened.get("name", ""), phone=opened.get("phone", ""), text=text)
