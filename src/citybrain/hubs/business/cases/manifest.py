"""`cases.yaml`: what a sector pack declares about casework."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal

from pydantic import Field, StringConstraints

from citybrain.base.packs.declared import Declared, Flag, Text
from citybrain.hubs.business.cases.loops import LoopDefinition
from citybrain.hubs.business.cases.loops.graph import Key

Unit = Literal["minutes", "hours", "days", "working_minutes", "working_hours", "working_days"]
Span = Annotated[str, StringConstraints(pattern=r"^([01]\d|2[0-3]):[0-5]\d-(([01]\d|2[0-3]):[0-5]\d|24:00)$")]
Spans = tuple[Span, ...]
WEEK_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
Keyword = Annotated[str, StringConstraints(min_length=1, max_length=300, strip_whitespace=True)]
Audience = Literal["holder", "helper", "dispatcher", "verifier", "supervisor", "parent"]


class Week(Declared):
    """Hours of each week day, such as `mon: ["09:00-12:00", "14:00-17:30"]`; a day left out is free."""

    mon: Spans = ()
    tue: Spans = ()
    wed: Spans = ()
    thu: Spans = ()
    fri: Spans = ()
    sat: Spans = ()
    sun: Spans = ()


class MakeUpDay(Declared):
    """A free day on which people work instead (调休上班); without hours it has those of a Monday."""

    day: date
    hours: Spans | None = None


class Holiday(Declared):
    """Days from one to another, both included, on which nobody works."""

    from_: date = Field(alias="from")
    to: date | None = None
    title: Text | None = None


class YearDefinition(Declared):
    """The free days and make-up days of one year, as they are announced once a year (放假安排)."""

    holidays: tuple[Holiday, ...] = ()
    make_up_days: tuple[MakeUpDay, ...] = ()

    def row(self) -> dict[str, Any]:
        return self.model_dump(mode="json", by_alias=True, exclude_defaults=True)


class CalendarDefinition(Declared):
    """A working calendar, in the local time of the city."""

    key: Key
    title: Text
    week: Week
    holidays: tuple[Holiday, ...] = ()
    make_up_days: tuple[MakeUpDay, ...] = ()

    def row(self) -> dict[str, Any]:
        return self.model_dump(mode="json", by_alias=True, exclude_defaults=True)


class Duration(Declared):
    """A length of time. Days count as the Civil Code does (art. 201–203): the first day is the one after the start,
    and the last ends with office hours (working days) or at midnight (calendar days). Hours and minutes run at once.
    """

    amount: int = Field(gt=0, le=100_000)
    unit: Unit


class Escalation(Declared):
    """What happens at a level (per cent of the time allowed): who is told, and whether the case is marked."""

    at: int = Field(ge=1, le=1000)
    notify: tuple[Audience, ...] = Field(min_length=1)
    supervise: Flag = False
    raise_severity: Flag = False


class ClockDefinition(Declared):
    """A time limit. `by_severity` overrides the duration for single severities; in states of `pause_in` it stands
    still. It counts `until` the case has ended, or until it was handled: then it stands still from the moment the work
    is finished, and runs on when the work is rejected.
    """

    key: Key
    title: Text
    duration: Duration
    by_severity: dict[Literal["1", "2", "3", "4"], Duration] = {}
    calendar: Key | None = None
    warn: tuple[Annotated[int, Field(ge=1, le=1000)], ...] = (50, 80, 100)
    escalate: tuple[Escalation, ...] = ()
    pause_in: tuple[Key, ...] = ()
    until: Literal["closed", "finished"] = "closed"

    def row(self) -> dict[str, Any]:
        return self.model_dump(mode="json", by_alias=True, exclude_defaults=True)


class TypeClocks(Declared):
    """Which clock runs for the whole case, and which in single states of its loop."""

    case: Key | None = None
    steps: dict[Key, Key] = {}


class Outage(Declared):
    """When devices that fall silent together are one matter: the titles of the case by what they have in common.

    `gateway`: they hang on the same gateway (the attribute of that name of a thing). `organisation`: they name no
    gateway, and are of one model and one owner. What is left out is not folded. `{count}` is how many devices, `{of}`
    the gateway's name.
    """

    within_minutes: float = Field(default=30, gt=0, le=24 * 60)
    gateway: Text | None = None
    organisation: Text | None = None


class Merge(Declared):
    """When a new report is the same matter as an open case. A radius of 0 never merges by distance."""

    radius_m: float = Field(default=0, ge=0, le=20_000)
    within_hours: float = Field(default=72, gt=0, le=24 * 366)
    text_similarity: float = Field(default=0.5, ge=0, le=1)
    same_address: Flag = True
    same_thing: Flag = True
    place: Literal["point", "address"] = "point"
    same_words: float = Field(default=0.8, ge=0, le=1)
    outage: Outage | None = None


class TypeDefinition(Declared):
    """A kind of case; settings that are left out come from the parent."""

    code: Key
    title: Text
    parent: Key | None = None
    severity: int | None = Field(default=None, ge=1, le=4)
    loop: Key | None = None
    clocks: TypeClocks | None = None
    merge: Merge | None = None
    on_alarm_resolved: Literal["propose", "close"] | None = None
    classify_threshold: float | None = Field(default=None, ge=0, le=1)
    labels: tuple[str, ...] = ()
    keywords: tuple[Keyword, ...] = ()


class ResponsibilityLine(Declared):
    """One line of the responsibility list; `region` `*` is everywhere."""

    case_type: Key
    region: str = Field(default="*", min_length=1, max_length=64)
    organisation: str = Field(min_length=1, max_length=64)
    priority: int = Field(default=0, ge=-1000, le=1000)
    note: str = Field(default="", max_length=300)


class CasesFile(Declared):
    """The whole file."""

    calendars: tuple[CalendarDefinition, ...] = ()
    clocks: tuple[ClockDefinition, ...] = ()
    loops: tuple[LoopDefinition, ...] = ()
    case_types: tuple[TypeDefinition, ...] = ()
    labels: dict[str, Key] = {}
    responsibilities: tuple[ResponsibilityLine, ...] = ()
