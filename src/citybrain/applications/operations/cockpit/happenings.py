"""Cases and alarms of a place for the elements of a scene, out of the lake: as they stand, or as known at a moment."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings

from citybrain.applications.operations.cockpit.manifest import (
    AnyElement,
    FlowElement,
    ListElement,
    SceneDefinition,
    ShareElement,
)
from citybrain.applications.operations.cockpit.types import Happenings, Line, Part, Step
from citybrain.base import clock
from citybrain.base.accounts import Viewer
from citybrain.base.accounts.permission import models_by_kind
from citybrain.base.accounts.types import WHOLE, scope_of
from citybrain.base.conditions.sql import to_sql
from citybrain.base.places.queries import city
from citybrain.hubs.data.facts.lake import Lake, lake
from citybrain.hubs.sensing.alarms.queries import rule_titles

CASES = """
SELECT c."case", c.case_type, t.path AS type_path, t.title_zh, t.title_en, c.severity, c.source, c.learned_at, c.due_at,
  c.dispatched_at, c.accepted_at, c.finished_at, c.closed_at, c.region_code, r.name AS region, r.name_en AS region_en
FROM cases c LEFT JOIN case_types t ON t.code = c.case_type LEFT JOIN regions r ON r.code = c.region_code
WHERE (c.closed_at IS NULL OR c.learned_at >= ?) AND {within} AND {reach}"""
SIGNALS = "SELECT learned_at FROM signals c WHERE learned_at >= ? AND {within} AND {reach}"
ALARMS = """
SELECT c.alarm, c.rule, c.severity, c.fired_at, t.path AS type_path, h.name AS thing, r.name AS region,
  r.name_en AS region_en
FROM alarms c LEFT JOIN things h ON h.code = c.thing LEFT JOIN case_types t ON t.code = c.case_type
  LEFT JOIN regions r ON r.path = c.region_path
