"""The door of casework."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse, StreamingHttpResponse
from ninja import Query, Router, Status

from citybrain.base.accounts.http import AboutShown, CityRequest, PageOf, Paging, answer_of, paged
from citybrain.hubs.business.cases import actions, queries
from citybrain.hubs.business.cases.calendar_shown import (
    CalendarShown,
    FileGiven,
    FileRead,
    YearGiven,
    YearShown,
    read_shown,
)
from citybrain.hubs.business.cases.listed import (
    Rehearsal,
    RehearsedShown,
    ResponsibilityAdd,
    ResponsibilityChange,
    ResponsibilityQuery,
    ResponsibilityShown,
    ReviewShown,
    WhatIfQuery,
    WhatIfShown,
)
from citybrain.hubs.business.cases.schemas import (
    CaseDetail,
    CaseList,
    CaseOpen,
    CaseQuery,
    CaseSummary,
    CaseTypeShown,
    ClockQuery,
    ClockShown,
    EntryShown,
    LoopDetail,
    LoopSummary,
    NeighboursShown,
    NoteWrite,
    SelfTestShown,
    StepTake,
)

router = Router(tags=["cases"])


@router.get("/cases", response=PageOf[CaseSummary])
def list_cases(request: CityRequest, wanted: Query[CaseList], paging: Query[Paging]) -> Any:
    """Cases that you may see, newest first."""
    return queries.find_cases(
        request.viewer, wanted.wanted(), order=wanted.order, after=paging.after, limit=paging.limit
    )


@router.post("/cases", response={201: CaseSummary})
def open_case(request: CityRequest, body: CaseOpen) -> Any:
    """Open a case by hand; it is dispatched at once where the responsibility list names somebody."""
    case = actions.open_case_by_hand(actor=request.viewer, **body.values())
    return Status(201, queries.case_view(case))


@router.get("/cases.geojson", response=dict[str, Any])
def show_cases_on_map(request: CityRequest, wanted: Query[CaseQuery], limit: int = 2000) -> Any:
    """Located cases in a box (`bbox` is required) as GeoJSON, at most 5,000, newest first."""
    return queries.feature_collection(request.viewer, wanted.wanted(), limit=limit)


@router.get("/cases.csv", response={200: str})
def export_cases(request: CityRequest, wanted: Query[CaseQuery]) -> Any:
    """The cases of a list as CSV for a spreadsheet, streamed."""
    lines = queries.csv_lines(request.viewer, wanted.wanted(), language=request.language)
    response = StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="cases.csv"'
    return response


@router.get("/cases/count", response=AboutShown)
def count_cases(request: CityRequest, wanted: Query[CaseQuery]) -> Any:
    """About how many cases a list has."""
    return queries.count_cases(request.viewer, wanted.wanted())


@router.get("/cases/{number}", response=CaseDetail)
def get_case(request: CityRequest, number: str) -> Any:
    """One case with its tasks, clocks, evidence, and the steps that you may take now."""
    return queries.get_case_detail(request.viewer, number)


@router.get("/cases/{number}/neighbours", response=NeighboursShown)
def get_neighbours(request: CityRequest, number: str, wanted: Query[CaseList]) -> Any:
    """What stands before and after the case in a list, also when the case itself has left it."""
    return queries.neighbours_of(request.viewer, number, wanted.wanted(), order=wanted.order)


@router.get("/cases/{number}/timeline", response=list[EntryShown])
def get_timeline(request: CityRequest, number: str) -> Any:
    """Everything that happened to the case."""
    return queries.timeline(queries.get_case(request.viewer, number))


@router.post("/cases/{number}/actions/{key}", response=CaseDetail)
def take_step(request: CityRequest, number: str, key: str, body: StepTake) -> Any:
    """Take a step of the case's loop."""
    case = actions.perform(number, key, actor=request.viewer, **body.values())
    return answer_of(request, lambda: queries.case_detail(request.viewer, case))


@router.post("/cases/{number}/notes", response={201: list[EntryShown]})
def write_note(request: CityRequest, number: str, body: NoteWrite) -> Any:
    """Write a line on the timeline."""
    case = actions.note_case(number, actor=request.viewer, text=body.text)
    return Status(201, queries.timeline(case))


@router.get("/case-types", response=list[CaseTypeShown])
def list_case_types(request: CityRequest, retired: bool = False) -> Any:
    """The kinds of case there are."""
    return queries.list_case_types(request.viewer, retired=retired)


@router.get("/loops", response=list[LoopSummary])
def list_loops(request: CityRequest) -> Any:
    """The ways of working there are."""
    return queries.list_loops(request.viewer)


