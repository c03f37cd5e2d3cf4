"""Taking in what is reported: one transaction, one bulk insert, one message for each signal."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django.db import IntegrityError, transaction

from citybrain.base import bus, clock, conditions, crypto
from citybrain.base.accounts.redaction import without_contacts
from citybrain.base.accounts.types import Viewer
from citybrain.base.audit import record
from citybrain.base.errors import BadInput, FieldError
from citybrain.hubs.business.cases.queries import case_types
from citybrain.hubs.business.signals.messages import SignalReceived
from citybrain.hubs.business.signals.models import Signal
from citybrain.hubs.business.signals.placing import find_swapped, paths_of_regions, place_reports
from citybrain.hubs.business.signals.reading import Refused, read_report
from citybrain.hubs.business.signals.types import RECEIVED, Located, Receipt, Rejection, Report

MOST_ROWS = 1000
Key = tuple[str, str]


@transaction.atomic
def receive_signals(rows: Sequence[Any], *, actor: Viewer) -> Receipt:
    """Keep every good row of a batch as a signal and announce it; the others come back with field and reason.

    The same (source, source_id) is kept once and counted as a duplicate. Raises Forbidden without `signal.report`, and
    BadInput for more than 1000 rows.
    """
    actor.check("signal.report")
    check_count(rows)
    reports, rejected, regions = _read(rows, actor)
    placed, elsewhere = _place(reports, regions, actor)
    ids, made = _keep(placed, actor)

    receipt = Receipt(
        accepted=len(made),
        duplicates=len(placed) - len(made),
        rejected=sorted([*rejected, *elsewhere], key=lambda one: one.index),
        ids=[ids[report.source, report.source_id] for _, report, _ in placed],
    )
    if made:
        record(
            actor, "signal.received", kind="signal", key=f"{made[0].pk}-{made[-1].pk}",
            sources=sorted({signal.source for signal in made}), accepted=receipt.accepted,
            duplicates=receipt.duplicates, rejected=len(receipt.rejected),
        )  # fmt: skip
        announce_received(made, actor=actor)
    return receipt


def check_count(rows: Sequence[Any]) -> None:
    if len(rows) > MOST_ROWS:
        wrong = FieldError("", "signal.too_many", {"most": MOST_ROWS, "given": len(rows)})
        raise BadInput("input.invalid", fields=(wrong,))


def announce_received(signals: Iterable[Signal], *, actor: Any) -> None:
    bus.publish_many([received_draft(signal) for signal in signals], actor=actor)


def received_draft(signal: Signal, *, cause: str | None = None) -> bus.Draft:
    return bus.Draft(
        SignalReceived(signal_id=signal.pk, kind=signal.kind, source=signal.source),
        subject=signal.key,
        cause=cause,
        occurred_at=signal.occurred_at,
        region_path=signal.region_path,
        organisation_paths=[signal.organisation_path] if signal.organisation_path else [],
    )


def _read(rows: Sequence[Any], actor: Viewer) -> tuple[list[tuple[int, Report]], list[Rejection], dict[str, str]]:
    """The rows that can be read, those that cannot, and the paths of the regions that are named."""
    now, history = clock.now(), actor.ingest_mode == "history"
    types = case_types()
    good: list[tuple[int, Report]] = []
    bad: list[Rejection] = []
    for index, row in enumerate(rows):
        try:
            report = read_report(row, now=now, history=history, default_source=actor.actor_key)
            if report.case_type and not (report.case_type in types and types[report.case_type].is_active):
                raise Refused("case_type", "case.unknown_type", code=report.case_type)
            good.append((index, report))
        except Refused as refused:
            bad.append(Rejection(index, refused.field, refused.code, refused.data))
    known = paths_of_regions(report.region for _, report in good)
    unknown = [(i, report) for i, report in good if report.region and report.region not in known]
    bad += [Rejection(i, "region", "place.unknown_region", {"region": report.region}) for i, report in unknown]
    return [(i, report) for i, report in good if not report.region or report.region in known], bad, known


def _place(
    reports: Sequence[tuple[int, Report]], regions: dict[str, str], actor: Viewer
) -> tuple[list[tuple[int, Report, Located]], list[Rejection]]:
    """Find the region of each report; refuse swapped points, and places outside the reporter's duties."""
    plain = [report for _, report in reports]
    found = place_reports(plain, regions, actor)
    swapped = find_swapped(plain, found)
    within = actor.where(Signal.SCOPE, "signal.report")
    own = own_path(actor)
    placed, elsewhere = [], []
    for position, ((index, report), located) in enumerate(zip(reports, found, strict=True)):
        if position in swapped:
            elsewhere.append(Rejection(index, "lon", "place.swapped", {"lon": report.lon, "lat": report.lat}))
        elif conditions.test(within, {"region_path": located.region_path, "organisation_path": own}):
            placed.append((index, report, located))
        else:
            field = "lon" if located.by == "point" else "region"
            elsewhere.append(Rejection(index, field, "signal.elsewhere", {"region": located.region_code}))
    return placed, elsewhere


def own_path(actor: Viewer) -> str:
    """The organisation that reports; the whole city's is nobody's in particular."""
    return "" if actor.organisation_path == "/" else actor.organisation_path


def _keep(placed: Sequence[tuple[int, Report, Located]], actor: Viewer) -> tuple[dict[Key, int], list[Signal]]:
    """The id of every report, and the signals that are new. Somebody may insert the same rows meanwhile."""
    for attempt in (1, 2):
        there = _there([report for _, report, _ in placed])
        new = {
            (report.source, report.source_id): (report, located)
            for _, report, located in reversed(placed)
            if (report.source, report.source_id) not in there
        }
        rows = [_signal(report, located, actor) for report, located in reversed(new.values())]
        try:
            with transaction.atomic():
                made = Signal.objects.bulk_create(rows)
        except IntegrityError:
            if attempt == 2:
                raise
            continue
        return there | {(signal.source, signal.source_id): signal.pk for signal in made}, made
    raise AssertionError("unreachable")


def _there(reports: Sequence[Report]) -> dict[Key, int]:
    if not reports:
        return {}
    found = Signal.objects.filter(
        source__in={report.source for report in reports}, source_id__in={report.source_id for report in reports}
    )
    return {(source, source_id): pk for source, source_id, pk in found.values_list("source", "source_id", "pk")}


def _signal(report: Report, located: Located, actor: Viewer) -> Signal:
    reporter = report.reporter
    names = (reporter.name,) if reporter.name else ()
    written = (report.subject, report.text, report.address)
    subject, text, address = (without_contacts(part, names=names) for part in written)
    changed = (subject, text, address) != written
    original = "\n".join(part for part in (written[:2] if address == report.address else written) if part)
    return Signal(
        kind=report.kind,
        source=report.source,
        source_id=report.source_id,
        subject=subject,
        text=text,
        original=crypto.seal_field(original) if changed else "",
        occurred_at=report.occurred_at,
        recorded_at=clock.now(),
        reported_by=actor.actor_key,
        lon=report.lon,
        lat=report.lat,
        precision_m=report.precision_m,
        address=address,
        region_code=located.region_code,
        region_path=located.region_path,
        located_by=located.by,
        organisation_path=own_path(actor),
        label=report.label,
        case_type=report.case_type,
        classified_by="source" if report.case_type else "",
        severity=report.severity,
        reporter_name=crypto.seal_field(reporter.name) if reporter.name else "",
        reporter_phone=crypto.seal_field(reporter.phone) if reporter.phone else "",
        reporter_hash=crypto.lookup_hash(reporter.phone) if reporter.phone else "",
        state=RECEIVED,
    )
