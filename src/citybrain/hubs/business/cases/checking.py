"""What the judge of packs refuses in a `cases.yaml` that can be read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from citybrain.hubs.business.cases.calendars import minutes_of
from citybrain.hubs.business.cases.loops import LoopDefinition, flaws_of
from citybrain.hubs.business.cases.manifest import (
    WEEK_DAYS,
    CalendarDefinition,
    CasesFile,
    ClockDefinition,
    TypeDefinition,
)
from citybrain.hubs.business.cases.packing import default_file, labels_of
from citybrain.hubs.business.cases.wording import Phrase, phrase_of, points_of

if TYPE_CHECKING:
    from citybrain.base.packs.contents import Contents
    from citybrain.base.packs.findings import Findings

LEAST_POINTS = 2  # two Chinese characters or a Latin word: one character is in half of all texts


def check_section(pack: Contents, parsed: CasesFile, findings: Findings) -> None:
    """Everything that is wrong with the file, each with its place."""
    known = Known(parsed, findings)
    for part in ("calendars", "clocks", "loops"):
        _check_once(part, "key", [item.key for item in getattr(parsed, part)], findings)
    _check_once("case_types", "code", [item.code for item in parsed.case_types], findings)
    for index, calendar in enumerate(parsed.calendars):
        _check_calendar(index, calendar, findings)
    for index, clock in enumerate(parsed.clocks):
        _check_clock(index, clock, known, findings)
    for index, loop in enumerate(parsed.loops):
        for flaw in flaws_of(loop):
            findings.add(("loops", index, *flaw.place), flaw.code, **flaw.data)
    _check_types(parsed, known, findings)
    _check_lists(parsed, findings)


class Known:
    """What the file may refer to: its own declarations, those of the packs it stands on, and the defaults."""

    def __init__(self, parsed: CasesFile, findings: Findings):
        files = [default_file(), parsed, *(other for _, other in findings.declared("cases.yaml"))]
        self.calendars = {item.key for file in files for item in file.calendars}
        self.clocks = {item.key: item for file in files for item in file.clocks}
        self.loops: dict[str, LoopDefinition] = {item.key: item for file in files for item in file.loops}
        self.types = {item.code: item for file in files for item in file.case_types}

    def loop_of(self, code: str | None) -> str:
        """The loop of a kind, its own or from above; circles end at the default."""
        for item in self.above(code):
            if item.loop:
                return item.loop
        return "standard"

    def above(self, code: str | None) -> Iterator[TypeDefinition]:
        """A kind and the kinds above it, each once."""
        seen: set[str] = set()
        while code and code in self.types and code not in seen:
            seen.add(code)
            yield self.types[code]
            code = self.types[code].parent


def _check_once(part: str, name: str, keys: Iterable[str], findings: Findings) -> None:
    seen: set[str] = set()
    for index, key in enumerate(keys):
        if key in seen:
            findings.add((part, index, name), "loop.key_twice", key=key)
        seen.add(key)


def _check_name(place: tuple[str | int, ...], name: str, known: Iterable[str], kind: str, findings: Findings) -> None:
    names = sorted(known)
    if name not in names:
        findings.add(place, "cases.unknown_name", kind=kind, name=name, known=", ".join(names))


def _check_calendar(index: int, calendar: CalendarDefinition, findings: Findings) -> None:
    if not any(getattr(calendar.week, name) for name in WEEK_DAYS):
        findings.add(("calendars", index, "week"), "calendar.no_hours")
    for name in WEEK_DAYS:
        _check_spans(("calendars", index, "week", name), getattr(calendar.week, name), findings)
    for number, day in enumerate(calendar.make_up_days):
        _check_spans(("calendars", index, "make_up_days", number, "hours"), day.hours or (), findings)
    for number, holiday in enumerate(calendar.holidays):
        if holiday.to is not None and holiday.to < holiday.from_:
            findings.add(("calendars", index, "holidays", number, "to"), "calendar.backwards")


def _check_spans(place: tuple[str | int, ...], spans: Iterable[str], findings: Findings) -> None:
    last = -1
    for span in spans:
        opens, closes = minutes_of(span)
        if opens >= closes or opens < last:
            findings.add(place, "calendar.hours", span=span)
        last = closes


def _check_clock(index: int, clock: ClockDefinition, known: Known, findings: Findings) -> None:
    place = ("clocks", index)
    durations = [clock.duration, *clock.by_severity.values()]
    working = {duration.unit.startswith("working_") for duration in durations}
    if len(working) > 1:
        findings.add((*place, "by_severity"), "cases.mixed_units")
    if True in working:
        if clock.calendar is None:
            findings.add((*place, "calendar"), "cases.calendar_missing", unit=clock.duration.unit)
        else:
            _check_name((*place, "calendar"), clock.calendar, known.calendars, "calendar", findings)
    for number, escalation in enumerate(clock.escalate):
        if escalation.at < 100 and escalation.raise_severity:
            findings.add((*place, "escalate", number, "raise_severity"), "cases.raised_too_early", at=escalation.at)


def _check_types(parsed: CasesFile, known: Known, findings: Findings) -> None:
    for index, item in enumerate(parsed.case_types):
        place: tuple[str | int, ...] = ("case_types", index)
        if item.parent is not None:
            _check_name((*place, "parent"), item.parent, known.types, "case type", findings)
            if _is_own_ancestor(item.code, known):
                findings.add((*place, "parent"), "cases.own_ancestor", kind=item.code)
        if item.loop is not None:
            _check_name((*place, "loop"), item.loop, known.loops, "loop", findings)
        if item.clocks is not None:
            _check_type_clocks(place, item, known, findings)
    _check_keywords(parsed, findings)


def _check_keywords(parsed: CasesFile, findings: Findings) -> None:
    """Words that decide: each says enough, and none speaks for two kinds."""
    owners: dict[Phrase, str] = {}
    for index, item in enumerate(parsed.case_types):
        for number, keyword in enumerate(item.keywords):
            place, phrase = ("case_types", index, "keywords", number), phrase_of(keyword)
            if sum(min(map(points_of, words)) for words in phrase) < LEAST_POINTS:
                findings.add(place, "cases.keyword_short", keyword=keyword)
            if owners.setdefault(phrase, item.code) != item.code:
                findings.add(place, "cases.keyword_twice", keyword=keyword, other=owners[phrase])


def _is_own_ancestor(code: str, known: Known) -> bool:
    return [*known.above(code)][-1].parent == code


def _check_type_clocks(place: tuple[str | int, ...], item: Any, known: Known, findings: Findings) -> None:
    if item.clocks.case is not None:
        _check_name((*place, "clocks", "case"), item.clocks.case, known.clocks, "clock", findings)
    loop = known.loops.get(known.loop_of(item.code))
    states = {state.key for state in loop.states if state.kind != "ended"} if loop else None
    for state, clock in item.clocks.steps.items():
        _check_name((*place, "clocks", "steps", state), clock, known.clocks, "clock", findings)
        if states is not None:
            _check_name((*place, "clocks", "steps", state), state, states, "state", findings)


def _check_lists(parsed: CasesFile, findings: Findings) -> None:
    seen: set[tuple[str, str, str]] = set()
    for index, line in enumerate(parsed.responsibilities):
        findings.check_name(("responsibilities", index, "case_type"), "case_type", line.case_type)
        key = (line.case_type, line.region, line.organisation)
        if key in seen:
            findings.add(("responsibilities", index), "cases.line_twice", organisation=line.organisation)
        seen.add(key)
    for label, code in labels_of(parsed).items():
        findings.check_name(("labels", label), "case_type", code)
