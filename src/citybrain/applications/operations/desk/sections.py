"""The sections of the duty desk, the most urgent first: a table, and how each kind of section is filled.

Each section costs one query, which reads no further than its limit; the cases that are shown are read together.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from citybrain.applications.operations.desk.types import Area, Filled, Page, Query, Section
from citybrain.base.accounts import Viewer
from citybrain.base.bus import queries as bus
from citybrain.base.notices import queries as notices
from citybrain.base.querying import about_of
from citybrain.hubs.business.cases import queries as cases
from citybrain.hubs.business.signals import queries as signals

ABOUT_CASES = 999
ABOUT_OTHERS = 99
OPEN = {"is_open": True}

SECTIONS = (
    Section("overdue", "case.read", "cases", {"overdue": True, "order": "due"}),
    Section("due_soon", "case.read", "cases", {"due_within_minutes": 60, "order": "due"}),
    Section("undispatched", "case.read", "cases",
            {"undispatched": True, "nobody_responsible": False, "order": "oldest"}),
    Section("unlocated", "case.read", "cases", {"unlocated": True, **OPEN, "order": "oldest"}),
    Section("nobody_responsible", "case.read", "cases", {"nobody_responsible": True, "order": "oldest"}),
    Section("signals", "signal.merge", "signals", {"state": "waiting_for_person", "order": "oldest"}),
    Section("dead_letters", "bus.read", "dead", is_desk=False),
    Section("failed_notices", "job.read", "failed_notices", is_desk=False),
    Section("escalations", "notice.read", "notices", {"unread": True, "key": "case.escalated"}, is_desk=False),
    Section("extensions", "case.dispatch", "cases", {"asks_more_time": True, **OPEN, "order": "oldest"}),
    Section("to_verify", "case.verify", "cases", {"to_verify": True, "order": "due"}),
    Section("to_conclude", "case.verify", "cases", {"state_kind": ["checking"], "to_verify": False, "order": "oldest"}),
    Section("mine", "case.handle", "cases", {"mine": True, **OPEN, "order": "due"}, is_desk=False),
)  # fmt: skip


def fill(viewer: Viewer, sections: tuple[Section, ...], *, area: Area, top: int) -> list[Filled]:
    """The sections that the viewer may see, each with at most `top` of its matters, within an area of the city."""
    wanted = [section for section in sections if _sees(viewer, section)]
    keys = {one.key: _keys(viewer, one, area) for one in wanted if one.page == "cases"}
    shown = cases.cases_by_key(viewer, {pk for found in keys.values() for pk in found[:top]}) if keys else {}
    filled = []
    for section in wanted:
        query = {**section.query, **area.query()}
        if section.page == "cases":
            found = keys[section.key]
            first = [shown[pk] for pk in found[:top] if pk in shown]
            filled.append(Filled(section, query, about_of(len(found), most=ABOUT_CASES), cases=first))
        else:
            shelf = SHELVES[section.page]
            rows = list(shelf.rows(viewer, query)[: ABOUT_OTHERS + 1])
            about = about_of(len(rows), most=ABOUT_OTHERS)
            filled.append(Filled(section, query, about, **{shelf.name: rows[:top]}))
    return filled


def _sees(viewer: Viewer, section: Section) -> bool:
    """A section of tasks is for whoever works for an organisation: what one may handle everywhere is no task of his."""
    if section.key == "mine":
        return any(section.permission in one.permissions and one.organisation_path != "/" for one in viewer.grants)
    return viewer.may(section.permission)


def _keys(viewer: Viewer, section: Section, area: Area) -> list[int]:
    wanted, order = as_case_filter({**section.query, **area.query()})
    return cases.first_cases(viewer, wanted, order=order, count=ABOUT_CASES + 1)


def as_case_filter(query: Query) -> tuple[cases.CaseFilter, str]:
    """The query of a list of cases as its filter and order."""
    values: dict[str, Any] = {name: tuple(value) if isinstance(value, list) else value for name, value in query.items()}
    order = str(values.pop("order", "newest"))
    return cases.CaseFilter(**values), order


@dataclass(frozen=True)
class Shelf:
    """Where the rows of a section that holds no cases lie, and what they are called in its answer."""

    name: str
    rows: Callable[[Viewer, Query], QuerySet[Any, Any]]


def _signals(viewer: Viewer, query: Query) -> QuerySet[Any, Any]:
    return signals.list_signals(viewer, query).order_by("pk")


def _letters(viewer: Viewer, query: Query) -> QuerySet[Any, Any]:
    return notices.letters(viewer, unread=True, key=str(query["key"])).order_by("-pk")


def _dead_letters(viewer: Viewer, query: Query) -> QuerySet[Any, Any]:
    return bus.failures(viewer, state="dead").order_by("-pk")


def _failed_notices(viewer: Viewer, query: Query) -> QuerySet[Any, Any]:
    return notices.failures(viewer).order_by("-pk")


SHELVES: dict[Page, Shelf] = {
    "signals": Shelf("signals", _signals),
    "notices": Shelf("letters", _letters),
    "dead": Shelf("failures", _dead_letters),
    "failed_notices": Shelf("failures", _failed_notices),
}
