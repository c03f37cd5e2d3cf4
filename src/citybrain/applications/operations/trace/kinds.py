"""The kinds of facts that a chain is made of: how one is read, what caused it, and what came of it.

Reading is by the viewer's own queries, so that permission is asked at every hop; what is next is only an address.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from citybrain.applications.operations.indicators import queries as indicators
from citybrain.applications.operations.indicators.manifest import IndicatorDefinition
from citybrain.applications.operations.indicators.types import Dimension, Value
from citybrain.applications.operations.reports import queries as reports
from citybrain.applications.operations.trace.types import Address, Fact
from citybrain.base.accounts.types import Viewer
from citybrain.base.errors import Forbidden, NotFound
from citybrain.base.notices.models import NOBODY
from citybrain.base.notices.queries import get_told, told_about, words_of
from citybrain.hubs.business.cases import queries as cases
from citybrain.hubs.business.signals import queries as signals
from citybrain.hubs.business.signals.types import ALARM_SOURCE
from citybrain.hubs.sensing.alarms import queries as alarms
from citybrain.hubs.sensing.telemetry.queries import find_reading
from citybrain.hubs.sensing.things.queries import get_thing

INDICATOR_SOURCE, STARTS = "indicator", "%Y%m%dT%H%MZ"
MOST_NOTICES, MOST_ROWS, MOST_PRINTED = 30, 8, 60
Next = list[tuple[str, Address]]
"""What is next to a fact: the relation, and which fact."""


@dataclass(frozen=True)
class Found:
    """A fact that the viewer may see, with what is next to it in both directions.

    `read` are causes that were read along with it, and are not opened further: their own traces do that.
    """

    fact: Fact
    causes: Next
    effects: Next
    read: dict[Address, Fact] = field(default_factory=dict)


Reader = Callable[[Viewer, str, str], Found]


def read(viewer: Viewer, address: Address, ref: str) -> Found | None:
    """The fact at an address; None where the viewer may not see it, or there is none (both read the same)."""
    try:
        return READERS[address.kind](viewer, address.id, ref)
    except (NotFound, Forbidden):
        return None


def _reading(viewer: Viewer, reading_id: str, ref: str) -> Found:
    code, name, _, _ = _parts(reading_id)
    thing = get_thing(viewer, code, "telemetry.read")
    reading = find_reading(viewer, reading_id)
    if reading is None:
        raise NotFound("trace.no_reading", id=reading_id)
    fact = Fact(
        ref, "reading", reading_id, _words_of_reading(thing, name, reading.value), reading.at,
        region_path=thing.region_path,
        data={"thing": code, "property": name, "value": reading.value, "quality": reading.quality,
              "recorded_at": reading.recorded_at},
    )  # fmt: skip
    raised = [("raised", Address("alarm", alarm)) for alarm in alarms.alarms_of_reading(None, reading_id)]
    return Found(fact, [], raised)


def _words_of_reading(thing: Any, name: str, value: object) -> dict[str, str]:
    """What was measured where, in the words and the unit of the thing's model."""
    model = thing.model.properties.get(name, {})
    shown = f"{value:g}" if isinstance(value, float) else str(value)
    said = f"{shown} {model.get('unit', '')}".rstrip()
    title = model.get("title") or {}
    return {language: f"{thing.name or thing.code} {title.get(language) or name} {said}" for language in ("zh", "en")}


def _parts(reading_id: str) -> tuple[str, str, str, str]:
    parts = reading_id.rsplit("/", 3)
    if len(parts) != 4:
        raise NotFound("trace.no_reading", id=reading_id)
    return parts[0], parts[1], parts[2], parts[3]


def _alarm(viewer: Viewer, alarm_id: str, ref: str) -> Found:
    viewer.check("alarm.read")
    alarm = alarms.get_alarm(viewer, alarm_id)
    fact = Fact(
        ref, "alarm", alarm.pk, dict(alarm.rule.title), alarm.start_at, str(alarm.state), alarm.region_path,
        data={"rule": alarm.rule.key, "thing": alarm.thing.code, "property": alarm.property, "value": alarm.value,
              "severity": alarm.severity},
    )  # fmt: skip
    causes: Next = [("raised", Address("reading", alarm.reading))] if alarm.reading else []
    reported = signals.signal_of_alarm(alarm.pk)
    effects: Next = [("reported", Address("signal", str(reported)))] if reported else []
    if alarm.folded_into_id:
        effects.append(("folded_into", Address("alarm", alarm.folded_into_id)))
    return Found(fact, causes, effects)


