"""The working calendar as operators keep it: one year at a time, with running clocks counted again afterwards."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from citybrain.base import audit, clock
from citybrain.base.accounts import Viewer
from citybrain.base.errors import BadInput, FieldError
from citybrain.base.jobs import enqueue
from citybrain.base.jobs.running import Progress
from citybrain.hubs.business.cases.actions.change import Change
from citybrain.hubs.business.cases.actions.timing import CLOCK, recount_clocks
from citybrain.hubs.business.cases.calendars import days_of, minutes_of, years_of
from citybrain.hubs.business.cases.manifest import YearDefinition
from citybrain.hubs.business.cases.models import CalendarYear, Case, CatalogueVersion, ClockPlan, ClockRun
from citybrain.hubs.business.cases.queries.calendaring import check_calendar

PERMISSION = "definition.write"


@transaction.atomic
def set_year(calendar: str, year: int, *, actor: Viewer, given: YearDefinition, note: str = "") -> CalendarYear:
    """Put these free days and make-up days in place of what the pack declares for the year; clocks follow by a job.

    Raises NotFound for an unknown calendar, BadInput for days of another year, twice the same day, or hours that end
    before they begin.
    """
    actor.check(PERMISSION)
    check_calendar(calendar)
    _check_year(given, year)
    return _put(calendar, year, given.row(), note, actor)


@transaction.atomic
def clear_year(calendar: str, year: int, *, actor: Viewer) -> CalendarYear:
    """Give the year back to the pack."""
    actor.check(PERMISSION)
    check_calendar(calendar)
    return _put(calendar, year, None, "", actor)


def _put(calendar: str, year: int, definition: dict[str, Any] | None, note: str, actor: Viewer) -> CalendarYear:
    newest = CalendarYear.objects.select_for_update().filter(calendar=calendar, year=year).order_by("-version").first()
    row = CalendarYear.objects.create(
        calendar=calendar, year=year, version=newest.version + 1 if newest else 1, definition=definition, note=note,
        by=actor.actor_key, at=clock.now(),
    )  # fmt: skip
    CatalogueVersion.renew()
    audit.record(actor, "calendar.changed", kind="calendar", key=calendar, year=year, definition=definition, note=note)
    enqueue("cases.recount", actor=actor, calendar=calendar)
    return row


def _check_year(given: YearDefinition, year: int) -> None:
    wrong = []
    for number, holiday in enumerate(given.holidays):
        if holiday.to is not None and holiday.to < holiday.from_:
            wrong.append(FieldError(f"holidays[{number}].to", "calendar.backwards"))
    if not wrong and years_of(given) - {year}:
        wrong.append(FieldError("holidays", "calendar.other_year", {"year": year}))
    if not wrong:
        free = [day for holiday in given.holidays for day in days_of(holiday)]
        worked = [one.day for one in given.make_up_days]
        both = sorted({day for day in free if free.count(day) > 1} | {day for day in worked if worked.count(day) > 1})
        wrong += [FieldError("holidays", "calendar.twice", {"day": day.isoformat()}) for day in both[:1]]
    spans = [minutes_of(span) for one in given.make_up_days for span in one.hours or ()]
    if any(start >= end for start, end in spans):
        wrong.append(FieldError("make_up_days", "calendar.hours"))
    if wrong:
        raise BadInput("input.invalid", fields=tuple(wrong))


def recount_cases(calendar: str, *, progress: Progress | None = None) -> int:
    """Count every running clock of a calendar again, each case in its own transaction; returns how many cases moved.

    Counting twice changes nothing the second time, so that a job that was killed is simply run again.
    """
    plans = [
        row.pk
        for row in ClockPlan.objects.order_by("pk")
        if row.definition.get("calendar") == calendar and row.definition["duration"]["unit"].startswith("working_")
    ]
    running = ClockRun.objects.filter(plan_id__in=plans, stopped_at=None, running_since__isnull=False)
    cases = sorted(set(running.values_list("case_id", flat=True)) - {None})
    moved = 0
    for done, case in enumerate(cases, 1):
        moved += _recount_case(case, frozenset(plans))
        if progress is not None:
            progress(done / len(cases))
    return moved


@transaction.atomic
def _recount_case(case_id: int, plans: frozenset[int]) -> int:
    case = Case.objects.select_related("organisation").select_for_update(of=("self",)).get(pk=case_id)
    change = Change(case, actor=CLOCK)
    moved = recount_clocks(change, plans)
    if moved:
        change.save()
    return bool(moved)
