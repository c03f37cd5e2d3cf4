"""What goes in and out of the door of cases about working calendars."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from ninja import Field, Schema

from citybrain.base.accounts.http import Given
from citybrain.base.accounts.redaction import Said
from citybrain.base.errors import text_of
from citybrain.hubs.business.cases.calendar_files import Read
from citybrain.hubs.business.cases.manifest import Span, YearDefinition


class DayWords(Schema):
    zh: str = Field(examples=["春节"])
    en: str = Field(examples=["Spring Festival"])


class HolidayShown(Schema):
    """Days on which nobody works, both ends included."""

    start: date = Field(examples=["2026-02-15"])
    end: date = Field(examples=["2026-02-23"])
    title: DayWords | None = None


class MakeUpShown(Schema):
    """A free day on which people work; without hours it has those of a Monday."""

    day: date = Field(examples=["2026-02-14"])
    hours: list[str] | None = Field(None, examples=[["09:00-12:00"]])


class CalendarShown(Schema):
    key: str = Field(examples=["urban.office"])
    title: DayWords
    week: dict[str, list[str]] = Field(examples=[{"mon": ["09:00-12:00", "14:00-17:30"]}])
    years: list[int] = Field(description="Years of which something is known", examples=[[2025, 2026]])
    clocks: list[DayWords] = Field(description="Time limits that are counted by it")
    missing: list[int] = Field(description="Years that it should know by now", examples=[[2027]])


class YearShown(Schema):
    calendar: str = Field(examples=["urban.office"])
    year: int = Field(examples=[2026])
    source: str = Field(description="pack, operator, or nobody", examples=["pack"])
    holidays: list[HolidayShown]
    make_up_days: list[MakeUpShown]
    note: str = Field(examples=["国务院办公厅通知"])
    by: str = Field(examples=["user:12"])
    at: datetime | None = Field(description="City time")

    @staticmethod
    def resolve_holidays(year: Any) -> list[dict[str, Any]]:
        return holidays_of(year.definition)

    @staticmethod
    def resolve_make_up_days(year: Any) -> list[dict[str, Any]]:
        return make_up_of(year.definition)


class HolidayGiven(Given):
    start: date = Field(examples=["2026-02-15"])
    end: date = Field(examples=["2026-02-23"])
    title: DayWords | None = Field(None)


class MakeUpGiven(Given):
    day: date = Field(examples=["2026-02-14"])
    hours: list[Span] | None = Field(None, max_length=6, examples=[["09:00-12:00"]])


class YearGiven(Given):
    holidays: list[HolidayGiven] = Field(max_length=200)
    make_up_days: list[MakeUpGiven] = Field(max_length=200)
    note: Said = Field("", max_length=300, description="Who announced it, and where", examples=["国务院办公厅通知"])

    def values(self) -> dict[str, Any]:
        free = [{"from": one.start, "to": one.end, **_title(one.title)} for one in self.holidays]
        worked = [{"day": one.day, "hours": one.hours} for one in self.make_up_days]
        return {
            "given": YearDefinition.model_validate({"holidays": free, "make_up_days": worked}),
            "note": self.note,
        }


def _title(title: DayWords | None) -> dict[str, Any]:
    if title is None or not (title.zh.strip() or title.en.strip()):
        return {}
    return {"title": {"zh": title.zh.strip() or title.en, "en": title.en.strip() or title.zh}}


class FileGiven(Given):
    """A CSV (`date,kind,title`) or an iCalendar as text."""

    content: str = Field(max_length=500_000, examples=["2026-10-01,休,国庆节"])


class LineUnread(Schema):
    line: int = Field(examples=[3])
    code: str = Field(examples=["calendar.no_date"])
    reason: str = Field(examples=["This line has no date"])


class FileRead(Schema):
    """What a file says of the year; nothing is saved."""

    holidays: list[HolidayShown]
    make_up_days: list[MakeUpShown]
    unread: list[LineUnread]
    of_other_years: int = Field(description="Days of other years, left aside", examples=[0])


def read_shown(read: Read, language: str) -> dict[str, Any]:
    return {
        "holidays": holidays_of(read.definition),
        "make_up_days": make_up_of(read.definition),
        "unread": [
            {"line": one.line, "code": one.code, "reason": text_of(one.code, "title", language, {})}
            for one in read.unread
        ],
        "of_other_years": read.of_other_years,
    }


def holidays_of(definition: YearDefinition) -> list[dict[str, Any]]:
    return [
        {"start": one.from_, "end": one.to or one.from_, "title": one.title.model_dump() if one.title else None}
        for one in definition.holidays
    ]


def make_up_of(definition: YearDefinition) -> list[dict[str, Any]]:
    return [{"day": one.day, "hours": one.hours} for one in definition.make_up_days]