def _signal(viewer: Viewer, signal_id: str, ref: str) -> Found:
    if not signal_id.isdigit():
        raise NotFound("input.not_found")
    signal = signals.get_signal(viewer, int(signal_id))
    is_alarm = signal.source == ALARM_SOURCE  # its source_id is the alarm's id: for the alarm's own hop to say
    words = signal.called or signal.label or signal.case_type
    fact = Fact(
        ref, "signal", str(signal.pk), {"zh": words, "en": signal.subject_en or words}, signal.occurred_at,
        signal.state, signal.region_path,
        data={"kind": signal.kind, "source": signal.source, "source_id": "" if is_alarm else signal.source_id,
              "merge_reason": signal.merge_reason, "classified_by": signal.classified_by},
    )  # fmt: skip
    alarm = signal.source_id if is_alarm else ""
    causes: Next = [("reported", Address("alarm", alarm))] if alarm else []
    if signal.source == INDICATOR_SOURCE:
        causes = [("crossed", Address("value", value_of_signal(signal.source_id)))]
    effects: Next = [(signal.state, Address("case", signal.case_number))] if signal.case_number else []
    left = [entry["case"] for entry in signal.undone if entry["case"] != signal.case_number]
    return Found(fact, causes, effects + [("left", Address("case", number)) for number in left])


def _case(viewer: Viewer, number: str, ref: str) -> Found:
    viewer.check("case.read")
    detail = cases.get_case_detail(viewer, number)
    case = detail.case
    fact = Fact(
        ref, "case", case.number, {"zh": case.title, "en": case.title_en or case.title}, case.occurred_at, case.state,
        case.region_path,
        data={"recorded_at": case.recorded_at, "due_at": case.due_at, "closed_at": case.closed_at,
              "outcome": case.outcome, "timeline": [_line(entry) for entry in cases.timeline(case)]},
    )  # fmt: skip
    reported = [(state, Address("signal", str(pk))) for pk, state in signals.signals_behind(number)]
    effects: Next = [("dispatched", Address("assignment", f"{number}/{task.pk}")) for task in detail.assignments]
    effects += [("told", Address("notice", str(pk))) for pk in told_about(f"case/{number}", MOST_NOTICES)]
    if case.duplicate_of:
        effects.append(("duplicate_of", Address("case", case.duplicate_of)))
    return Found(fact, reported, effects)


def _line(entry: Any) -> dict[str, Any]:
    return {"at": entry.at, "kind": entry.kind, "text": entry.text, "actor": entry.actor, "event": entry.event}


def _assignment(viewer: Viewer, assignment_id: str, ref: str) -> Found:
    number, _, task_id = assignment_id.rpartition("/")
    viewer.check("case.read")
    detail = cases.get_case_detail(viewer, number)
    task = next((task for task in detail.assignments if str(task.pk) == task_id), None)
    if task is None:
        raise NotFound("input.not_found")
    name = task.organisation.name
    fact = Fact(
        ref, "assignment", assignment_id, {"zh": name, "en": task.organisation.name_en or name}, task.since,
        task.outcome or ("accepted" if task.accepted_at else "waiting"), detail.case.region_path,
        data={"role": str(task.role), "organisation": task.organisation.code, "accepted_at": task.accepted_at,
              "finished_at": task.finished_at, "until": task.until, "why": task.why},
    )  # fmt: skip
    return Found(fact, [("dispatched", Address("case", number))], [])


def _notice(viewer: Viewer, notice_id: str, ref: str) -> Found:
    """That somebody was told of a case: whoever may see the case may see that; to which person, is not shown.

    Of why it failed only that nobody was there is told: other errors may hold an address.
    """
    notice = get_told(notice_id)
    kind, _, number = notice.subject.partition("/")
    if kind != "case":
        raise NotFound("input.not_found")
    viewer.check("case.read")
    case = cases.get_case_detail(viewer, number).case
    title = {language: words_of(notice, language)[0] for language in ("zh", "en")}
    fact = Fact(
        ref, "notice", notice_id, title, notice.created_at, str(notice.state), case.region_path,
        data={"key": notice.key, "to": notice.recipient.partition(":")[0], "sent_at": notice.sent_at,
              "why": notice.error if notice.error == NOBODY else ""},
    )  # fmt: skip
    return Found(fact, [("told", Address("case", number))], [])


