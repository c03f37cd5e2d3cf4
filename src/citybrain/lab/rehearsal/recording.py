"""Reads what was recorded, column by column in large batches; never writes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any, NamedTuple

from django.db.models import Q, QuerySet

from citybrain.base import clock
from citybrain.hubs.business.cases.loops.verbs import VERBS
from citybrain.hubs.business.cases.models import Assignment, Case, Evidence, TimelineEntry
from citybrain.hubs.business.signals.models import Signal
from citybrain.hubs.business.signals.types import ALARM_SOURCE, RECEIVED
from citybrain.lab.rehearsal.types import Act, History, Item, Lead, RecordedCase

AT_ONCE = 500
CHUNK = 5_000
VERB_OF = {verb.event: verb.key for verb in VERBS.values()} | {"case.dispatched_by_list": "dispatch"}
OF_THEMSELVES = ("system:dispatch", "system:clock", "system:triage", "system:source:")
"""What these did follows from the rules, and is played by the rules."""
SIGNAL_COLUMNS = (
    "id", "kind", "source", "source_id", "subject", "text", "occurred_at", "recorded_at", "lon", "lat", "precision_m",
    "address", "region_code", "region_path", "located_by", "organisation_path", "thing", "label", "case_type",
    "probability", "classified_by", "severity", "alternatives", "source_closed_at", "source_outcome", "resolved_at",
    "merge_reason",
)  # fmt: skip
"""No name, telephone number or sealed original is taken along."""
OPENING = (
    "title", "text", "source", "thing", "severity", "signal_count", "occurred_at", "lon", "lat", "precision_m",
    "region_code", "region_path", "address", "address_key",
)  # fmt: skip


class _Line(NamedTuple):
    id: int
    case_id: int
    at: datetime
    recorded_at: datetime
    actor_key: str
    key: str
    params: dict[str, Any]


def read_history(start: datetime, end: datetime) -> History:
    """The cases that were opened in a period or were open at its beginning, with their reports and all that people
    did to them up to now; and the reports of the period that came to no case.
    """
    cases = cases_between(start, end)
    numbers = dict(cases.values_list("pk", "number"))
    signals = _signals(numbers.values(), start, end)
    row_of = {pk: i for i, pk in enumerate(signals["id"])}
    lines = _lines(numbers)
    recorded = list(_cases(cases, lines, row_of))
    items = sorted(_items(lines, numbers, signals, row_of), key=lambda item: (item.at, item.order, item.signal or 0))
    return History(start=start, end=end, until=clock.now(), cases=recorded, items=items, signals=signals)


def cases_between(start: datetime, end: datetime) -> QuerySet[Case]:
    """The cases of a rehearsal, in the order in which they were opened."""
    was_open = Q(recorded_at__lt=start) & (Q(closed_at=None) | Q(closed_at__gte=start))
    return Case.objects.filter(Q(recorded_at__gte=start, recorded_at__lt=end) | was_open).order_by("pk")


def chunks(keys: Iterable[Any]) -> Iterator[list[Any]]:
    """Keys in lists that both databases take as parameters."""
    wanted = sorted(keys)
    for first in range(0, len(wanted), AT_ONCE):
        yield wanted[first : first + AT_ONCE]


def _signals(numbers: Iterable[str], start: datetime, end: datetime) -> dict[str, list[Any]]:
    rows: list[tuple[Any, ...]] = []
    for some in chunks(numbers):
        rows += Signal.objects.filter(case_number__in=some).values_list(*SIGNAL_COLUMNS)
    without = Signal.objects.filter(case_number="", recorded_at__gte=start, recorded_at__lt=end)
    without = without.exclude(state=RECEIVED)  # nobody has read it yet: what it becomes is not recorded
    rows += without.values_list(*SIGNAL_COLUMNS)
    rows.sort(key=lambda row: row[0])
    columns = [list(column) for column in zip(*rows, strict=True)] or [[] for _ in SIGNAL_COLUMNS]
    return dict(zip(SIGNAL_COLUMNS, columns, strict=True))


def _lines(numbers: dict[int, str]) -> dict[int, list[_Line]]:
    """The timeline of every case, without what the clocks did."""
    found: dict[int, list[_Line]] = defaultdict(list)
    for some in chunks(numbers):
        rows = TimelineEntry.objects.filter(case_id__in=some).exclude(kind="clock").order_by("id")
        for row in rows.values_list(*_Line._fields).iterator(CHUNK):
            found[row[1]].append(_Line(*row))
    return found


# what people did


def _cases(cases: QuerySet[Case], lines: dict[int, list[_Line]], row_of: dict[int, int]) -> Iterator[RecordedCase]:
    pks = list(lines)
    leads, evidence = _leads(pks), _evidence(pks)
    seen: dict[str, int] = defaultdict(int)
    for row in cases.values("pk", "number", "recorded_at", "case_type__code", *OPENING).iterator(CHUNK):
        pk = row["pk"]
        first = next((line for line in lines[pk] if line.key == "case.opened"), None)
        signal = signal_of(first) if first else None
        signal = signal if signal in row_of else None
        key = key_of(signal, row["number"], seen)
        yield RecordedCase(
            number=row["number"], key=key, case_type=row["case_type__code"], opened_at=row["recorded_at"],
            order=first.id if first else 0, signal=signal, opening={name: row[name] for name in OPENING},
            acts=list(_acts(lines[pk], leads[pk], evidence)), leads=[lead for lead, _ in leads[pk]],
        )  # fmt: skip


def key_of(signal: int | None, number: str, seen: dict[str, int]) -> str:
    """How both runs call a case; a report that opens another one after its first was ended counts on."""
    if signal is None:
        return f"case/{number}"
    key = f"signal/{signal}"
    seen[key] += 1
    return key if seen[key] == 1 else f"{key}#{seen[key]}"


def signal_of(line: Any) -> int | None:
    """The report that a line of a timeline names."""
    name = str(line.params.get("signal") or "")
    return int(name.removeprefix("signal/")) if name.startswith("signal/") else None


def _leads(pks: Iterable[int]) -> dict[int, list[tuple[Lead, Any]]]:
    found: dict[int, list[tuple[Lead, Any]]] = defaultdict(list)
    for some in chunks(pks):
        rows = Assignment.objects.filter(case_id__in=some, role=Assignment.Role.LEAD).order_by("id")
        for case, code, since, until, why in rows.values_list("case_id", "organisation__code", "since", "until", "why"):
            found[case].append((Lead(organisation=code, since=since, until=until), why))
    return found


def _evidence(pks: Iterable[int]) -> dict[tuple[int, datetime], list[str]]:
    found: dict[tuple[int, datetime], list[str]] = defaultdict(list)
    for some in chunks(pks):
        rows = Evidence.objects.filter(case_id__in=some).order_by("id")
        for case, at, file in rows.values_list("case_id", "added_at", "file"):
            found[case, at].append(file)
    return found


def _acts(
    lines: list[_Line], leads: list[tuple[Lead, Any]], evidence: dict[tuple[int, datetime], list[str]]
) -> Iterator[Act]:
    for line in lines:
        verb = VERB_OF.get(line.key)
        if verb is None or line.actor_key.startswith(OF_THEMSELVES) or _follows(line):
            continue
        fields = {name: line.params[name] for name in ("reason", "note", "summary", "outcome", "into", "duration")
                  if line.params.get(name)}  # fmt: skip
        files = evidence.get((line.case_id, line.at)) or line.params.get("evidence")
        if files:
            fields["evidence"] = list(files)
        given = next((lead for lead, _ in leads if lead.since == line.at), None)
        if given is not None and line.key in ("case.dispatched", "case.transferred"):
            fields["organisation"] = given.organisation
        step = line.params.get("step") or {}
        holder = _holder(leads, line.at, verb)
        yield Act(order=line.id, at=line.recorded_at, verb=verb, step=step.get("zh", ""), holder=holder, fields=fields)


def _follows(line: _Line) -> bool:
    """A reopened case goes back to its last holder by itself."""
    return bool((line.params.get("why") or {}).get("rule") == "reopened")


def _holder(leads: list[tuple[Lead, Any]], at: datetime, verb: str) -> str:
    """Who held the case when something was done; handing it back or on ended that."""
    if verb in ("return", "transfer"):
        held = [lead for lead, _ in leads if lead.until == at]
    else:
        held = [lead for lead, _ in leads if lead.since <= at and (lead.until is None or lead.until >= at)]
    return held[-1].organisation if held else ""


# what came from outside


def _items(
    lines: dict[int, list[_Line]], numbers: dict[int, str], signals: dict[str, list[Any]], row_of: dict[int, int]
) -> Iterator[Item]:
    placed: set[int] = set()
    closed: dict[str, _Line] = {}
    for case, found in lines.items():
        number = numbers[case]
        for line in found:
            item = _item(line, number, row_of)
            if item is not None:
                placed.add(item.signal or 0)
                yield item
            if line.key == "case.closed" and line.actor_key.startswith(("system:source:", "system:triage")):
                closed[number] = line
    yield from _of_signals(signals, placed)
    yield from _ends(signals, _case_of(lines, numbers), closed)


def _item(line: _Line, number: str, row_of: dict[int, int]) -> Item | None:
    if line.key not in ("case.opened", "case.signal_joined", "case.signal_left"):
        return None
    signal = signal_of(line)
    by_rule = line.actor_key.startswith("system:")
    kind: Any = None
    if signal is None or signal not in row_of:
        kind, signal = ("open" if line.key == "case.opened" else None), None
    elif line.key == "case.signal_left":
        kind = "leave"
    elif line.key == "case.opened":
        kind = "triage" if by_rule else "part"
    else:
        kind = "triage" if by_rule else "join"
    return Item(at=line.recorded_at, order=line.id, kind=kind, signal=signal, case=number) if kind else None


def _of_signals(signals: dict[str, list[Any]], placed: set[int]) -> Iterator[Item]:
    """Reports that came to no case, and those that waited until a person said what they are."""
    rows = zip(signals["id"], signals["recorded_at"], signals["classified_by"], strict=True)
    for pk, at, by in rows:
        if pk not in placed or by == "person":
            yield Item(at=at, order=0, kind="triage", signal=pk)


def _case_of(lines: dict[int, list[_Line]], numbers: dict[int, str]) -> dict[int, str]:
    """The case that a report came to last."""
    found: dict[int, tuple[int, str]] = {}
    for case, entries in lines.items():
        for line in entries:
            if line.key in ("case.opened", "case.signal_joined"):
                signal = signal_of(line)
                if signal is not None:
                    found[signal] = max(found.get(signal, (0, "")), (line.id, numbers[case]))
    return {signal: number for signal, (_, number) in found.items()}


def _ends(signals: dict[str, list[Any]], case_of: dict[int, str], closed: dict[str, _Line]) -> Iterator[Item]:
    """Alarms that ended and tickets that their source closed: when the city carried that out, where the case says."""
    columns = ("id", "source", "recorded_at", "resolved_at", "source_closed_at")
    last: dict[str, tuple[datetime, int]] = {}
    for pk, *_, resolved_at, closed_at in zip(*(signals[name] for name in columns), strict=True):
        number, ended = case_of.get(pk, ""), resolved_at or closed_at
        if ended is not None:
            last[number] = max(last.get(number, (ended, pk)), (ended, pk))
    for pk, source, recorded_at, resolved_at, closed_at in zip(*(signals[name] for name in columns), strict=True):
        kind: Any = "alarm_end" if source == ALARM_SOURCE else "source_closed"
        ended = resolved_at if source == ALARM_SOURCE else closed_at
        if ended is None:
            continue
        number = case_of.get(pk, "")
        line = closed.get(number)
        if line is not None and line.recorded_at >= ended and last[number] == (ended, pk):
            yield Item(at=line.recorded_at, order=line.id, kind=kind, signal=pk)
        else:
            yield Item(at=max(ended, recorded_at), order=0, kind=kind, signal=pk)
