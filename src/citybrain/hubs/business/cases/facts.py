"""Casework in the lake: every message about a case, and what follows from them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime

import pyarrow as pa
from django.db.models import Count

from citybrain.base.bus import Event
from citybrain.hubs.business.cases.messages import CaseMessage, ClockMessage
from citybrain.hubs.business.cases.models import Case, CaseType
from citybrain.hubs.data.facts.registry import declare
from citybrain.hubs.data.facts.types import TIME, FactTable, Reference, Row, Tally, View

S, I16, I32, I64, F, B = pa.string(), pa.int16(), pa.int32(), pa.int64(), pa.float64(), pa.bool_()
COLUMNS = {
    "case": S, "case_type": S, "loop": S, "state": S, "stage": S, "severity": I16, "source": S, "signal_count": I32,
    "opened_at": TIME, "learned_at": TIME, "due_at": TIME, "closed_at": TIME, "in_time": B, "outcome": S,
    "organisation": S, "organisation_path": S, "region_code": S, "lon": F, "lat": F, "precision_m": F,
    "reopened_count": I16, "is_supervised": B, "step": S, "verb": S, "assignment": I64, "role": S,
    "previous_organisation": S, "duplicate_of": S, "signal": S, "clock_extent": S, "clock_state": S, "level": I16,
    "task_organisation": S, "task_organisation_path": S,
}  # fmt: skip
"""`opened_at` is when it happened, `learned_at` when the city learned of it; the rest as in the message.
`task_organisation` is null where the message is about no task, and in what was told before messages had it.
"""
OWN = ("opened_at", "learned_at", "organisation_path", "task_organisation", "task_organisation_path")
SAME = [name for name in COLUMNS if name not in OWN]


def case_row(event: Event) -> Row | None:
    if event.type == "clock.self_tested":
        return None
    told: CaseMessage = event.read(ClockMessage)
    row: Row = {name: getattr(told, name) for name in SAME}
    row |= {"opened_at": told.occurred_at, "learned_at": told.recorded_at}
    row["organisation_path"] = path_of(told.organisation, event.organisation_paths)
    row["task_organisation"] = told.task_organisation or None
    row["task_organisation_path"] = path_of(told.task_organisation, event.organisation_paths) or None
    return row


def path_of(code: str, paths: tuple[str, ...]) -> str:
    """The path that ends in an organisation's code, out of those of all who hold or held the case."""
    return next((path for path in reversed(paths) if code and path.endswith(f"/{code}/")), "")


CASES = """
WITH life AS (
  SELECT "case",
    max(seq) AS last_seq,
    min(recorded_at) AS first_recorded_at,
    min(occurred_at) FILTER (WHERE type = 'case.dispatched') AS dispatched_at,
    min(occurred_at) FILTER (WHERE type = 'case.accepted') AS accepted_at,
    min(occurred_at) FILTER (WHERE type = 'case.finished') AS finished_at,
    max(occurred_at) FILTER (WHERE type = 'case.finished') AS last_finished_at,
    count(*) FILTER (WHERE type = 'case.returned') AS returned,
    count(*) FILTER (WHERE type = 'case.transferred') AS transferred,
    count(*) FILTER (WHERE type = 'case.rejected') AS rejected,
    count(*) FILTER (WHERE type = 'case.reopened') AS reopened,
    count(*) FILTER (WHERE type = 'case.extended') AS extended,
    count(*) FILTER (WHERE type = 'case.escalated') AS escalated,
    count(*) FILTER (WHERE type = 'case.signal_joined') AS joined,
    coalesce(max(level) FILTER (WHERE clock_extent = 'case'), 0) AS clock_level
  FROM case_events GROUP BY "case")
SELECT e."case", e.case_type, e.loop, e.state, e.stage, e.severity, e.source, e.signal_count, e.opened_at, e.learned_at,
  e.due_at, e.closed_at, e.in_time, e.outcome, e.organisation, e.organisation_path, e.region_code,
  coalesce(m.path, e.region_path) AS region_path, e.lon, e.lat, e.reopened_count, e.is_supervised, e.duplicate_of,
  e.recorded_at, life.* EXCLUDE ("case", last_seq)
FROM life JOIN case_events e ON e.seq = life.last_seq LEFT JOIN moved_regions m ON m.code = e.region_code
"""
ASSIGNMENTS = """
SELECT a.* EXCLUDE (region_code) REPLACE (coalesce(m.path, a.region_path) AS region_path) FROM (
SELECT assignment, min("case") AS "case", arg_min(role, seq) AS role,
  arg_min(coalesce(task_organisation, organisation), seq) AS organisation,
  arg_min(coalesce(task_organisation_path, organisation_path), seq) AS organisation_path,
  arg_min(region_path, seq) AS region_path, arg_min(region_code, seq) AS region_code,
  arg_min(case_type, seq) AS case_type, min(occurred_at) AS since,
  min(occurred_at) FILTER (WHERE type = 'case.accepted') AS accepted_at,
  max(occurred_at) FILTER (WHERE type = 'case.finished') AS finished_at,
  min(occurred_at) FILTER (WHERE type = 'case.returned') AS returned_at
FROM case_events WHERE assignment IS NOT NULL GROUP BY assignment) a LEFT JOIN moved_regions m ON m.code = a.region_code
"""


def _case_types() -> Iterator[Row]:
    for one in CaseType.objects.order_by("path").iterator():
        yield {
            "code": one.code, "path": one.path, "title_zh": one.title.get("zh"), "title_en": one.title.get("en"),
            "severity": one.severity, "pack": one.pack, "is_active": one.is_active,
        }  # fmt: skip


def _cases_that_stand(until: datetime) -> Mapping[str, int]:
    rows = Case.objects.filter(recorded_at__lte=until).values_list("source").annotate(Count("pk")).order_by()
    return {str(source): int(count) for source, count in rows}


declare(
    FactTable(
        "case_events", ("case.*", "clock.warned"), tuple(pa.field(*one) for one in COLUMNS.items()), case_row,
        "opened_at",
    ),
    View("cases", CASES, "每件案件一行：当前状态与首次派遣、受理、办结时间"),
    View("assignments", ASSIGNMENTS, "每项任务一行"),
    Reference(
        "case_types",
        "code",
        (
            pa.field("code", S), pa.field("path", S), pa.field("title_zh", S), pa.field("title_en", S),
            pa.field("severity", I16), pa.field("pack", S), pa.field("is_active", B),
        ),
        _case_types,
        ("pack.*",),
    ),
    Tally(
        "cases",
        _cases_that_stand,
        "SELECT source AS name, count(*) AS count FROM cases WHERE learned_at <= getvariable('until') GROUP BY 1",
    ),
)  # fmt: skip