def _value(viewer: Viewer, value_id: str, ref: str) -> Found:
    """A number of an indicator, with the first of the rows that add up to it."""
    key, dimension, code, start = _address_of_value(value_id)
    row = indicators.get_indicator(viewer, key)
    opened = indicators.explain(viewer, row, dimension=dimension, code=code, start=start, limit=MOST_ROWS)
    told = opened.definition
    fact = Fact(
        ref, "value", value_id, told.title.model_dump(), opened.shown.start, str(opened.shown.level or ""),
        data={"value": opened.shown.value, "unit": told.unit.model_dump(), "decimals": told.decimals,
              "rows": opened.total, "code": code, "dimension": dimension, "recorded_at": opened.shown.recorded_at,
              "is_reproduced": opened.is_reproduced},
    )  # fmt: skip
    subjects = [str(one["subject"]).partition("/") for one in opened.rows]
    causes: Next = [("counted", Address(kind, number)) for kind, _, number in subjects if kind in READERS]
    crossed = signals.find_reported(INDICATOR_SOURCE, source_id_of(value_id))
    effects: Next = [("crossed", Address("signal", str(crossed)))] if crossed else []
    effects += [("printed", Address("report", str(pk))) for pk in reports.printed_in(viewer, value_id)]
    return Found(fact, causes, effects)


def _report(viewer: Viewer, number: str, ref: str) -> Found:
    """A report with the values that its figures are, as they were known when it was made."""
    if not number.isdigit():
        raise NotFound("input.not_found")
    report = reports.get_report(viewer, int(number))
    place, title = report.head["place"]["name"], report.head["title"]
    printed = reports.printed_values(viewer, report)
    fact = Fact(
        ref, "report", number, {language: f"{place[language]} {title[language]}" for language in ("zh", "en")},
        report.made_at, "newest" if report.replaced_at is None else "replaced", report.region_path,
        data={"report": report.key, "dimension": report.dimension, "code": report.code, "start": report.start,
              "end": report.end, "version": report.version, "known_at": report.known_at, "hash": report.hash,
              "values": len(printed)},
    )  # fmt: skip
    shown = {Address("value", key): _printed(key, told, one) for key, (told, one) in printed[:MOST_PRINTED]}
    return Found(fact, [("printed", address) for address in shown], [], shown)


def _printed(value_id: str, told: IndicatorDefinition, value: Value) -> Fact:
    _, dimension, code, _ = _address_of_value(value_id)
    return Fact(
        "", "value", value_id, told.title.model_dump(), value.start, str(value.level or ""),
        data={"value": value.value, "unit": told.unit.model_dump(), "decimals": told.decimals,
              "rows": value.rows, "code": code, "dimension": dimension, "recorded_at": value.recorded_at},
    )  # fmt: skip


def _address_of_value(value_id: str) -> tuple[str, Dimension, str, datetime]:
    parts = value_id.split("/")
    try:
        key, dimension, code, start = parts
        moment = datetime.fromisoformat(start)
    except ValueError as error:
        raise NotFound("input.not_found") from error
    if dimension not in ("region", "organisation") or moment.tzinfo is None:
        raise NotFound("input.not_found")
    return key, dimension, code, moment  # type: ignore[return-value]  # looked at the line above


def value_of_signal(source_id: str) -> str:
    """The address of the value whose crossing was reported: `KEY/CODE/20260301T1600Z` -> `KEY/region/CODE/…`."""
    key, code, start = source_id.split("/")
    moment = datetime.strptime(start, STARTS).replace(tzinfo=UTC)
    return f"{key}/region/{code}/{moment.isoformat().replace('+00:00', 'Z')}"


def source_id_of(value_id: str) -> str:
    key, _, code, start = _address_of_value(value_id)
    return f"{key}/{code}/{start.astimezone(UTC).strftime(STARTS)}"


READERS: dict[str, Reader] = {
    "reading": _reading,
    "alarm": _alarm,
    "signal": _signal,
    "case": _case,
    "assignment": _assignment,
    "notice": _notice,
    "value": _value,
    "report": _report,
}
