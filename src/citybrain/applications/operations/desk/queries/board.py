"""The duty desk itself: what is open, what moved since the shift began, and who hands over."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from citybrain.applications.operations.desk.models import Handover
from citybrain.applications.operations.desk.queries.handovers import list_handovers
from citybrain.applications.operations.desk.queries.shifts import find_running_shift
from citybrain.applications.operations.desk.sections import SECTIONS, as_case_filter, fill
from citybrain.applications.operations.desk.types import Area, Filled, Movement, Since
from citybrain.base import clock
from citybrain.base.accounts import Viewer
from citybrain.hubs.business.cases import queries as cases

TOP = 5
FROZEN = 20
WAITING = 3
A_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Board:
    """Everything that the desk shows at one moment."""

    at: datetime
    since: Since
    moved: Sequence[Movement]
    sections: Sequence[Filled]
    handovers: Sequence[Handover]


def desk_of(viewer: Viewer, *, since: datetime | None = None) -> Board:
    """The desk of whoever asks; raises Forbidden without `case.read`."""
    viewer.check("case.read")
    begun = _since(viewer, since)
    return Board(
        at=clock.now(),
        since=begun,
        moved=_moved(viewer, begun.at, Area()),
        sections=fill(viewer, SECTIONS, area=Area(), top=TOP),
        handovers=_waiting(viewer),
    )


def _since(viewer: Viewer, asked: datetime | None) -> Since:
    if asked is not None:
        return Since(asked, "asked")
    if viewer.may("handover.read"):
        shift = find_running_shift(viewer)
        if shift is not None:
            return Since(shift.starts_at, "shift", shift)
        last = list_handovers(viewer, waiting=False).order_by("-accepted_at", "-pk").first()
        if last is not None and last.accepted_at is not None and last.accepted_at > clock.now() - A_DAY:
            return Since(last.accepted_at, "handover")
    return Since(clock.now() - A_DAY, "day")


def _moved(viewer: Viewer, since: datetime, area: Area) -> list[Movement]:
    moved = []
    for key in ("opened", "closed", "escalated"):
        query = {f"{key}_from": since, **area.query()}
        wanted, _ = as_case_filter(query)
        moved.append(Movement(key, query, cases.count_cases(viewer, wanted)))
    return moved


def _waiting(viewer: Viewer) -> list[Handover]:
    """Handovers that somebody else wrote and that the viewer could accept, the newest first."""
    if viewer.kind != "user" or not viewer.may("handover.write"):
        return []
    rows = viewer.scoped(list_handovers(viewer, waiting=True), "handover.write").exclude(author_id=viewer.id)
    return list(rows.order_by("-pk")[:WAITING])


def facts_of(viewer: Viewer, area: Area, since: datetime) -> dict[str, Any]:
    """The open matters of a desk as plain facts, to be frozen into a handover.

    Only what lies in the desk's own part of the city, whatever else the author may see: whoever may read the handover
    may read each of its matters.
    """
    desk = tuple(section for section in SECTIONS if section.is_desk)
    return {
        "since": since.isoformat(),
        "moved": [
            {"key": one.key, "query": _plain(one.query), "count": one.about.count, "is_more": one.about.is_more}
            for one in _moved(viewer, since, area)
        ],
        "sections": [
            {
                "key": filled.section.key,
                "page": filled.section.page,
                "query": _plain(filled.query),
                "count": filled.about.count,
                "is_more": filled.about.is_more,
                "cases": [_case(view) for view in filled.cases],
                "signals": [_signal(row) for row in filled.signals],
            }
            for filled in fill(viewer, desk, area=area, top=FROZEN)
        ],
    }


def _case(view: Any) -> dict[str, Any]:
    return {
        "number": view.number,
        "title": view.title,
        "title_en": view.title_en,
        "case_type_title": view.case_type_title,
        "state_title": view.state_title,
        "severity": view.severity,
        "recorded_at": view.recorded_at.isoformat(),
        "due_at": view.due_at.isoformat() if view.due_at else None,
        "organisation_name": view.organisation_name,
        "organisation_name_en": view.organisation_name_en,
        "address": view.address,
    }


def _signal(row: Any) -> dict[str, Any]:
    return {
        "id": row.pk,
        "source": row.source,
        "subject": row.called,
        "subject_en": row.subject_en,
        "waiting_reason": row.waiting_reason,
        "recorded_at": row.recorded_at.isoformat(),
    }


def _plain(query: Any) -> dict[str, Any]:
    return {name: value.isoformat() if isinstance(value, datetime) else value for name, value in query.items()}
