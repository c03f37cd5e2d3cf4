"""Cases as points on a map: those that are located, as a list with the same filter would show them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, NamedTuple

from django.db.models import Count, Q, QuerySet

from citybrain.base import clock
from citybrain.base.accounts import Viewer, check_may
from citybrain.hubs.business.cases.models import Case, ClockRun
from citybrain.hubs.business.cases.queries.catalogue import catalogue
from citybrain.hubs.business.cases.queries.reading import CaseFilter, matching

CHUNK = 500


class CasePoint(NamedTuple):
    """A located case; `state` is "" where it is asked for as of an earlier moment, whose state is not kept."""

    number: str
    lon: float
    lat: float
    severity: int
    state: str
    title: str
    title_en: str
    case_type: str
    is_overdue: bool


def case_points(viewer: Viewer, wanted: CaseFilter, *, at: datetime | None = None) -> list[CasePoint]:
    """The located cases that a filter means, in no order; with `at` those that were open at that moment.

    `is_open` and `overdue` are then answered as of that moment; what else the filter says, as of now. One that was
    closed then and reopened since is left out where a time limit of the whole case tells so; without one it is shown.
    """
    check_may(viewer, "case.read")
    rows = _located(viewer, wanted, at)
    moment, types = at or clock.now(), catalogue().types_by_pk
    columns = (
        "pk", "number", "lon", "lat", "severity", "state", "title", "title_en", "case_type_id", "due_at", "closed_at",
        "in_time", "reopened_count",
    )  # fmt: skip
    found = list(rows.values_list(*columns))
    closed_then = _closed_then([row[0] for row in found if row[-1]], at) if at else ()
    return [
        CasePoint(
            number, lon, lat, severity, "" if at else state, title, title_en, types[kind].code,
            due is not None and due < moment and (closed is None or (closed > moment and in_time is not True)),
        )
        for pk, number, lon, lat, severity, state, title, title_en, kind, due, closed, in_time, _ in found
        if pk not in closed_then
    ]  # fmt: skip


def cases_by_cell(viewer: Viewer, wanted: CaseFilter) -> Iterator[tuple[str, int]]:
    """How many of these cases lie in each H3 cell of resolution 9."""
    check_may(viewer, "case.read")
    rows = _located(viewer, wanted, None).exclude(h3="")
    yield from rows.order_by().values_list("h3").annotate(n=Count("pk"))


def _located(viewer: Viewer, wanted: CaseFilter, at: datetime | None) -> QuerySet[Case]:
    if at is None:
        return matching(viewer, wanted).filter(lon__isnull=False).order_by()
    rows = matching(viewer, replace(wanted, is_open=None, overdue=None)).filter(lon__isnull=False).order_by()
    rows = rows.filter(pk__in=_not_closed_by(at), recorded_at__lte=at)
    if wanted.overdue is not None:
        late = Q(due_at__isnull=False, due_at__lt=at) & (Q(in_time=None) | Q(in_time=False))
        rows = rows.filter(late if wanted.overdue else ~late)
    return rows.none() if wanted.is_open is False else rows


def _not_closed_by(at: datetime) -> QuerySet[Case, Any]:
    """Keys of what is open or was closed after a moment: two reads by index, on SQLite and PostgreSQL.
    Written as one condition with "or", SQLite walks through every case opened by then, however long ago it ended."""
    is_open = Case.objects.filter(closed_at__isnull=True).order_by().values("pk")
    return is_open.union(Case.objects.filter(closed_at__gt=at).order_by().values("pk"), all=True)


def _closed_then(reopened: Sequence[int], at: datetime) -> set[int]:
    """Those of some reopened cases that were closed at a moment: every clock of the whole case had stopped by then."""
    began: set[int] = set()
    running: set[int] = set()
    for begin in range(0, len(reopened), CHUNK):
        runs = ClockRun.objects.filter(case__in=reopened[begin : begin + CHUNK], extent=ClockRun.Extent.CASE)
        for case, stopped_at in runs.filter(started_at__lte=at).order_by().values_list("case_id", "stopped_at"):
            began.add(case)
            if stopped_at is None or stopped_at > at:
                running.add(case)
    return began - running
