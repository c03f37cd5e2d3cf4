"""Counting working time, against a reference that steps through the minutes one by one."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from citybrain.base.errors import BadInput
from citybrain.hubs.business.cases.calendars import WallTime, WorkingTime, due_of, working_time
from citybrain.hubs.business.cases.manifest import CalendarDefinition, Duration

SHANGHAI, LOS_ANGELES = ZoneInfo("Asia/Shanghai"), ZoneInfo("America/Los_Angeles")
OFFICE = {"mon": ["09:00-12:00", "14:00-17:30"], "tue": ["09:00-12:00", "14:00-17:30"],
          "wed": ["09:00-12:00", "14:00-17:30"], "thu": ["09:00-12:00", "14:00-17:30"],
          "fri": ["09:00-12:00", "14:00-17:30"]}  # fmt: skip


def calendar(**more: object) -> CalendarDefinition:
    return CalendarDefinition.model_validate({"key": "c", "title": {"zh": "历", "en": "c"}, "week": OFFICE, **more})


def local(text: str, zone: ZoneInfo = SHANGHAI) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=zone).astimezone(UTC)


SPRING = calendar(
    holidays=[{"from": "2026-02-15", "to": "2026-02-23"}],
    make_up_days=[{"day": "2026-02-14"}, {"day": "2026-02-28", "hours": ["10:00-12:00"]}],
)


@pytest.mark.parametrize(
    ("start", "amount", "unit", "due"),
    [
        ("2026-03-02 09:00", 2, "working_hours", "2026-03-02 11:00"),
        ("2026-03-02 11:00", 2, "working_hours", "2026-03-02 15:00"),  # over lunch
        ("2026-03-06 17:00", 1, "working_hours", "2026-03-09 09:30"),  # over the weekend
        ("2026-03-07 10:00", 30, "working_minutes", "2026-03-09 09:30"),  # begun on a free day
        ("2026-03-02 09:00", 5, "working_days", "2026-03-09 17:30"),  # Civil Code art. 201: the first day is the next
        ("2026-03-02 20:00", 1, "working_days", "2026-03-03 17:30"),
        ("2026-02-13 16:00", 2, "working_days", "2026-02-24 17:30"),  # the make-up Saturday and the day after the feast
        ("2026-02-27 16:00", 1, "working_days", "2026-02-28 12:00"),  # a make-up day with hours of its own
    ],
)
def test_working_time_by_hand(start: str, amount: int, unit: str, due: str):
    basis = working_time(SPRING, SHANGHAI)

    found = due_of(basis, local(start), Duration.model_validate({"amount": amount, "unit": unit}))

    assert found == local(due)


@pytest.mark.parametrize(
    ("start", "amount", "unit", "due"),
    [
        ("2026-03-02 09:00", 90, "minutes", "2026-03-02 10:30"),
        ("2026-03-02 09:00", 24, "hours", "2026-03-03 09:00"),
        ("2026-03-02 09:00", 1, "days", "2026-03-04 00:00"),  # art. 203: the last day ends at midnight
        ("2026-03-07 12:00", 1, "days", "2026-03-09 00:00"),  # the night to summer time is an hour shorter
    ],
)
def test_wall_time_by_hand(start: str, amount: int, unit: str, due: str):
    for zone in (SHANGHAI, LOS_ANGELES):
        found = due_of(WallTime(zone), local(start, zone), Duration.model_validate({"amount": amount, "unit": unit}))
        assert found == local(due, zone)


def test_a_calendar_that_never_works_is_noticed():
    empty = WorkingTime(SHANGHAI, ((),) * 7)

    for ask in (
        lambda: empty.add(local("2026-03-02 09:00"), 60),
        lambda: empty.end_of_day(local("2026-03-02 09:00"), 1),
    ):
        with pytest.raises(BadInput, match="Nobody works"):
            ask()


# against the reference

HOURS = st.sampled_from(["09:00-12:00", "14:00-17:30", "00:00-24:00", "08:15-08:45", "20:00-24:00", "06:00-22:00"])
DAYS = st.lists(HOURS, max_size=1) | st.just(["09:00-12:00", "14:00-17:30"])
SOON = st.dates(min_value=date(2026, 2, 27), max_value=date(2026, 3, 16))


@st.composite
def calendars(draw: st.DrawFn) -> CalendarDefinition:
    names = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
    week = {name: draw(DAYS) for name in names}
    week["wed"] = week["wed"] or ["09:00-12:00"]
    holidays = [{"from": day} for day in draw(st.lists(SOON, max_size=3))]
    extra = [{"day": day, "hours": [draw(HOURS)]} for day in draw(st.lists(SOON, max_size=2, unique=True))]
    return calendar(week=week, holidays=holidays, make_up_days=extra)


def works(definition: CalendarDefinition, moment: datetime, zone: ZoneInfo) -> bool:
    """The reference: does anybody work in the minute that begins at this moment?"""
    there = moment.astimezone(zone)
    name = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")[there.weekday()]
    spans = getattr(definition.week, name)
    if any(h.from_ <= there.date() <= (h.to or h.from_) for h in definition.holidays):
        spans = ()
    for extra in definition.make_up_days:
        if extra.day == there.date():
            spans = extra.hours or ()
    clock = f"{there:%H:%M}"
    return any(span[:5] <= clock < span[6:] for span in spans)


def step_through(definition: CalendarDefinition, start: datetime, minutes: int, zone: ZoneInfo) -> datetime:
    moment = start
    while minutes:
        minutes -= works(definition, moment, zone)
        moment += timedelta(minutes=1)
    return moment


@settings(max_examples=60, deadline=None)
@given(
    definition=calendars(),
    start=st.integers(0, 60 * 24 * 10),
    minutes=st.integers(1, 1500),
    zone=st.sampled_from([SHANGHAI, LOS_ANGELES]),
)
def test_adding_and_measuring_agree_with_stepping_through_minutes(
    definition: CalendarDefinition, start: int, minutes: int, zone: ZoneInfo
):
    """Over weekends, feasts, make-up days, midnight and the change to summer time (8 March 2026 in Los Angeles)."""
    basis = working_time(definition, zone)
    begun = datetime(2026, 3, 1, tzinfo=UTC) + timedelta(minutes=start)

    end = step_through(definition, begun, minutes, zone)

    assert basis.add(begun, minutes * 60) == end
    assert basis.measure(begun, end) == minutes * 60
    assert basis.measure(end, begun) == 0


@settings(max_examples=100, deadline=None)
@given(
    definition=calendars(),
    start=st.integers(0, 60 * 24 * 20),
    first=st.integers(0, 100_000),
    second=st.integers(0, 100_000),
)
def test_two_stretches_are_one_long_one(definition: CalendarDefinition, start: int, first: int, second: int):
    """A clock that pauses and runs on ends where it would have ended: time adds up, to the second."""
    basis = working_time(definition, SHANGHAI)
    begun = datetime(2026, 3, 1, tzinfo=UTC) + timedelta(minutes=start)

    halfway = basis.add(begun, first)

    assert basis.add(halfway, second) == basis.add(begun, first + second)
    assert basis.measure(begun, halfway) == first


@pytest.mark.parametrize(
    ("now", "counts", "turns_at"),
    [
        ("2026-03-02 09:00", True, "2026-03-02 12:00"),
        ("2026-03-02 12:00", False, "2026-03-02 14:00"),  # lunch
        ("2026-03-06 18:00", False, "2026-03-09 09:00"),  # Friday evening, until Monday
    ],
)
def test_working_time_says_whether_it_counts_and_until_when(now: str, counts: bool, turns_at: str):
    assert working_time(calendar(), SHANGHAI).turn(local(now)) == (counts, local(turns_at))


def test_on_the_wall_time_always_counts():
    assert WallTime(SHANGHAI).turn(local("2026-03-07 03:00")) == (True, None)