@router.get("/loops/{key}", response=LoopDetail)
def get_loop(request: CityRequest, key: str, version: int | None = None) -> Any:
    """A way of working as it is declared, in its newest or a named version."""
    return queries.get_loop(request.viewer, key, version)


@router.get("/loops/{key}/drawing", response={200: str})
def draw_loop(request: CityRequest, key: str, version: int | None = None) -> Any:
    """The state graph in the language of Mermaid."""
    loop = queries.get_loop(request.viewer, key, version)
    return HttpResponse(queries.drawing_of(loop, request.language), content_type="text/plain; charset=utf-8")


@router.get("/responsibilities", response=PageOf[ResponsibilityShown])
def list_responsibilities(request: CityRequest, wanted: Query[ResponsibilityQuery], paging: Query[Paging]) -> Any:
    """The responsibility list."""
    return paged(queries.list_responsibilities(request.viewer, **wanted.dict()), paging, order=("pk",))


@router.get("/responsibilities/what-if", response=WhatIfShown)
def ask_who_would_get_it(request: CityRequest, asked: Query[WhatIfQuery]) -> Any:
    """Who would get a case of this kind there, and why."""
    return queries.what_if(request.viewer, **asked.dict())


@router.post("/responsibilities/what-if", response=RehearsedShown)
def rehearse_line(request: CityRequest, body: Rehearsal) -> Any:
    """Who would get a case of this kind there now, and who with a line more or less; nothing is saved."""
    return queries.rehearse_line(request.viewer, **body.dict())


@router.get("/responsibilities/review", response=ReviewShown)
def review_responsibilities(request: CityRequest) -> Any:
    """What is wrong with the list as a whole: gaps, lines that contradict each other, lines that cannot work here."""
    return queries.review_responsibilities(request.viewer)


@router.post("/responsibilities", response={201: ResponsibilityShown})
def add_responsibility(request: CityRequest, body: ResponsibilityAdd) -> Any:
    """Add a line."""
    return Status(201, actions.add_responsibility(actor=request.viewer, **body.dict()))


@router.patch("/responsibilities/{int:line_id}", response=ResponsibilityShown)
def change_responsibility(request: CityRequest, line_id: int, body: ResponsibilityChange) -> Any:
    """Change a line's priority, note or time."""
    line = queries.get_responsibility(request.viewer, line_id)
    return actions.change_responsibility(line, actor=request.viewer, **body.values())


@router.delete("/responsibilities/{int:line_id}", response=ResponsibilityShown)
def end_responsibility(request: CityRequest, line_id: int) -> Any:
    """Let a line end now."""
    return actions.end_responsibility(queries.get_responsibility(request.viewer, line_id), actor=request.viewer)


@router.get("/calendars", response=list[CalendarShown])
def list_calendars(request: CityRequest) -> Any:
    """The working calendars, with the years that they know and those that they should know by now."""
    return queries.calendars(request.viewer)


@router.get("/calendars/{key}/years/{int:year}", response=YearShown)
def get_year(request: CityRequest, key: str, year: int) -> Any:
    """Free days and make-up days of one year, and who says so."""
    return queries.get_year(request.viewer, key, year)


@router.put("/calendars/{key}/years/{int:year}", response=YearShown)
def set_year(request: CityRequest, key: str, year: int, body: YearGiven) -> Any:
    """Set a year; running clocks are counted again."""
    actions.set_year(key, year, actor=request.viewer, **body.values())
    return queries.get_year(request.viewer, key, year)


@router.delete("/calendars/{key}/years/{int:year}", response=YearShown)
def clear_year(request: CityRequest, key: str, year: int) -> Any:
    """Give a year back to the pack."""
    actions.clear_year(key, year, actor=request.viewer)
    return queries.get_year(request.viewer, key, year)


@router.post("/calendars/{key}/years/{int:year}/file", response=FileRead)
def read_calendar_file(request: CityRequest, key: str, year: int, body: FileGiven) -> Any:
    """What a CSV or an iCalendar says of the year; nothing is saved."""
    return read_shown(queries.read_year_file(request.viewer, key, year, body.content), request.language)


@router.get("/clocks", response=PageOf[ClockShown])
def list_clocks(request: CityRequest, wanted: Query[ClockQuery], paging: Query[Paging]) -> Any:
    """Clocks of cases that you may see, those that are due first at the top."""
    return paged(queries.list_clocks(request.viewer, **wanted.dict()), paging, order=("due_at", "pk"))


@router.get("/clocks/self-tests", response=list[SelfTestShown])
def list_self_tests(request: CityRequest) -> Any:
    """The newest self-tests: whether warnings and escalations really happen."""
    return queries.latest_self_tests(request.viewer)
