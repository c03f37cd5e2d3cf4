"""Counting time: by the clock on the wall, or only while the city works. Plain arithmetic, no database.

Moments are aware datetimes; working hours are local to the city's time zone and are turned into UTC day by day, so that
a day with a change to summer time has the hours that people work on it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import ClassVar, Protocol
from zoneinfo import ZoneInfo

from citybrain.base.errors import BadInput
from citybrain.hubs.business.cases.manifest import WEEK_DAYS, CalendarDefinition, Duration, Holiday, YearDefinition

DAY = timedelta(days=1)
MIDNIGHT = 24 * 60
LONGEST_BREAK_DAYS = 400
Minutes = tuple[int, int]
Span = tuple[datetime, datetime]
UNIT_SECONDS = {"minutes": 60, "hours": 3600}


class Basis(Protocol):
    """A way of counting time."""

    @property
    def is_working(self) -> bool:
        """Whether only office hours count."""
        ...

    def add(self, start: datetime, seconds: float) -> datetime:
        """The moment at which that much time has passed since `start`."""
        ...

    def measure(self, start: datetime, end: datetime) -> float:
        """Seconds that count between two moments (0 when they stand the other way round)."""
        ...

    def end_of_day(self, start: datetime, days: int) -> datetime:
        """The end of the n-th day that counts after the day of `start`."""
        ...

    def turn(self, at: datetime) -> tuple[bool, datetime | None]:
        """Whether time counts at a moment, and when that changes (None: never)."""
        ...


@dataclass(frozen=True)
class WallTime:
    """Every second counts."""

    zone: ZoneInfo
    is_working: ClassVar[bool] = False

    def add(self, start: datetime, seconds: float) -> datetime:
        return start + timedelta(seconds=seconds)

    def measure(self, start: datetime, end: datetime) -> float:
        return max(0.0, (end - start).total_seconds())

    def end_of_day(self, start: datetime, days: int) -> datetime:
        return moment_of(start.astimezone(self.zone).date() + DAY * days, MIDNIGHT, self.zone)

    def turn(self, at: datetime) -> tuple[bool, datetime | None]:
        return True, None


@dataclass(frozen=True)
class WorkingTime:
    """Only office hours count: those of the week day, none on holidays, and those of make-up days."""

    is_working: ClassVar[bool] = True
    zone: ZoneInfo
    week: tuple[tuple[Minutes, ...], ...]
    holidays: frozenset[date] = frozenset()
    make_up: dict[date, tuple[Minutes, ...]] = field(default_factory=dict)
    _days: dict[date, tuple[Span, ...]] = field(default_factory=dict, compare=False, repr=False)

    def spans(self, day: date) -> tuple[Span, ...]:
        """The hours of one local date, as moments."""
        known = self._days.get(day)
        if known is None:
            hours = self.make_up.get(day)
            if hours is None:
                hours = () if day in self.holidays else self.week[day.weekday()]
            known = tuple((moment_of(day, a, self.zone), moment_of(day, b, self.zone)) for a, b in hours)
            self._days[day] = known
        return known

    def _from(self, start: datetime) -> Iterator[Span]:
        """Working spans from `start` on; raises when nobody works for longer than a year."""
        day, empty = start.astimezone(self.zone).date(), 0
        while empty < LONGEST_BREAK_DAYS:
            spans = self.spans(day)
            empty = 0 if spans else empty + 1
            for opens, closes in spans:
                if closes > start:
                    yield max(opens, start), closes
            day += DAY
        raise BadInput("calendar.never_works", day=day.isoformat())

    def add(self, start: datetime, seconds: float) -> datetime:
        if seconds <= 0:
            return start
        left = timedelta(seconds=seconds)
        for opens, closes in self._from(start):
            if left <= closes - opens:
                return opens + left
            left -= closes - opens
        raise AssertionError("the spans never end without an error")

    def measure(self, start: datetime, end: datetime) -> float:
        total = timedelta()
        day, last = start.astimezone(self.zone).date(), end.astimezone(self.zone).date()
        while day <= last:
            for opens, closes in self.spans(day):
                total += max(timedelta(), min(closes, end) - max(opens, start))
            day += DAY
        return total.total_seconds()

    def end_of_day(self, start: datetime, days: int) -> datetime:
        day, empty = start.astimezone(self.zone).date(), 0
        while empty < LONGEST_BREAK_DAYS:
            day += DAY
            spans = self.spans(day)
            empty = 0 if spans else empty + 1
            days -= bool(spans)
            if not days:
                return spans[-1][1]
        raise BadInput("calendar.never_works", day=day.isoformat())

    def turn(self, at: datetime) -> tuple[bool, datetime | None]:
        opens, closes = next(self._from(at))
        return (True, closes) if opens <= at else (False, opens)


def moment_of(day: date, minutes: int, zone: ZoneInfo) -> datetime:
    """Minutes after local midnight of a date, as a moment in UTC (1440 is the next midnight)."""
    day += DAY * (minutes // MIDNIGHT)
    hour, minute = divmod(minutes % MIDNIGHT, 60)
    return datetime.combine(day, time(hour, minute), zone).astimezone(UTC)


def minutes_of(span: str) -> Minutes:
    """`09:00-12:00` as minutes after midnight."""
    start, end = (int(part[:2]) * 60 + int(part[3:]) for part in span.split("-"))
    return start, end


def days_of(holiday: Holiday) -> list[date]:
    """Every date of a holiday."""
    return [holiday.from_ + DAY * i for i in range(((holiday.to or holiday.from_) - holiday.from_).days + 1)]


def years_of(definition: CalendarDefinition | YearDefinition) -> set[int]:
    """The years of which something is known: free days or make-up days."""
    free = {day.year for holiday in definition.holidays for day in days_of(holiday)}
    return free | {one.day.year for one in definition.make_up_days}


def begun_years(definition: CalendarDefinition) -> set[int]:
    """The years of which a calendar means to speak: what reaches over New Year's Eve says nothing of the next year."""
    return {holiday.from_.year for holiday in definition.holidays} | {one.day.year for one in definition.make_up_days}


