"""What every report and every following has in common: a signal, a code, pictures that wait to be looked at."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from django.db import IntegrityError, transaction

from citybrain.applications.governance.appeals import codes, throttling
from citybrain.applications.governance.appeals.messages import AppealReceived
from citybrain.applications.governance.appeals.models import Appeal, Picture
from citybrain.applications.governance.appeals.types import OF_REPORT, PORTAL, SOURCE, NewFollow, NewReport, Receipt
from citybrain.base import audit, bus, clock
from citybrain.base.accounts.masking import masked
from citybrain.base.accounts.types import Viewer
from citybrain.base.errors import BadInput, Conflict, FieldError, NotFound
from citybrain.base.files.actions import attach
from citybrain.hubs.business.signals.actions import receive_signals
from citybrain.hubs.business.signals.models import Signal

OWNER = "signal"


def find_sent(new: NewReport | NewFollow, kind: str) -> Receipt | None:
    """The receipt of the same request, when it came in before and its answer was lost on the way.

    Raises Conflict when the key was used for something else.
    """
    if not new.request_key:
        return None
    found = Appeal.objects.filter(request_hash=codes.hash_of(new.request_key)).first()
    if found is None:
        return None
    code = codes.new_code(new.request_key, asdict(new))
    if codes.hash_of(code) != found.code_hash:
        raise Conflict("appeal.request_key_used")
    pictures = Picture.objects.filter(signal=found.signal_id).count()
    return Receipt(codes.shown(code), kind, found.at, pictures, _masked(new.phone), is_new=False)


def take_of_phone(phone: str) -> None:
    """Count a report of this telephone; raises TooMany."""
    if phone:
        throttling.take(throttling.OF_PHONE, phone)


def receive_signal(**fields: Any) -> Signal:
    """Hand a citizen's words to the city's one intake; raises BadInput with the field that is wrong."""
    row = {"kind": "app", "source": SOURCE, "source_id": uuid.uuid4().hex, "occurred_at": clock.now().isoformat()}
    given = {name: value for name, value in fields.items() if value not in (None, "")}
    receipt = receive_signals([row | given], actor=PORTAL)
    if receipt.rejected:
        wrong = receipt.rejected[0]
        raise BadInput("input.invalid", fields=(FieldError(wrong.field, wrong.code, wrong.data),))
    return Signal.objects.get(pk=receipt.ids[0])


def keep_appeal(
    signal: Signal, new: NewReport | NewFollow, *, kind: str, category: str = "", sender: Viewer | None
) -> Receipt:
    """The citizen's own side of a signal: his code (told this once), his pictures (shown to nobody yet)."""
    code = codes.new_code(new.request_key, asdict(new))
    appeal = Appeal(
        signal=signal, kind=kind, category=category, code_hash=codes.hash_of(code), at=signal.recorded_at,
        request_hash=codes.hash_of(new.request_key) if new.request_key else "",
    )  # fmt: skip
    try:
        with transaction.atomic():
            appeal.save(force_insert=True)
    except IntegrityError as error:  # the same request arrived twice at the same moment
        raise Conflict("appeal.request_key_used") from error
    keep_pictures(signal, new.pictures)

    by = {"sender": sender.actor_key} if sender else {}
    audit.record(PORTAL, "appeal.received", appeal, signal=signal.pk, appeal_kind=kind, **by)
    message = AppealReceived(signal_id=signal.pk, kind=kind, category=category, pictures=len(new.pictures))
    bus.publish(message, subject=signal.key, actor=PORTAL, region_path=signal.region_path)
    return Receipt(codes.shown(code), kind, appeal.at, len(new.pictures), _masked(new.phone))


def keep_pictures(signal: Signal, keys: Sequence[str]) -> None:
    """Give the uploads to the signal; raises BadInput for one that is not there (any more) or was used before."""
    if not keys:
        return
    try:
        files = attach(
            keys, actor=PORTAL, owner_kind=OWNER, owner_key=str(signal.pk), region_path=signal.region_path,
            organisation_paths=[],
        )  # fmt: skip
    except NotFound as error:
        wrong = FieldError("pictures", "appeal.picture_gone", {"key": error.data.get("key", "")})
        raise BadInput("input.invalid", fields=(wrong,)) from error
    now = clock.now()
    rows = [Picture(file=file, purpose=OF_REPORT, signal=signal, asked_at=now) for file in files]
    Picture.objects.bulk_create(rows)


def _masked(phone: str) -> str:
    return masked(phone, "phone") if phone else ""
