"""A year of the working calendar: who says so, what follows for clocks that run, and what is missing in December."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from citybrain.base.audit.models import Record
from citybrain.base.bus.models import OutboxEvent
from citybrain.base.jobs.models import Run
from citybrain.base.jobs.running import claim_run, perform_run
from citybrain.hubs.business.cases.actions import recount_cases
from citybrain.hubs.business.cases.calendar_files import read_file
from citybrain.hubs.business.cases.calendars import with_years, year_of, years_of
from citybrain.hubs.business.cases.manifest import YearDefinition
from citybrain.hubs.business.cases.models import CalendarYear, ClockRun, TimelineEntry
from citybrain.hubs.business.cases.queries import missing_years
from tests.hubs.business.cases.stage import Play, declare
from tests.hubs.business.cases.test_calendars import calendar, local

WEEK = {day: ["09:00-12:00", "14:00-17:30"] for day in ("mon", "tue", "wed", "thu", "fri")}
OFFICE = {
    "calendars": [
        {
            "key": "play.office",
            "title": {"zh": "机关日历", "en": "Office"},
            "week": WEEK,
            "holidays": [{"from": "2026-01-01", "to": "2026-01-03", "title": {"zh": "元旦", "en": "New Year"}}],
            "make_up_days": [{"day": "2026-01-04"}],
        }
    ],
    "clocks": [
        {
            "key": "three-days",
            "title": {"zh": "三个工作日", "en": "Three working days"},
            "duration": {"amount": 3, "unit": "working_days"},
            "calendar": "play.office",
        }
    ],
    "case_types": [
        {"code": "lamp", "title": {"zh": "路灯", "en": "Lamp"}, "clocks": {"case": "three-days"}},
    ],
    "responsibilities": [{"case_type": "lamp", "organisation": "urban"}],
}
YEAR = "/calendars/play.office/years/2026"


@pytest.fixture
def office(play: Play) -> Play:
    declare(OFFICE)
    return play


def put(play: Play, path: str = YEAR, **body: Any) -> Any:
    steward = play.cast.client("steward")
    given = {"holidays": [], "make_up_days": [], **body}
    return steward.put(f"/api/v1{path}", given, content_type="application/json")


def work_off() -> list[str]:
    """Run what was asked for, as `work` does."""
    done = []
    while (run := claim_run()) is not None:
        perform_run(run)
        run.refresh_from_db()
        assert run.state == "done", run.error
        done.append(run.name)
    return done


def due(number: str) -> datetime:
    return ClockRun.objects.get(case__number=number).due_at


# the arithmetic


def test_a_year_takes_the_place_of_that_year_and_of_no_other() -> None:
    declared = calendar(
        holidays=[{"from": "2025-12-30", "to": "2026-01-02"}, {"from": "2026-05-01"}],
        make_up_days=[{"day": "2026-05-09"}, {"day": "2025-09-28"}],
    )
    given = YearDefinition.model_validate({"holidays": [{"from": "2026-01-01", "to": "2026-01-05"}]})
    found = with_years(declared, {2026: given})
    assert [(one.from_.isoformat(), one.to and one.to.isoformat()) for one in found.holidays] == [
        ("2025-12-30", "2025-12-31"), ("2026-01-01", "2026-01-05"),
    ]  # fmt: skip
    assert [one.day.isoformat() for one in found.make_up_days] == ["2025-09-28"]
    assert years_of(declared) == {2025, 2026}
    assert [one.from_.isoformat() for one in year_of(declared, 2026).holidays] == ["2026-01-01", "2026-05-01"]


# keeping a year


def test_a_year_is_of_the_pack_until_somebody_sets_it_and_again_afterwards(office: Play) -> None:
    seen = office.dispatcher.get(YEAR)
    assert (seen["source"], seen["holidays"][0]["title"]["zh"]) == ("pack", "元旦")

    holiday = {"start": "2026-05-01", "end": "2026-05-05", "title": {"zh": "劳动节", "en": ""}}
    answer = put(office, holidays=[holiday], make_up_days=[{"day": "2026-05-09"}], note="通知")
    assert answer.status_code == 200, answer.content.decode()
    assert answer.json()["source"] == "operator"
    assert answer.json()["holidays"] == [{**holiday, "title": {"zh": "劳动节", "en": "劳动节"}}]
    assert Record.objects.filter(action="calendar.changed").count() == 1

    back = office.cast.client("steward").delete(f"/api/v1{YEAR}").json()
    assert (back["source"], back["holidays"][0]["start"]) == ("pack", "2026-01-01")
    assert [one.version for one in CalendarYear.objects.all()] == [1, 2]


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"holidays": [{"start": "2025-12-31", "end": "2026-01-01"}]}, "calendar.other_year"),
        ({"holidays": [{"start": "2026-05-05", "end": "2026-05-01"}]}, "calendar.backwards"),
        ({"make_up_days": [{"day": "2026-05-09"}, {"day": "2026-05-09"}]}, "calendar.twice"),
        ({"make_up_days": [{"day": "2026-05-09", "hours": ["12:00-09:00"]}]}, "calendar.hours"),
    ],
)
def test_a_year_that_cannot_be_is_refused(office: Play, body: dict[str, Any], code: str) -> None:
    answer = put(office, **body)
    assert answer.status_code == 422, answer.content.decode()
    assert answer.json()["errors"][0]["code"] == code
    assert put(office, "/calendars/nowhere/years/2026").status_code == 404
    assert not CalendarYear.objects.exists()


# what follows for clocks


def test_a_new_holiday_moves_the_clocks_that_run_and_says_so(office: Play) -> None:
    """Opened on Monday 2 March with three working days: Thursday, and with Tuesday to Wednesday free Monday."""
    case = office.dispatcher.opens("lamp")
    assert due(case.number) == local("2026-03-05 17:30")

    put(office, holidays=[{"start": "2026-03-03", "end": "2026-03-04"}])
    assert due(case.number) == local("2026-03-05 17:30")  # by a job, not while somebody waits
    assert work_off() == ["cases.recount"]

    assert due(case.number) == local("2026-03-09 17:30")
    assert case.look()["due_at"] == "2026-03-09T09:30:00Z"
    assert case.told()[-1] == "工作日历变更，三个工作日截止时间由2026-03-05 17:30改为2026-03-09 17:30"
    event = OutboxEvent.objects.get(type="case.recounted")
    assert "2026-03-09T09:30:00" in event.data
    assert Record.objects.filter(action="case.recounted").count() == 1

    assert recount_cases("play.office") == 0  # doing it again changes nothing


def test_a_make_up_day_brings_the_moment_forward(office: Play) -> None:
    office.clock.move(days=3)  # Thursday
    case = office.dispatcher.opens("lamp")
    assert due(case.number) == local("2026-03-10 17:30")
    put(office, make_up_days=[{"day": "2026-03-07", "hours": ["09:00-12:00"]}])
    work_off()
    assert due(case.number) == local("2026-03-09 17:30")
    assert ClockRun.objects.get().next_at is not None


def test_a_breach_that_is_none_by_the_new_calendar_is_taken_back(office: Play) -> None:
    case = office.dispatcher.opens("lamp")
    office.move(days=4)  # Friday: out of time
    assert case.look()["is_overdue"] is True
    put(office, holidays=[{"start": "2026-03-03", "end": "2026-03-05"}])
    work_off()
    run = ClockRun.objects.get()
    assert (run.breached_at, run.due_at) == (None, local("2026-03-10 17:30"))
    assert case.look()["is_overdue"] is False
    assert TimelineEntry.objects.filter(key="clock.breached").count() == 1  # what was said stays said


def test_a_clock_that_was_extended_keeps_what_it_has_left(office: Play) -> None:
    case = office.dispatcher.opens("lamp")
    office.handler.takes("accept", case)
    office.handler.takes("extend", case, reason="等待材料", duration={"amount": 1, "unit": "working_days"})
    office.dispatcher.takes("grant", case)
    assert due(case.number) == local("2026-03-06 17:30")
    put(office, holidays=[{"start": "2026-03-04", "end": "2026-03-04"}])
    work_off()
    assert due(case.number) == local("2026-03-09 17:30")


def test_what_has_ended_or_runs_by_the_wall_stays(office: Play) -> None:
    case = office.dispatcher.opens("lamp")
    ClockRun.objects.update(stopped_at=datetime(2026, 3, 2, 2, tzinfo=UTC))
    put(office, holidays=[{"start": "2026-03-03", "end": "2026-03-04"}])
    work_off()
    assert due(case.number) == local("2026-03-05 17:30")


def test_a_pack_that_declares_other_days_moves_clocks_too(office: Play) -> None:
    case = office.dispatcher.opens("lamp")
    office_calendar = {**OFFICE["calendars"][0], "holidays": [{"from": "2026-03-03"}], "make_up_days": []}
    declare({**OFFICE, "calendars": [office_calendar]})
    assert work_off() == ["cases.recount"]
    assert due(case.number) == local("2026-03-06 17:30")
    declare({**OFFICE, "calendars": [office_calendar]})
    assert not Run.objects.filter(state="queued").exists()


# what is missing


def test_from_december_on_the_next_year_is_missed(office: Play) -> None:
    assert missing_years() == {}
    office.clock.move(days=273)  # 30 November
    assert missing_years() == {}
    office.clock.move(days=1)
    assert missing_years() == {"play.office": [2027]}
    [seen] = [one for one in office.dispatcher.get("/calendars") if one["missing"]]
    assert (seen["key"], seen["missing"], seen["clocks"][0]["en"]) == ("play.office", [2027], "Three working days")
    put(office, "/calendars/play.office/years/2027", holidays=[{"start": "2027-01-01", "end": "2027-01-01"}])
    assert missing_years() == {}


@pytest.mark.parametrize("is_set", [False, True])
def test_a_holiday_over_new_years_eve_does_not_make_the_next_year_known(office: Play, is_set: bool) -> None:
    """Spring Festival would be counted as working days, and nobody warned."""
    holidays = [{"from": "2026-01-01"}, {"from": "2026-12-31", "to": "2027-01-01"}]
    declare({**OFFICE, "calendars": [{**OFFICE["calendars"][0], "holidays": holidays}]})
    if is_set:
        put(office, holidays=[{"start": "2026-10-01", "end": "2026-10-07"}])
    for days in (274, 40):  # 1 December, 10 January
        office.clock.move(days=days)
        assert missing_years() == {"play.office": [2027]}


# files

ICS = """BEGIN:VCALENDAR
BEGIN:VEVENT
DTSTART;VALUE=DATE:20260501
DTEND;VALUE=DATE:20260506
SUMMARY:劳动节
 假期