WHERE c.fired_at IS NOT NULL AND c.resolved_at IS NULL AND NOT c.is_withdrawn AND {within} AND {reach}"""
TRAITS = {
    "type": ("case_type", "title_zh", "title_en"),
    "severity": ("CAST(severity AS VARCHAR)", "NULL", "NULL"),
    "source": ("source", "NULL", "NULL"),
}
MOST_PARTS = 6
STEPS = (
    ("opened", "learned_at IS NOT NULL", "dispatched_at IS NULL"),
    ("dispatched", "dispatched_at IS NOT NULL", "dispatched_at IS NOT NULL AND accepted_at IS NULL"),
    ("accepted", "accepted_at IS NOT NULL", "accepted_at IS NOT NULL AND finished_at IS NULL"),
    ("finished", "finished_at IS NOT NULL", "finished_at IS NOT NULL"),
)
"""A step of the flow: its name, how one knows that a case has come so far, and that an open one waits there."""


def happenings(
    viewer: Viewer, scene: SceneDefinition, *, dimension: str, path: str, known_at: datetime | None
) -> Happenings:
    """What the lake gives to a scene: it is opened once, and each of its tables read once."""
    wanted = [one for one in scene.elements if isinstance(one, FlowElement | ListElement | ShareElement)]
    wanted = [one for one in wanted if not isinstance(one, ShareElement) or one.cases]
    if not wanted:
        return Happenings()
    now = known_at or clock.now()
    found = Happenings()
    with lake(Path(settings.DATA_DIR), known_at=known_at) as opened:
        look = _Look(viewer, opened, dimension, path, now, wanted)
        for element in wanted:
            look.take(element, found)
    return found


class _Look:
    """One look at the lake: which rows of a place the viewer may see, kept for the SELECTs of the elements."""

    def __init__(self, viewer: Viewer, opened: Lake, dimension: str, path: str, now: datetime, wanted: Iterable[Any]):
        self.viewer, self.opened, self.now = viewer, opened, now
        self.dimension, self.path, self.root = dimension, path, city().root.path
        self.zone = ZoneInfo(city().time_zone)
        self.since = self.begin(max([1, *(one.days for one in wanted if isinstance(one, FlowElement))]))
        self.there: set[str] = set()

    def begin(self, days: int) -> datetime:
        """Midnight in the city, so many days back; 1 is today."""
        today = self.now.astimezone(self.zone).replace(hour=0, minute=0, second=0, microsecond=0)
        return today - timedelta(days=days - 1)

    def take(self, element: AnyElement, found: Happenings) -> None:
        if isinstance(element, FlowElement):
            found.flows[element.key] = self._flow(element)
        elif isinstance(element, ListElement):
            found.lists[element.key] = self._alarms(element) if element.of == "alarms" else self._cases(element)
        elif isinstance(element, ShareElement):
            found.shares[element.key] = self._share(element)

    def _need(self, name: str, kind: str, sql: str, parameters: list[Any]) -> bool:
        """Read what the viewer may see of a kind in this place, once; False without the permission to see any."""
        scope = scope_of(models_by_kind()[kind])
        if name in self.there:
            return True
        if not self.viewer.may(scope.read):
            return False
        is_case = kind == "case"
        owner = "coalesce(c.organisation_path, '')" if is_case else "coalesce(list_last(c.organisation_paths), '')"
        reach, values = to_sql(
            self.viewer.reach(scope.read, fields=frozenset(WHOLE) & frozenset(scope.columns)),
            {"region_path": "coalesce(c.region_path, '')", "organisation_path": owner,
             "holders": f"[{owner}]" if is_case else "coalesce(c.organisation_paths, [])"},
            lists=frozenset({"holders"}),
        )  # fmt: skip
        within, place = self._within(owner)
        whole = sql.format(within=within, reach=reach)
        self.opened.prepare(whole)
        self.opened.register(name, self.opened.query(whole, [*parameters, *place, *values]))
        self.there.add(name)
        return True

    def _within(self, owner: str) -> tuple[str, list[Any]]:
        if self.dimension == "organisation":
            return f"starts_with({owner}, ?)", [self.path]
        if self.path == self.root:
            return "TRUE", []
        return "starts_with(coalesce(c.region_path, ''), ?)", [self.path]

    def _seen_cases(self) -> bool:
        return self._need("seen_cases", "case", CASES, [self.since])

    def _flow(self, element: FlowElement) -> tuple[datetime, list[Step]]:
        since = self.begin(element.days)
        steps: list[Step] = []
        if element.case_type is None and self._need("seen_signals", "signal", SIGNALS, [self.since]):
            told = self.opened.query("SELECT count(*) AS n FROM seen_signals WHERE learned_at >= ?", [since])
            steps.append(Step("reported", told.to_pylist()[0]["n"]))
        if not self._seen_cases():
            return since, steps
        columns = ", ".join(
            f"count(*) FILTER (WHERE learned_at >= ? AND {come}) AS n_{key},"
            f" count(*) FILTER (WHERE closed_at IS NULL AND {waits}) AS w_{key},"
            f" count(*) FILTER (WHERE closed_at IS NULL AND {waits} AND due_at < ?) AS l_{key}"
            for key, come, waits in STEPS
        )
        closed = "count(*) FILTER (WHERE learned_at >= ? AND closed_at IS NOT NULL) AS n_closed"
        kind, values = _of_type(element.case_type)
        sql = f"SELECT {columns}, {closed} FROM seen_cases WHERE {kind}"  # noqa: S608 - names of our own
        bound = [one for _ in STEPS for one in (since, self.now)]
        (row,) = self.opened.query(sql, [*bound, since, *values]).to_pylist()
        steps += [Step(key, row[f"n_{key}"], row[f"w_{key}"], row[f"l_{key}"]) for key, _, _ in STEPS]
        return since, [*steps, Step("closed", row["n_closed"])]

    def _cases(self, element: ListElement) -> tuple[int, list[Line]]:
        if not self._seen_cases():
            return 0, []
        kind, values = _of_type(element.case_type)
        late = element.of == "overdue"
        where = f"closed_at IS NULL AND {kind}" + (" AND due_at < ?" if late else "")
        order = "due_at" if late else "learned_at DESC"
        bound = [*values, *([self.now] if late else [])]
        rows = self._first("seen_cases", where, bound, f'{order}, "case"', element.count)
        lines = [
            Line("case", row["case"], _words(row["title_zh"], row["title_en"], row["case_type"]), _region(row),
                 row["severity"], row["learned_at"], row["due_at"])
            for row in rows
        ]  # fmt: skip
        return (rows[0]["total"] if rows else 0), lines

    def _alarms(self, element: ListElement) -> tuple[int, list[Line]]:
        if not self._need("seen_alarms", "alarm", ALARMS, []):
            return 0, []
        kind, values = _of_type(element.case_type)
        rows = self._first("seen_alarms", kind, values, "severity, fired_at DESC, alarm", element.count)
        titles = rule_titles(self.viewer, {row["rule"] for row in rows})
        lines = [
            Line("alarm", row["alarm"], titles.get(row["rule"]) or _words(row["rule"], row["rule"], ""),
                 _place_of_alarm(row), row["severity"], row["fired_at"])
            for row in rows
        ]  # fmt: skip
        return (rows[0]["total"] if rows else 0), lines

    def _first(self, name: str, where: str, bound: list[Any], order: str, count: int) -> list[dict[str, Any]]:
        """The first rows of an order, each with how many there are in all."""
        sql = f"SELECT *, count(*) OVER () AS total FROM {name} WHERE {where} ORDER BY {order} LIMIT {count}"  # noqa: S608
        found: list[dict[str, Any]] = self.opened.query(sql, bound).to_pylist()
        return found

    def _share(self, element: ShareElement) -> list[Part]:
        if not self._seen_cases():
            return []
        key, zh, en = TRAITS[element.cases or "type"]
        kind, values = _of_type(element.case_type)
        sql = f"""
          SELECT {key} AS key, min({zh}) AS zh, min({en}) AS en, count(*) AS n
          FROM seen_cases WHERE closed_at IS NULL AND {kind} GROUP BY 1 ORDER BY n DESC, 1"""  # noqa: S608
        rows = self.opened.query(sql, values).to_pylist()
        parts = [
            Part(row["key"], _words(row["zh"], row["en"], row["key"]) if row["zh"] else None, row["n"]) for row in rows
        ]
        rest = sum(one.count for one in parts[MOST_PARTS:])
        return [*parts[:MOST_PARTS], *([Part("", None, rest)] if rest else [])]


def _of_type(case_type: str | None) -> tuple[str, list[str]]:
    """The condition for cases of a kind and of those below it."""
    return ("list_contains(string_split(coalesce(type_path, ''), '/'), ?)", [case_type]) if case_type else ("TRUE", [])


def _words(zh: str | None, en: str | None, else_: str) -> dict[str, str]:
    return {"zh": zh or else_, "en": en or zh or else_}


def _region(row: dict[str, Any]) -> dict[str, str]:
    return _words(row["region"], row["region_en"], "")


def _place_of_alarm(row: dict[str, Any]) -> dict[str, str]:
    thing, region = row["thing"] or "", _region(row)
    return {name: " · ".join(one for one in (region[name], thing) if one) for name in ("zh", "en")}
