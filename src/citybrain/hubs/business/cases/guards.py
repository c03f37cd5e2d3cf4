"""Whether a step may be taken in the case as it stands."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from citybrain.base import conditions
from citybrain.base.conditions import Explanation
from citybrain.base.errors import Conflict
from citybrain.hubs.business.cases.loops import Transition
from citybrain.hubs.business.cases.models import Assignment, Case, Evidence


def guard_row(case: Case, case_type: str, at: datetime) -> dict[str, Any]:
    """The case as guards see it."""
    return {
        **_counts(case),
        "severity": case.severity,
        "state": case.state,
        "stage": case.stage,
        "source": case.source,
        "case_type": case_type,
        "signal_count": case.signal_count,
        "reopened_count": case.reopened_count,
        "is_supervised": case.supervised_at is not None,
        "is_located": case.region_path != "",
        "is_overdue": case.due_at is not None and case.due_at < at,
        "region_path": case.region_path,
        "organisation_path": case.organisation_path,
        "occurred_at": case.occurred_at,
        "recorded_at": case.recorded_at,
        "due_at": case.due_at,
    }


def _counts(case: Case) -> dict[str, int]:
    if case._state.adding:
        return {"evidence_count": 0, "open_assists": 0}
    assists = Assignment.objects.filter(case=case, role=Assignment.Role.ASSIST, until=None)
    return {"evidence_count": Evidence.objects.filter(case=case).count(), "open_assists": assists.count()}


def explain_guard(step: Transition, case: Case, case_type: str, at: datetime) -> Explanation | None:
    """Why the step is (not) open; None when it has no guard."""
    if step.guard is True:
        return None
    return conditions.explain(step.condition, guard_row(case, case_type, at), now=at)


def unmet(explanation: Explanation | None) -> list[dict[str, Any]]:
    """The conditions that stand in the way, with what was found instead; empty when nothing does."""
    if explanation is None or explanation.met:
        return []
    return [{"asked": leaf.asked, "actual": leaf.actual} for leaf in explanation.deciding()]


def is_open(step: Transition, case: Case, case_type: str, at: datetime) -> bool:
    explanation = explain_guard(step, case, case_type, at)
    return explanation is None or explanation.met


def check_guard(step: Transition, case: Case, case_type: str, at: datetime) -> None:
    """Raises Conflict `case.guard` with the conditions that are not met."""
    missing = unmet(explain_guard(step, case, case_type, at))
    if missing:
        words = "; ".join(f"{one['asked']} (is {one['actual']})" for one in missing)
        raise Conflict("case.guard", step=step.key, unmet=words)
