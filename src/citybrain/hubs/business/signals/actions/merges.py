"""What people decide about signals: their type, that they belong together after all, or that they do not."""

from __future__ import annotations

from django.db import transaction

from citybrain.base import bus, clock
from citybrain.base.accounts.types import Viewer
from citybrain.base.audit import record
from citybrain.base.errors import BadInput, Conflict, FieldError, NotFound
from citybrain.hubs.business.cases.actions import lock_cases, merge_cases, release
from citybrain.hubs.business.cases.queries import catalogue, get_case
from citybrain.hubs.business.signals.actions.closings import close_if_all_closed
from citybrain.hubs.business.signals.actions.triaging import (
    active_type,
    add_to_case,
    open_case_of,
    save_outcome,
    settle,
)
from citybrain.hubs.business.signals.messages import SignalEnded, SignalMerged, SignalUndone
from citybrain.hubs.business.signals.models import Signal
from citybrain.hubs.business.signals.outages import title_outage
from citybrain.hubs.business.signals.types import ENDED, MERGED, OPENED, RECEIVED, WAITING

MERGE = "signal.merge"


def lock_for(actor: Viewer, signal_id: int, permission: str) -> Signal:
    """The signal, locked; raises NotFound when the actor may not see it, Forbidden when he may not do this to it."""
    actor.check(permission)
    signal = Signal.objects.select_for_update().filter(pk=signal_id).first()
    if signal is None:
        raise NotFound("input.not_found")
    actor.check(permission, signal)
    return signal


@transaction.atomic
def decide_type(signal_id: int, case_type: str, *, actor: Viewer) -> Signal:
    """Say what a waiting signal is; it then joins or opens a case like any other.

    Raises Conflict when it does not wait (any more), BadInput for an unknown type.
    """
    signal = lock_for(actor, signal_id, MERGE)
    declared = catalogue()
    view = active_type(case_type, declared)
    if view is None:
        raise BadInput("input.invalid", fields=(FieldError("case_type", "case.unknown_type", {"code": case_type}),))
    check_waits(signal)
    was = signal.waiting_reason

    settle(signal, view, by="person", actor=actor, declared=declared)

    record(actor, "signal.type_decided", signal, case_type=case_type, case=signal.case_number, waited_for=was)
    return signal


@transaction.atomic
def end_signal(signal_id: int, *, actor: Viewer, reason: str) -> Signal:
    """End a waiting signal without a case: there is nothing to handle. Raises Conflict when it does not wait."""
    signal = lock_for(actor, signal_id, MERGE)
    check_reason(reason)
    check_waits(signal)

    signal.save_fields(state=ENDED, waiting_reason="", source_outcome="nothing_to_handle")

    record(actor, "signal.ended", signal, reason=reason)
    message = SignalEnded(signal_id=signal.pk, recorded_at=signal.recorded_at, reason="nothing_to_handle")
    bus.publish(message, subject=signal.key, actor=actor, region_path=signal.region_path)
    return signal


@transaction.atomic
def merge_signal(signal_id: int, into: str, *, actor: Viewer, reason: str) -> Signal:
    """Put a signal into an open case by hand, out of whichever it was in.

    When it was the only one of its case, that case ends as a duplicate. Raises Conflict for a case that has ended.
    """
    signal = lock_for(actor, signal_id, MERGE)
    check_reason(reason)
    case = get_case(actor, into)
    if case.closed_at is not None:
        raise Conflict("signal.case_ended", case=into)
    if signal.case_number == into:
        raise Conflict("signal.same_case", case=into)
    if signal.state == ENDED:
        raise Conflict("signal.not_waiting", state=signal.state)

    _leave(signal, into, actor=actor, reason=reason)
    return signal


def _leave(signal: Signal, into: str, *, actor: Viewer, reason: str) -> None:
    left = signal.case_number
    if left:
        lock_cases(left, into)  # who else is in the case stays so
    alone = bool(left) and not Signal.objects.filter(case_number=left).exclude(pk=signal.pk).exists()
    if alone:
        merge_two_cases(left, into, actor=actor, reason=reason)
        signal.refresh_from_db()
        return
    if left:
        release(left, actor=actor, signal_subject=signal.key)
    add_to_case(signal, into, actor=actor)
    _move(signal, into, get_case(actor, into).case_type.code, actor=actor, left=left)
    record(actor, "signal.merged", signal, case=into, left=left, reason=reason)
    if left:
        close_if_all_closed(left)


