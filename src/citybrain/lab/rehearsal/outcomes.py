"""What became of cases, read in the same way from the living city and from a scratch city."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from citybrain.hubs.business.cases.models import Assignment, Case, ClockRun, TimelineEntry
from citybrain.hubs.business.signals.models import Signal
from citybrain.lab.rehearsal.recording import CHUNK, chunks
from citybrain.lab.rehearsal.types import Clock, Holder, Outcome, Warned

WARNINGS = ("clock.warned", "clock.breached", "case.escalated")
COLUMNS = (
    "pk", "number", "case_type__code", "region_path", "severity", "state", "recorded_at", "due_at", "closed_at",
    "outcome",
)  # fmt: skip
Grouped = dict[int, list[Any]]


def read_outcomes(keys: dict[int, str], until: datetime) -> list[Outcome]:
    """The outcome of each of these cases (by their row, with the key they are called by), in their order; a clock
    that still runs at `until` after its due moment is late.
    """
    holders, clocks, warnings = _holders(keys), _clocks(keys), _warnings(keys)
    rows: dict[int, dict[str, Any]] = {}
    for some in chunks(keys):
        rows |= {row["pk"]: row for row in Case.objects.filter(pk__in=some).values(*COLUMNS)}
    signals = _signals(row["number"] for row in rows.values())
    return [
        Outcome(
            key=keys[pk], case_type=row["case_type__code"], region_path=row["region_path"], severity=row["severity"],
            state=row["state"], opened_at=row["recorded_at"], signals=sorted(signals[row["number"]]),
            holders=holders[pk], clocks=clocks[pk], warnings=warnings[pk], due_at=row["due_at"],
            closed_at=row["closed_at"], outcome=row["outcome"], is_late=any(_is_late(one, until) for one in clocks[pk]),
        )
        for pk, row in sorted(rows.items())
    ]  # fmt: skip


def _is_late(one: Clock, until: datetime) -> bool:
    """Whether the time limit of the whole case was broken; one that stands still or runs is looked at as of then."""
    if one.extent != ClockRun.Extent.CASE:
        return False
    runs_over = one.stopped_at is None and one.due_at < until and one.is_running
    return one.breached_at is not None or one.outcome == ClockRun.Outcome.LATE or runs_over


def _holders(pks: Iterable[int]) -> Grouped:
    found: Grouped = defaultdict(list)
    for some in chunks(pks):
        rows = Assignment.objects.filter(case_id__in=some, role=Assignment.Role.LEAD).order_by("id")
        for case, code, since, why in rows.values_list("case_id", "organisation__code", "since", "why"):
            line = why.get("line") if why.get("rule") == "list" else None
            found[case].append(Holder(organisation=code, since=since, line=line))
    return found


def _clocks(pks: Iterable[int]) -> Grouped:
    found: Grouped = defaultdict(list)
    names = ("plan__key", "plan__version", "extent", "state", "round", "started_at", "due_at", "breached_at",
             "stopped_at", "outcome", "running_since")  # fmt: skip
    for some in chunks(pks):
        rows = ClockRun.objects.filter(case_id__in=some).order_by("id").values_list("case_id", *names)
        for case, *values, running_since in rows.iterator(CHUNK):
            one: list[Any] = [*values, running_since is not None]
            found[case].append(Clock(*one))
    return found


def _warnings(pks: Iterable[int]) -> Grouped:
    found: Grouped = defaultdict(list)
    for some in chunks(pks):
        rows = TimelineEntry.objects.filter(case_id__in=some, kind="clock", key__in=WARNINGS).order_by("at", "id")
        for case, key, params, at in rows.values_list("case_id", "key", "params", "at").iterator(CHUNK):
            found[case].append(Warned(key=key, level=params.get("level", 0), at=at))
    for warned in found.values():
        warned.sort(key=lambda one: (one.at, one.key, one.level))
    return found


def _signals(numbers: Iterable[str]) -> dict[str, list[int]]:
    found: dict[str, list[int]] = defaultdict(list)
    for some in chunks(numbers):
        for pk, number in Signal.objects.filter(case_number__in=some).values_list("pk", "case_number"):
            found[number].append(pk)
    return found
