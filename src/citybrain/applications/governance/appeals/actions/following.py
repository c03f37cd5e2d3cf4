"""A citizen finds that his matter is known already, and follows it instead of reporting it once more."""

from __future__ import annotations

from django.db import transaction

from citybrain.applications.governance.appeals import throttling
from citybrain.applications.governance.appeals.actions.receiving import (
    find_sent,
    keep_appeal,
    receive_signal,
    take_of_phone,
)
from citybrain.applications.governance.appeals.actions.reporting import is_exempt
from citybrain.applications.governance.appeals.queries.near import case_of_ref
from citybrain.applications.governance.appeals.types import FOLLOW, PORTAL, NewFollow, Receipt
from citybrain.base.accounts.types import Viewer
from citybrain.base.errors import Conflict
from citybrain.hubs.business.signals.actions import follow_case


def follow(new: NewFollow, *, address: str, sender: Viewer | None = None) -> Receipt:
    """Join the case that was shown as `ref`, with a code of one's own.

    Raises TooMany, BadInput for a reference that was not given out within a day, Conflict `appeal.ended_meanwhile` for
    a case that has ended.
    """
    sent = find_sent(new, FOLLOW)
    if sent is not None:
        return sent
    if not is_exempt(sender):
        throttling.take(throttling.REPORTS, address)
    take_of_phone(new.phone)
    return _follow(new, sender)


@transaction.atomic
def _follow(new: NewFollow, sender: Viewer | None) -> Receipt:
    case = case_of_ref(new.ref)
    if case.closed_at is not None:
        raise Conflict("appeal.ended_meanwhile")
    signal = receive_signal(
        subject="" if new.text else case.case_type.title["zh"],
        text=new.text,
        region=case.region_code,
        reporter={"phone": new.phone} if new.phone else None,
    )
    receipt = keep_appeal(signal, new, kind=FOLLOW, sender=sender)
    follow_case(signal.pk, case.number, case.case_type.code, actor=PORTAL)
    return receipt
