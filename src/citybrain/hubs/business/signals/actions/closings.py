"""A source system closes its own tickets: told at the door, carried out in order with the signals themselves."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import transaction

from citybrain.base import bus, clock
from citybrain.base.accounts.types import Viewer
from citybrain.base.audit import record
from citybrain.base.audit.types import SystemActor
from citybrain.hubs.business.cases.actions import close_by_source
from citybrain.hubs.business.cases.queries.reports import is_open
from citybrain.hubs.business.signals.actions.intake import check_count
from citybrain.hubs.business.signals.actions.triaging import lock_signal
from citybrain.hubs.business.signals.messages import SignalClosedBySource, SignalEnded
from citybrain.hubs.business.signals.models import Signal
from citybrain.hubs.business.signals.reading import Refused, read_closing
from citybrain.hubs.business.signals.types import ENDED, Closing, Receipt, Rejection

KEY_LENGTH = 64


@transaction.atomic
def receive_closings(rows: Sequence[Any], *, actor: Viewer) -> Receipt:
    """Announce that the source closed its tickets; the cases follow in the order of the bus, after the signals.

    A ticket that is closed already is a duplicate; one that the actor never reported, or may not see, is unknown.
    """
    actor.check("signal.report")
    check_count(rows)
    closings, rejected = _read(rows)
    there = _find(closings, actor)
    drafts, ids, seen = [], [], set()
    for index, closing in closings:
        signal = there.get((closing.source, closing.source_id))
        if signal is None:
            data = {"source": closing.source, "source_id": closing.source_id}
            rejected.append(Rejection(index, "source_id", "signal.unknown", data))
        elif closing.closed_at < signal.occurred_at:
            rejected.append(Rejection(index, "closed_at", "signal.closed_before"))
        else:
            ids.append(signal.pk)
            if signal.source_closed_at is None and signal.pk not in seen:
                seen.add(signal.pk)
                drafts.append(_draft(signal, closing))
    if drafts:
        record(actor, "signal.closings_received", kind="signal", key=f"{ids[0]}-{ids[-1]}", closed=len(drafts))
        bus.publish_many(drafts, actor=actor)
    return Receipt(len(drafts), len(ids) - len(drafts), sorted(rejected, key=lambda one: one.index), ids)


def _read(rows: Sequence[Any]) -> tuple[list[tuple[int, Closing]], list[Rejection]]:
    now = clock.now()
    good: list[tuple[int, Closing]] = []
    bad: list[Rejection] = []
    for index, row in enumerate(rows):
        try:
            good.append((index, read_closing(row, now=now)))
        except Refused as refused:
            bad.append(Rejection(index, refused.field, refused.code, refused.data))
    return good, bad


def _find(closings: Sequence[tuple[int, Closing]], actor: Viewer) -> dict[tuple[str, str], Signal]:
    if not closings:
        return {}
    found = actor.scoped(Signal.objects.all(), "signal.report").filter(
        source__in={closing.source for _, closing in closings},
        source_id__in={closing.source_id for _, closing in closings},
    )
    only = ("pk", "source", "source_id", "occurred_at", "source_closed_at", "region_path", "organisation_path")
    return {(signal.source, signal.source_id): signal for signal in found.only(*only)}


def _draft(signal: Signal, closing: Closing) -> bus.Draft:
    message = SignalClosedBySource(
        signal_id=signal.pk, closed_at=closing.closed_at, outcome=closing.outcome, note=closing.note
    )
    organisations = [signal.organisation_path] if signal.organisation_path else []
    return bus.Draft(
        message,
        subject=signal.key,
        occurred_at=closing.closed_at,
        region_path=signal.region_path,
        organisation_paths=organisations,
    )


def close_signal(closing: SignalClosedBySource) -> None:
    """Carry out a closing: when all signals of a case are closed by their sources, the case is closed.

    The source system is the actor; no handling is invented. A signal that still waits ends without a case.
    """
    signal = lock_signal(closing.signal_id)
    if signal.source_closed_at is not None:
        return
    signal.source_closed_at, signal.source_outcome = closing.closed_at, closing.outcome
    if not signal.case_number:
        signal.state, signal.waiting_reason = ENDED, ""
        signal.save(update_fields=["state", "waiting_reason", "source_closed_at", "source_outcome"])
        message = SignalEnded(signal_id=signal.pk, recorded_at=signal.recorded_at, reason="closed_by_source")
        bus.publish(message, subject=signal.key, region_path=signal.region_path)
        return
    signal.save(update_fields=["source_closed_at", "source_outcome"])
    close_case_when_all_closed(signal, note=closing.note)


def close_case_when_all_closed(signal: Signal, *, note: str = "") -> None:
    """Close the case of a closed signal unless another of its signals is still open, or somebody closed it before."""
    if not is_open(signal.case_number):
        return
    states = list(Signal.objects.filter(case_number=signal.case_number).values_list("source_closed_at", flat=True))
    closed = [moment for moment in states if moment is not None]
    if len(closed) < len(states):
        return
    told = f"{signal.source_outcome}: {note}" if note else signal.source_outcome
    close_by_source(signal.case_number, actor=source_actor(signal.source), at=max(closed), note=told)


def close_if_all_closed(number: str) -> None:
    """A merge was undone or a signal moved: when the sources have closed all that is in the case, it is closed."""
    closed = Signal.objects.filter(case_number=number, source_closed_at__isnull=False)
    last = closed.order_by("source_closed_at", "pk").last()
    if last is not None:
        close_case_when_all_closed(last)


def follow_reopening(number: str) -> None:
    """The case of these signals is open again: what their sources said of it before is past, and they say it anew."""
    closed = Signal.objects.filter(case_number=number, source_closed_at__isnull=False)
    for signal in closed.select_for_update().order_by("pk"):
        signal.save_fields(source_closed_at=None, source_outcome="")


def source_actor(source: str) -> SystemActor:
    """The source system, as the one who did it."""
    return SystemActor(f"system:source:{source}"[:KEY_LENGTH], source)
