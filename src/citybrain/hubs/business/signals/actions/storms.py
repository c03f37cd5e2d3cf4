"""Many alarms at once: what one by one would be hundreds of statements each is done for all of them together.

What comes out is what `alarms` makes of them one by one: an alarm that is known, or whose outage has a case, is one of
many here; every other goes the ordinary way.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta

from citybrain.base import bus
from citybrain.hubs.business.cases.actions import absorb, note_case
from citybrain.hubs.business.cases.queries import case_types
from citybrain.hubs.business.cases.queries.candidates import open_candidates
from citybrain.hubs.business.cases.queries.reports import open_numbers, things_with_open_case
from citybrain.hubs.business.cases.types import CaseTypeView
from citybrain.hubs.business.signals.actions.alarms import (
    AlarmMessage,
    again,
    outage_of,
    signal_of,
    take_alarm,
    tell_end,
)
from citybrain.hubs.business.signals.actions.intake import received_draft
from citybrain.hubs.business.signals.actions.triaging import TRIAGE, where
from citybrain.hubs.business.signals.matching import report_of, report_of_case, rule_of
from citybrain.hubs.business.signals.merging import Candidate, Verdict, compare
from citybrain.hubs.business.signals.messages import SignalMerged
from citybrain.hubs.business.signals.models import Signal
from citybrain.hubs.business.signals.outages import title_outage
from citybrain.hubs.business.signals.types import ALARM_SOURCE, ENDED, MERGED


@dataclass(frozen=True, slots=True)
class Told:
    """An alarm and the event that tells of it."""

    event: bus.Event
    alarm: AlarmMessage


@dataclass
class Known:
    """The signals that speak for alarms of a bundle, locked, and which of their cases are open."""

    signals: dict[str, Signal] = field(default_factory=dict)
    open: set[str] = field(default_factory=set)

    @classmethod
    def of(cls, told: Iterable[Told]) -> Known:
        ids = {one.alarm.alarm for one in told} | {one.alarm.root for one in told if one.alarm.folded}
        rows = Signal.objects.select_for_update().filter(source=ALARM_SOURCE, source_id__in=sorted(ids))
        signals = {signal.source_id: signal for signal in rows.order_by("pk")}
        return cls(signals, open_numbers(signal.case_number for signal in signals.values() if signal.case_number))

    def speaker(self, alarm: AlarmMessage) -> Signal | None:
        """Its own signal, or that of the alarm it is folded into while its case is open."""
        own = self.signals.get(alarm.alarm)
        if own is not None or not alarm.folded:
            return own
        root = self.signals.get(alarm.root)
        if root is None or root.state == ENDED or (root.case_number and root.case_number not in self.open):
            return None
        return root


def take_alarms(events: Sequence[bus.Event]) -> None:
    """Make signals of alarms that fired, those of one outage in one go."""
    told = [one for one in _read(events) if one.alarm.case_type]
    known, types = Known.of(told), case_types()
    going_on: dict[str, list[tuple[Signal, Told]]] = {}
    outages: dict[tuple[str, str], list[Told]] = {}
    fresh: set[str] = set()
    for one in told:
        signal = known.speaker(one.alarm)
        if one.alarm.alarm in fresh or (one.alarm.folded and one.alarm.root in fresh):
            continue
        if signal is not None and signal.resolved_at is None:
            continue
        if signal is not None and signal.case_number in known.open:
            signal.resolved_at, signal.source_outcome = None, ""
            going_on.setdefault(signal.case_number, []).append((signal, one))
        elif signal is None and (outage := outage_of(one.alarm, one.event, types)):
            fresh.add(one.alarm.alarm)
            outages.setdefault((one.alarm.case_type, outage), []).append(one)
        else:
            _alone(one)
    _go_on(going_on)
    for (code, _), members in outages.items():
        _take_outage(types[code], members, types)


def _read(events: Sequence[bus.Event]) -> list[Told]:
    return [Told(event, event.read(AlarmMessage)) for event in events]


def _alone(one: Told) -> None:
    with bus.following(one.event):
        take_alarm(one.event)


def _go_on(by_case: dict[str, list[tuple[Signal, Told]]]) -> None:
    changed = [signal for pairs in by_case.values() for signal, _ in pairs]
    Signal.objects.bulk_update(changed, ["resolved_at", "source_outcome"])
    for number, pairs in by_case.items():
        last = pairs[-1][1]
        text = again(last.alarm, len(pairs) - 1)
        note_case(number, actor=TRIAGE, text=text, kind="alarm", cause=last.event.id)


def _take_outage(view: CaseTypeView, members: list[Told], types: Mapping[str, CaseTypeView]) -> None:
    """The first goes the ordinary way; those that belong to its case follow it together, and so on with the rest."""
    having_own = things_with_open_case(view.code, [one.alarm.thing for one in members])
    for one in [one for one in members if one.alarm.thing in having_own]:
        _alone(one)
    left = [one for one in members if one.alarm.thing not in having_own]
    while left:
        _alone(left[0])
        left = _follow(view, left[0], left[1:], types)


def _follow(view: CaseTypeView, first: Told, others: list[Told], types: Mapping[str, CaseTypeView]) -> list[Told]:
    """Merge the others into the case of the first; returns those that do not belong to it."""
    if not others:
        return []
    settled = Signal.objects.get(source=ALARM_SOURCE, source_id=first.alarm.alarm)
    candidate = _candidate(view, settled)
    if candidate is None:
        return others
    joined, left = [], []
    for one in others:
        signal = signal_of(one.alarm, one.event, types)
        verdict = compare(report_of(signal), candidate, rule_of(view))
        if verdict.rule == "same_outage":
            joined.append((one, signal, verdict))
        else:
            left.append(one)
    _join(view, joined)
    return left


def _candidate(view: CaseTypeView, settled: Signal) -> Candidate | None:
    near = timedelta(hours=rule_of(view).within_hours)
    for case in open_candidates(view, settled.occurred_at - near, numbers=[settled.case_number]):
        return Candidate(case.number, replace(report_of_case(case), outage=settled.outage), order=case.pk)
    return None


def _join(view: CaseTypeView, joined: list[tuple[Told, Signal, Verdict]]) -> None:
    if not joined:
        return
    number = joined[0][2].case
    for _, signal, verdict in joined:
        signal.state, signal.case_number = MERGED, number
        signal.merge_reason, signal.candidates = verdict.as_dict(), [verdict.as_dict()]
    made = Signal.objects.bulk_create([signal for _, signal, _ in joined])
    last = joined[-1][0]
    absorb(number, actor=TRIAGE, signal_subject=made[-1].key, count=len(made), cause=last.event.id)
    drafts = []
    for (one, _, verdict), signal in zip(joined, made, strict=True):
        merged = SignalMerged(
            signal_id=signal.pk,
            recorded_at=signal.recorded_at,
            case_number=number,
            rule=verdict.rule,
            score=verdict.score,
        )
        drafts.append(received_draft(signal, cause=one.event.id))
        drafts.append(bus.Draft(merged, signal.key, one.event.id, signal.occurred_at, **where(signal)))
    bus.publish_many(drafts, actor=TRIAGE)
    title_outage(number, view)


def end_alarms(events: Sequence[bus.Event], *, withdrawn: bool) -> None:
    """Tell the cases that alarms ended: one line for all of a case."""
    told = _read(events)
    known = Known.of(told)
    ended: dict[str, list[tuple[Signal, Told]]] = {}
    for one in told:
        signal = known.speaker(one.alarm)
        if signal is None or signal.resolved_at is not None:
            continue
        signal.resolved_at = one.alarm.at
        signal.source_outcome = "withdrawn" if withdrawn else "resolved"
        ended.setdefault(signal.case_number, []).append((signal, one))
    changed = [signal for pairs in ended.values() for signal, _ in pairs]
    Signal.objects.bulk_update(changed, ["resolved_at", "source_outcome"])
    for number, pairs in ended.items():
        if number in known.open:
            signal, last = max(pairs, key=lambda pair: pair[1].alarm.at)
            with bus.following(last.event):
                tell_end(signal, last.alarm, withdrawn=withdrawn, others=len(pairs) - 1)
