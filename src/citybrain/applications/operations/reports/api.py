"""The HTTP door of reports."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from ninja import Query, Router, Status

from citybrain.applications.operations.reports import actions, queries, subscribing
from citybrain.applications.operations.reports.schemas import (
    FileWanted,
    ReportPlanShown,
    ReportShown,
    ReportSubscriptionEnded,
    ReportSubscriptionShown,
    ReportSubscriptionWanted,
    ReportSummary,
    ReportsWanted,
    ReportWanted,
)
from citybrain.applications.operations.reports.types import Format
from citybrain.base.accounts.http import CityRequest, PageOf, Paging, paged

router = Router(tags=["reports"])
PAGE_POLICY = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'"
"""A report is a page with its style inside, and nothing else."""


@router.get("/reports", response=PageOf[ReportSummary])
def list_reports(request: CityRequest, wanted: Query[ReportsWanted], paging: Query[Paging]) -> Any:
    """Reports of the places that you may see, the newest period first."""
    page = paged(queries.reports(request.viewer, **wanted.dict()), paging, order=("-start", "pk"))
    return {"items": [ReportSummary.facts(row) for row in page.items], "next": page.next}


@router.get("/reports/plans", response=list[ReportPlanShown])
def list_plans(request: CityRequest) -> Any:
    """Which reports are made, how often, and for what kinds of places."""
    return [ReportPlanShown.of(row, definition) for row, definition in queries.plans(request.viewer)]


@router.post("/reports/builds", response={200: ReportShown, 201: ReportShown})
def build_report(request: CityRequest, body: ReportWanted) -> Any:
    """Make a report now; 200 with the one that is there where nothing has changed since it was made."""
    built = actions.build_report(actor=request.viewer, **body.dict())
    return Status(201 if built.is_new else 200, ReportShown.of(built.report))


@router.get("/reports/subscriptions", response=list[ReportSubscriptionShown])
def list_subscriptions(request: CityRequest) -> Any:
    """The reports of which you are told when they are made."""
    return subscribing.subscriptions(request.viewer)


@router.put("/reports/subscriptions", response=list[ReportSubscriptionShown])
def subscribe(request: CityRequest, body: ReportSubscriptionWanted) -> Any:
    """Be told when a report is made; by mail too where your account says so for this kind of notice."""
    subscribing.subscribe(actor=request.viewer, **body.dict())
    return subscribing.subscriptions(request.viewer)


@router.delete("/reports/subscriptions", response={204: None})
def unsubscribe(request: CityRequest, wanted: Query[ReportSubscriptionEnded]) -> Any:
    """Be told no longer."""
    subscribing.unsubscribe(actor=request.viewer, **wanted.dict())
    return Status(204, None)


@router.get("/reports/{int:number}", response=ReportShown)
def show_report(request: CityRequest, number: int) -> Any:
    """One report with everything that is printed in it."""
    return ReportShown.of(queries.get_report(request.viewer, number))


@router.get("/reports/{int:number}/html", response={200: str})
def show_page(request: CityRequest, number: int, wanted: Query[FileWanted]) -> HttpResponse:
    """The report as a page that needs nothing else."""
    return _file(request, number, wanted, "html")


@router.get("/reports/{int:number}/pdf", response={200: str})
def show_pdf(request: CityRequest, number: int, wanted: Query[FileWanted]) -> HttpResponse:
    """The same page printed on A4; 503 where the library that draws it is not installed."""
    return _file(request, number, wanted, "pdf")


@router.get("/reports/{int:number}/xlsx", response={200: str})
def show_table(request: CityRequest, number: int, wanted: Query[FileWanted]) -> HttpResponse:
    """Every number of the report in a row, with its unit, period, level and the ids of its values."""
    return _file(request, number, wanted, "xlsx")


def _file(request: CityRequest, number: int, wanted: FileWanted, format: Format) -> HttpResponse:
    document = actions.export_report(
        queries.get_report(request.viewer, number), actor=request.viewer, format=format,
        language=wanted.language or request.language, origin=request.build_absolute_uri("/").rstrip("/"),  # type: ignore[arg-type]  # zh or en
    )  # fmt: skip
    kind = "inline" if format == "html" else "attachment"
    headers = {"Content-Disposition": f'{kind}; filename="{document.name}"', "Content-Security-Policy": PAGE_POLICY}
    return HttpResponse(document.content, content_type=document.media_type, headers=headers)
