"""Somebody reports what is being handled already, and says so himself."""

from __future__ import annotations

from django.db import transaction

from citybrain.base import bus
from citybrain.base.audit import Actor, record
from citybrain.base.errors import Conflict
from citybrain.hubs.business.signals.actions.triaging import add_to_case, lock_signal, save_outcome
from citybrain.hubs.business.signals.messages import SignalMerged
from citybrain.hubs.business.signals.models import Signal
from citybrain.hubs.business.signals.types import MERGED, RECEIVED

FOLLOWED = "followed"


@transaction.atomic
def follow_case(signal_id: int, number: str, case_type: str, *, actor: Actor) -> Signal:
    """Put a report that just came in into the open case which its reporter named; triage then leaves it alone.

    The caller has checked that the reporter may know of the case. Raises Conflict when the case has ended, or the
    signal is no longer new.
    """
    signal = lock_signal(signal_id)
    if signal.state != RECEIVED:
        raise Conflict("signal.not_waiting", state=signal.state)
    add_to_case(signal, number, actor=actor)
    signal.state, signal.case_number = MERGED, number
    signal.case_type, signal.classified_by = case_type, "source"
    signal.merge_reason = {"case": number, "rule": FOLLOWED}
    save_outcome(signal)

    record(actor, "signal.followed", signal, case=number)
    message = SignalMerged(
        signal_id=signal.pk, recorded_at=signal.recorded_at, case_number=number, rule=FOLLOWED, score=1.0
    )
    bus.publish(message, subject=signal.key, actor=actor, region_path=signal.region_path)
    return signal