def year_of(definition: CalendarDefinition, year: int) -> YearDefinition:
    """What a calendar says of one year; a holiday over New Year's Eve is cut there."""
    return YearDefinition(
        holidays=tuple(part for holiday in definition.holidays for part in _within(holiday, {year})),
        make_up_days=tuple(one for one in definition.make_up_days if one.day.year == year),
    )


def with_years(definition: CalendarDefinition, years: Mapping[int, YearDefinition]) -> CalendarDefinition:
    """A calendar in which these years are as given, and all others as declared."""
    if not years:
        return definition
    others = {day.year for holiday in definition.holidays for day in days_of(holiday)} - set(years)
    holidays = [part for holiday in definition.holidays for part in _within(holiday, others)]
    make_up = [one for one in definition.make_up_days if one.day.year not in years]
    for _, given in sorted(years.items()):
        holidays += given.holidays
        make_up += given.make_up_days
    return definition.model_copy(update={"holidays": tuple(holidays), "make_up_days": tuple(make_up)})


def _within(holiday: Holiday, years: Collection[int]) -> list[Holiday]:
    """The parts of a holiday in these years, one for each year."""
    parts: dict[int, list[date]] = {}
    for day in days_of(holiday):
        if day.year in years:
            parts.setdefault(day.year, []).append(day)
    return [holiday.model_copy(update={"from_": days[0], "to": days[-1]}) for days in parts.values()]


def working_time(definition: CalendarDefinition, zone: ZoneInfo) -> WorkingTime:
    """The calendar of a declaration, in a city's time zone."""
    week = tuple(tuple(minutes_of(span) for span in getattr(definition.week, name)) for name in WEEK_DAYS)
    free = frozenset(day for holiday in definition.holidays for day in days_of(holiday))
    extra = {
        day.day: week[0] if day.hours is None else tuple(minutes_of(span) for span in day.hours)
        for day in definition.make_up_days
    }
    return WorkingTime(zone, week, free, extra)


def due_of(basis: Basis, start: datetime, duration: Duration) -> datetime:
    """When a duration that starts now is over."""
    unit = duration.unit.removeprefix("working_")
    if unit == "days":
        return basis.end_of_day(start, duration.amount)
    return basis.add(start, duration.amount * UNIT_SECONDS[unit])


def longer_due(basis: Basis, due: datetime, duration: Duration) -> datetime:
    """When a duration that is added to one due at `due` is over: its first day is the one after the last that counts,
    and what is due at midnight is due at the end of the day before.
    """
    start = due - timedelta(microseconds=1) if duration.unit.endswith("days") else due
    return due_of(basis, start, duration)
