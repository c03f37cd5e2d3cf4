"""Reading working calendars year by year, and which of them do not know the coming year."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from citybrain.base import clock
from citybrain.base.accounts import Viewer
from citybrain.base.errors import NotFound
from citybrain.hubs.business.cases.calendar_files import Read, read_file
from citybrain.hubs.business.cases.calendars import year_of, years_of
from citybrain.hubs.business.cases.manifest import CalendarDefinition, YearDefinition
from citybrain.hubs.business.cases.models import CalendarYear
from citybrain.hubs.business.cases.queries.catalogue import catalogue

DECEMBER = 12


@dataclass(frozen=True)
class CalendarSeen:
    """A calendar with the years that it knows, the clocks that run by it, and the years that it should know."""

    key: str
    title: Mapping[str, str]
    week: Mapping[str, Any]
    years: list[int]
    clocks: list[Mapping[str, str]]
    missing: list[int]


@dataclass(frozen=True)
class YearSeen:
    """One year of a calendar: who says so (`pack`, `operator`, or nobody), and what."""

    calendar: str
    year: int
    source: str
    definition: YearDefinition
    note: str
    by: str
    at: datetime | None


def calendars(viewer: Viewer) -> list[CalendarSeen]:
    """Every calendar, by key."""
    viewer.check("case.read")
    return [_seen(key, one) for key, one in sorted(catalogue().calendars.items())]


def get_year(viewer: Viewer, key: str, year: int) -> YearSeen:
    """Raises NotFound `calendar.unknown`."""
    viewer.check("case.read")
    known = check_calendar(key)
    row = CalendarYear.objects.filter(calendar=key, year=year).order_by("-version").first()
    now = year_of(known, year)
    if row is not None and row.definition is not None:
        return YearSeen(key, year, "operator", now, row.note, row.by, row.at)
    source = "pack" if year in years_of(known) else "nobody"
    return YearSeen(key, year, source, now, "", "", None)


def read_year_file(viewer: Viewer, key: str, year: int, content: str) -> Read:
    """What a file says of a year, for whoever may set it; nothing is saved."""
    viewer.check("definition.write")
    check_calendar(key)
    return read_file(content, year)


def check_calendar(key: str) -> CalendarDefinition:
    """The calendar as it is in force; raises NotFound `calendar.unknown`."""
    found = catalogue().calendars.get(key)
    if found is None:
        raise NotFound("calendar.unknown", key=key)
    return found


def missing_years() -> dict[str, list[int]]:
    """Calendars by which clocks run and which do not know this year or, from 1 December on, the next.

    A calendar that knows no year at all counts week days only, by intention.
    """
    wanted = _wanted()
    found = {}
    for key, known in sorted(catalogue().known_years.items()):
        missing = [year for year in wanted if year not in known]
        if known and missing and _clocks(key):
            found[key] = missing
    return found


def _wanted() -> list[int]:
    today = clock.now().astimezone(catalogue().zone).date()
    return [today.year, today.year + 1] if today.month == DECEMBER else [today.year]


def _clocks(key: str) -> list[Mapping[str, str]]:
    plans = catalogue().plans.values()
    return [plan.definition.title.model_dump() for plan in plans if plan.definition.calendar == key]


def _seen(key: str, one: CalendarDefinition) -> CalendarSeen:
    years = sorted(years_of(one) | _set_years(key))
    week = one.week.model_dump()
    return CalendarSeen(key, one.title.model_dump(), week, years, _clocks(key), missing_years().get(key, []))


def _set_years(key: str) -> set[int]:
    return set(CalendarYear.objects.filter(calendar=key).values_list("year", flat=True))