END:VEVENT
BEGIN:VEVENT
DTSTART;VALUE=DATE:20260509
DTEND;VALUE=DATE:20260510
SUMMARY:劳动节 补班
END:VEVENT
BEGIN:VEVENT
DTSTART;VALUE=DATE:20270101
SUMMARY:元旦
END:VEVENT
BEGIN:VEVENT
DTSTART:soon
END:VEVENT
END:VCALENDAR
"""


def test_a_calendar_file_is_read_with_what_could_not_be_used() -> None:
    found = read_file(ICS.replace("\n", "\r\n"), 2026)
    [holiday] = found.definition.holidays
    assert (holiday.from_.isoformat(), holiday.to and holiday.to.isoformat()) == ("2026-05-01", "2026-05-05")
    assert holiday.title is not None
    assert holiday.title.zh == "劳动节假期"
    assert [one.day.isoformat() for one in found.definition.make_up_days] == ["2026-05-09"]
    assert found.of_other_years == 1
    assert [(one.line, one.code) for one in found.unread] == [(18, "calendar.no_date")]


def test_a_table_is_read_through_the_door_and_saves_nothing(office: Play) -> None:
    content = (
        "\ufeff日期,类型,名称\n2026/10/01,休,国庆节\n2026-10-02,holiday,国庆节\n2026-10-10,班,\nx,休,\n2026-10-11,?,\n"
    )
    answer = office.cast.client("steward").post(f"/api/v1{YEAR}/file", {"content": content})
    found = answer.json()
    assert found["holidays"] == [
        {"start": "2026-10-01", "end": "2026-10-02", "title": {"zh": "国庆节", "en": "国庆节"}}
    ]
    assert found["make_up_days"] == [{"day": "2026-10-10", "hours": None}]
    assert [(one["line"], one["code"]) for one in found["unread"]] == [(5, "calendar.no_date"), (6, "calendar.no_kind")]
    assert not CalendarYear.objects.exists()


def test_the_arrangements_of_the_pack_are_whole() -> None:
    """The days that the State Council announced for 2026: 33 days off, 6 make-up days."""
    from pathlib import Path

    import yaml

    import citybrain.sectors.urban as urban

    file = yaml.safe_load((Path(str(urban.__file__)).parent / "cases.yaml").read_text(encoding="utf-8"))
    from citybrain.hubs.business.cases.calendars import days_of
    from citybrain.hubs.business.cases.manifest import CalendarDefinition

    (declared,) = [CalendarDefinition.model_validate(one) for one in file["calendars"]]
    year = year_of(declared, 2026)
    assert sum(len(days_of(one)) for one in year.holidays) == 33
    assert len(year.make_up_days) == 6
    assert all(one.day.weekday() >= 5 for one in year.make_up_days)
