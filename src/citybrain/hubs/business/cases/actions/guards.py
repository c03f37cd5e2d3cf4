"""Whether a step may be taken in the case as it stands."""

from __future__ import annotations

from typing import Any

from citybrain.base import conditions
from citybrain.base.conditions import Explanation
from citybrain.base.errors import Conflict
from citybrain.hubs.business.cases.actions.change import Change
from citybrain.hubs.business.cases.loops import Transition
from citybrain.hubs.business.cases.models import Assignment, Evidence


def guard_row(change: Change) -> dict[str, Any]:
    """The case as guards see it."""
    case = change.case
    new = case.pk is None
    assists = Assignment.objects.filter(case=case, role=Assignment.Role.ASSIST, until=None)
    return {
        "severity": case.severity,
        "state": case.state,
        "stage": case.stage,
        "source": case.source,
        "case_type": change.declared.types_by_pk[case.case_type_id].code,
        "signal_count": case.signal_count,
        "evidence_count": 0 if new else Evidence.objects.filter(case=case).count(),
        "open_assists": 0 if new else assists.count(),
        "reopened_count": case.reopened_count,
        "is_supervised": case.supervised_at is not None,
        "is_located": case.region_path != "",
        "is_overdue": case.due_at is not None and case.due_at < change.at,
        "region_path": case.region_path,
        "organisation_path": case.organisation_path,
        "occurred_at": case.occurred_at,
        "recorded_at": case.recorded_at,
        "due_at": case.due_at,
    }


def explain_guard(change: Change, step: Transition) -> Explanation | None:
    """Why the step is (not) open; None when it has no guard."""
    if step.guard is True:
        return None
    return conditions.explain(step.condition, guard_row(change), now=change.at)


def check_guard(change: Change, step: Transition) -> None:
    """Raises Conflict `case.guard` with the conditions that are not met."""
    explanation = explain_guard(change, step)
    if explanation is not None and not explanation.met:
        unmet = "; ".join(f"{leaf.asked} (is {leaf.actual})" for leaf in explanation.deciding())
        raise Conflict("case.guard", step=step.key, unmet=unmet)


def is_open(change: Change, step: Transition) -> bool:
    explanation = explain_guard(change, step)
    return explanation is None or explanation.met
