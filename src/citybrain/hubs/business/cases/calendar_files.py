"""Free days and make-up days from a file that somebody has: CSV, or the iCalendar that calendar programs write.

CSV: `date,kind,title` with a header line or without, kind one of holiday, workday, 休, 班. In an iCalendar (RFC 5545)
each event of whole days is free time, and one whose summary says 班, 补班, 上班 or work is a day on which people work.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from citybrain.base.packs.declared import Text
from citybrain.hubs.business.cases.manifest import Holiday, MakeUpDay, YearDefinition

FREE = frozenset({"holiday", "free", "off", "休", "放假", "假", "假期"})
WORKED = frozenset({"workday", "work", "make_up", "班", "上班", "补班", "调休上班"})
WORK_WORDS = re.compile(r"班(?!车)|\bwork", re.IGNORECASE)
MOST_DAYS = 60


@dataclass(frozen=True)
class Unread:
    """A line that could not be read, and why (a key of the errors)."""

    line: int
    code: str


@dataclass(frozen=True)
class Read:
    """What stood in a file for one year, and the lines that could not be used."""

    definition: YearDefinition
    unread: tuple[Unread, ...]
    of_other_years: int


@dataclass(frozen=True)
class _Day:
    day: date
    is_free: bool
    title: str


def read_file(text: str, year: int) -> Read:
    """The days of a year in a file; which kind of file it is shows in its first line."""
    unread: list[Unread] = []
    is_calendar = text.lstrip("\ufeff \r\n").upper().startswith("BEGIN:VCALENDAR")
    found = list(_from_calendar(text, unread) if is_calendar else _from_table(text, unread))
    days = {one.day: one for one in found if one.day.year == year}
    return Read(
        _year_of(sorted(days.values(), key=lambda one: one.day)),
        tuple(unread),
        len(found) - sum(one.day.year == year for one in found),
    )


def _from_table(text: str, unread: list[Unread]) -> Iterator[_Day]:
    for number, row in enumerate(csv.reader(io.StringIO(text.lstrip("\ufeff"))), 1):
        cells = [cell.strip() for cell in row]
        if not any(cells):
            continue
        try:
            day = date.fromisoformat(cells[0].replace("/", "-"))
        except ValueError:
            if number > 1:
                unread.append(Unread(number, "calendar.no_date"))
            continue
        kind = cells[1].lower() if len(cells) > 1 else ""
        if kind not in FREE | WORKED:
            unread.append(Unread(number, "calendar.no_kind"))
            continue
        yield _Day(day, kind in FREE, cells[2][:80] if len(cells) > 2 else "")


def _from_calendar(text: str, unread: list[Unread]) -> Iterator[_Day]:
    event: dict[str, tuple[int, str]] = {}
    for number, line in _unfolded(text):
        name, _, value = line.partition(":")
        key = name.partition(";")[0].upper()
        if key == "BEGIN" and value.upper() == "VEVENT":
            event = {}
        elif key == "END" and value.upper() == "VEVENT":
            yield from _event(event, number, unread)
        else:
            event.setdefault(key, (number, value))


def _unfolded(text: str) -> Iterator[tuple[int, str]]:
    """Lines with their number; one that begins with a space goes on with the one before (RFC 5545, 3.1)."""
    kept: list[tuple[int, str]] = []
    for number, line in enumerate(text.lstrip("\ufeff").splitlines(), 1):
        if line[:1] in (" ", "\t") and kept:
            kept[-1] = (kept[-1][0], kept[-1][1] + line[1:])
        else:
            kept.append((number, line))
    yield from kept


def _event(event: dict[str, tuple[int, str]], number: int, unread: list[Unread]) -> Iterator[_Day]:
    line, starts = event.get("DTSTART", (number, ""))
    try:
        first = _date(starts)
        last = _date(event["DTEND"][1]) - timedelta(days=1) if "DTEND" in event else first
    except ValueError:
        unread.append(Unread(line, "calendar.no_date"))
        return
    last = max(first, last)
    if (last - first).days >= MOST_DAYS:
        unread.append(Unread(line, "calendar.too_long"))
        return
    title = re.sub(r"\\([,;\\nN])", r"\1", event.get("SUMMARY", (0, ""))[1])[:80]
    for i in range((last - first).days + 1):
        yield _Day(first + timedelta(days=i), not WORK_WORDS.search(title), title)


def _date(value: str) -> date:
    return date(int(value[:4]), int(value[4:6]), int(value[6:8]))


def _year_of(days: list[_Day]) -> YearDefinition:
    """Days of one name that follow each other become one holiday."""
    holidays: list[list[_Day]] = []
    for one in days:
        if not one.is_free:
            continue
        before = holidays[-1] if holidays else None
        if before and before[-1].title == one.title and one.day - before[-1].day == timedelta(days=1):
            before.append(one)
        else:
            holidays.append([one])
    return YearDefinition(
        holidays=tuple(
            Holiday.model_validate({"from": span[0].day, "to": span[-1].day, "title": _titled(span[0].title)})
            for span in holidays
        ),
        make_up_days=tuple(MakeUpDay(day=one.day) for one in days if not one.is_free),
    )


def _titled(title: str) -> Text | None:
    return Text(zh=title, en=title) if title else None