def _move(signal: Signal, into: str, case_type: str, *, actor: Viewer, left: str) -> None:
    signal.state, signal.case_number, signal.waiting_reason = MERGED, into, ""
    signal.case_type, signal.classified_by = case_type, "person"
    signal.merge_reason = {"case": into, "rule": "person", "by": actor.actor_label, "left": left}
    save_outcome(signal)
    message = SignalMerged(
        signal_id=signal.pk, recorded_at=signal.recorded_at, case_number=into, rule="person", score=1.0
    )
    bus.publish(message, subject=signal.key, actor=actor, region_path=signal.region_path)


@transaction.atomic
def merge_two_cases(number: str, into: str, *, actor: Viewer, reason: str) -> list[Signal]:
    """Two cases are one matter: all signals of the first move to the second, and the first ends as its duplicate.

    Returns the signals that moved. Raises NotFound for a case the actor cannot see, Conflict for one that has ended
    or that a signal joined or left at this moment.
    """
    actor.check(MERGE)
    check_reason(reason)
    target = get_case(actor, into)
    get_case(actor, number)
    if number == into:
        raise Conflict("signal.same_case", case=into)
    signals = _lock_all(number, into)

    for signal in signals:
        release(number, actor=actor, signal_subject=signal.key)
    merge_cases(number, into, actor=actor, reason=reason)
    for signal in signals:
        add_to_case(signal, into, actor=actor)
        _move(signal, into, target.case_type.code, actor=actor, left=number)

    record(actor, "signal.cases_merged", kind="case", key=number, into=into, signals=len(signals), reason=reason)
    return signals


def _lock_all(number: str, into: str) -> list[Signal]:
    """All signals of the first case, with them and both cases locked; who joins it waits, and finds it ended."""
    of_case = Signal.objects.filter(case_number=number).order_by("pk")
    signals = list(of_case.select_for_update())
    for case in lock_cases(number, into):
        if case.closed_at is not None:
            raise Conflict("signal.case_ended", case=case.number)
    if [signal.pk for signal in signals] != list(of_case.values_list("pk", flat=True)):
        raise Conflict("case.changed_meanwhile", number=number)
    return signals


@transaction.atomic
def undo_merge(signal_id: int, *, actor: Viewer, reason: str) -> Signal:
    """Take a merged signal out of its case: it gets a case of its own, and both timelines say so.

    Raises Conflict when it is not merged.
    """
    signal = lock_for(actor, signal_id, MERGE)
    check_reason(reason)
    if signal.state != MERGED:
        raise Conflict("signal.not_merged")
    left, merged_by = signal.case_number, signal.merge_reason
    declared = catalogue()

    release(left, actor=actor, signal_subject=signal.key)
    number = open_case_of(signal, declared.case_type(signal.case_type), actor=actor, declared=declared)
    signal.save_fields(
        state=OPENED,
        case_number=number,
        outage="",
        merge_reason={},
        undone=[*signal.undone, {**merged_by, "case": left, "undone_by": actor.actor_label, "reason": reason,
                                 "at": clock.now().isoformat()}],
    )  # fmt: skip

    if merged_by.get("rule") == "same_outage":
        title_outage(left, declared.case_type(signal.case_type))

    record(actor, "signal.merge_undone", signal, from_case=left, case=number, reason=reason)
    message = SignalUndone(signal_id=signal.pk, recorded_at=signal.recorded_at, from_case=left, case_number=number)
    bus.publish(message, subject=signal.key, actor=actor, region_path=signal.region_path)
    for case in (left, number):
        close_if_all_closed(case)
    return signal


def check_waits(signal: Signal) -> None:
    stuck = signal.state == RECEIVED and signal.asked_at is not None
    if signal.state != WAITING and not stuck:
        raise Conflict("signal.not_waiting", state=signal.state)


def check_reason(reason: str) -> None:
    if not reason.strip():
        raise BadInput("input.invalid", fields=(FieldError("reason", "signal.reason_required"),))
