"""Opening what identifies a reporter: for a purpose, on record, one signal at a time."""

from __future__ import annotations

from django.db import transaction
from django.db.models import QuerySet

from citybrain.base import crypto
from citybrain.base.accounts.actions import open_personal
from citybrain.base.accounts.types import Viewer
from citybrain.base.audit import record
from citybrain.base.errors import BadInput, FieldError, NotFound
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


@transaction.atomic
def find_by_phone(phone: str, *, actor: Viewer, purpose: str) -> QuerySet[Signal]:
    """What one telephone number reported within the actor's duties; the search stands in the audit trail, the number
    does not. Raises Forbidden without `person.reveal`, BadInput without a purpose.
    """
    actor.check("person.reveal")
    if not purpose.strip():
        raise BadInput("input.invalid", fields=(FieldError("purpose", "input.required"),))
    record(actor, "signal.reporter_searched", kind="signal", purpose=purpose.strip())
    return actor.scoped(Signal.objects.all(), "person.reveal").filter(reporter_hash__in=crypto.lookup_hashes(phone))
