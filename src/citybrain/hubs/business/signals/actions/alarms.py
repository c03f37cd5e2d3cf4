"""Alarms as signals: one that fires asks for a case; one that ends is told to the case."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import ClassVar

from citybrain.base import bus, clock
from citybrain.hubs.business.cases.actions import close_by_source, note_case
from citybrain.hubs.business.cases.queries import case_types
from citybrain.hubs.business.cases.queries.reports import is_open
from citybrain.hubs.business.cases.types import CaseTypeView
from citybrain.hubs.business.signals.actions.intake import announce_received
from citybrain.hubs.business.signals.actions.triaging import TRIAGE, lock_signal, triage
from citybrain.hubs.business.signals.models import Signal
from citybrain.hubs.business.signals.outages import outage_key
from citybrain.hubs.business.signals.types import ALARM_SOURCE, ENDED, RECEIVED


class AlarmMessage(bus.Message, frozen=True, kw_only=True):
    """What signals read of `alarm.fired`, `alarm.resolved` and `alarm.withdrawn`."""

    type: ClassVar[str] = "alarm"
    alarm: str
    rule: str
    thing: str
    property: str
    severity: int
    title: dict[str, str]
    start_at: datetime
    at: datetime
    value: float | None = None
    case_type: str = ""
    lon: float | None = None
    lat: float | None = None
    precision_m: float | None = None
    region_path: str = ""
    folded: bool = False
    root: str = ""
    kind: str = ""
    unit: str = ""
    thing_name: str = ""
    model: str = ""
    gateway: str = ""


def take_alarm(event: bus.Event) -> None:
    """Make a signal of an alarm that asks for a case, and triage it at once; an alarm is taken once.

    An alarm without a case type is only shown. One that turned out not to be over goes on: its case is told, or, where
    that has ended meanwhile, it finds another one. One that is folded into an earlier alarm is told to that one's case
    while it is open, and is a signal of its own afterwards: a value that flaps for days is not silent for days.
    """
    alarm = event.read(AlarmMessage)
    if not alarm.case_type:
        return
    found = _find(alarm)
    if found is not None:
        _go_on(found, alarm)
        return
    signal = signal_of(alarm, event, case_types())
    signal.save(force_insert=True)
    announce_received([signal], actor=TRIAGE)
    triage(signal.pk)


def _find(alarm: AlarmMessage) -> int | None:
    """The signal that speaks for an alarm: its own, or that of the alarm it is folded into while its case is open."""
    signals = Signal.objects.filter(source=ALARM_SOURCE)
    own = signals.filter(source_id=alarm.alarm).values_list("pk", flat=True).first()
    if own is not None or not alarm.folded:
        return own
    root = signals.filter(source_id=alarm.root).only("pk", "case_number", "state").first()
    if root is None or (root.case_number and not is_open(root.case_number)) or root.state == ENDED:
        return None
    return root.pk


def _go_on(signal_id: int, alarm: AlarmMessage) -> None:
    signal = lock_signal(signal_id)
    if signal.resolved_at is None:
        return
    signal.save_fields(resolved_at=None, source_outcome="")
    if not signal.case_number:
        return
    if is_open(signal.case_number):
        note_case(signal.case_number, actor=TRIAGE, text=again(alarm), kind="alarm")
        return
    left = {"case": signal.case_number, "reason": "alarm_not_over", "at": clock.now().isoformat()}
    signal.save_fields(state=RECEIVED, case_number="", merge_reason={}, undone=[*signal.undone, left])
    triage(signal.pk)


def again(alarm: AlarmMessage, others: int = 0) -> dict[str, str]:
    """What is told to a case of which alarms (this one and `others`) are not over."""
    zh, en = (alarm.title.get(language) or alarm.rule for language in ("zh", "en"))
    if others:
        return {
            "zh": f"告警“{zh}”等{others + 1}条并未恢复",
            "en": f"“{en}” and {others} more alarms are not over after all",
        }
    return {
        "zh": f"告警“{zh}”（{alarm.thing}）并未恢复",
        "en": f"The alarm “{en}” ({alarm.thing}) is not over after all",
    }


def signal_of(alarm: AlarmMessage, event: bus.Event, types: Mapping[str, CaseTypeView]) -> Signal:
    path = alarm.region_path or event.region_path
    has_unit = alarm.value is not None and alarm.unit not in ("", "1")
    value = f" {alarm.value:g} {alarm.unit}" if has_unit else ""
    return Signal(
        kind="alarm",
        source=ALARM_SOURCE,
        source_id=alarm.alarm,
        subject=alarm.title.get("zh", alarm.rule),
        subject_en=alarm.title.get("en", ""),
        text=f"{alarm.thing_name or alarm.thing}{value}",
        occurred_at=alarm.start_at,
        recorded_at=clock.now(),
        reported_by=event.actor,
        lon=alarm.lon,
        lat=alarm.lat,
        precision_m=alarm.precision_m,
        region_code=path.strip("/").rpartition("/")[2],
        region_path=path,
        located_by="thing" if path else "",
        organisation_path=event.organisation_paths[0] if event.organisation_paths else "",
        thing=alarm.thing,
        outage=outage_of(alarm, event, types),
        case_type=alarm.case_type,
        classified_by="rule",
        severity=alarm.severity,
    )


def outage_of(alarm: AlarmMessage, event: bus.Event, types: Mapping[str, CaseTypeView]) -> str:
    return outage_key(
        types.get(alarm.case_type),
        kind=alarm.kind,
        gateway=alarm.gateway,
        organisation_path=event.organisation_paths[0] if event.organisation_paths else "",
        model=alarm.model,
    )


def end_alarm(event: bus.Event, *, withdrawn: bool) -> None:
    """Tell the case that its alarm ended, and propose closing; close it only when its type says so."""
    alarm = event.read(AlarmMessage)
    found = _find(alarm)
    if found is None:
        return
    signal = lock_signal(found)
    if signal.resolved_at is not None:
        return
    signal.save_fields(resolved_at=alarm.at, source_outcome="withdrawn" if withdrawn else "resolved")
    if signal.case_number and is_open(signal.case_number):
        tell_end(signal, alarm, withdrawn=withdrawn)


def tell_end(signal: Signal, alarm: AlarmMessage, *, withdrawn: bool, others: int = 0) -> None:
    """Tell the case of a signal that its alarm (and `others` with it) ended."""
    is_last = not Signal.objects.filter(case_number=signal.case_number, resolved_at__isnull=True).exists()
    text = {
        language: _words(alarm, language, withdrawn=withdrawn, is_last=is_last, others=others)
        for language in ("zh", "en")
    }
    note_case(signal.case_number, actor=TRIAGE, text=text, kind="alarm")
    view = case_types().get(signal.case_type)
    if is_last and view is not None and view.on_alarm_resolved == "close":
        close_by_source(signal.case_number, actor=TRIAGE, at=alarm.at, outcome="alarm_ended", note=text)


def _words(alarm: AlarmMessage, language: str, *, withdrawn: bool, is_last: bool, others: int) -> str:
    title = alarm.title.get(language) or alarm.rule
    if language == "zh":
        which = f"等{others + 1}条" if others else f"({alarm.thing})"
        happened = f"告警“{title}”{which}{'已撤回' if withdrawn else '已恢复'}"
        return f"{happened}；建议核实后结案" if is_last else f"{happened}；本案仍有其他线索未恢复"
    which, verbs = f"The alarm “{title}” ({alarm.thing})", ("was withdrawn", "is over")
    if others:
        which, verbs = f"“{title}” and {others} more alarms", ("were withdrawn", "are over")
    happened = f"{which} {verbs[0] if withdrawn else verbs[1]}"
    return f"{happened}; closing is proposed" if is_last else f"{happened}; other reports of this case remain"
