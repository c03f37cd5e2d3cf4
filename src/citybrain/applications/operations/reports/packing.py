"""`reports.yaml` in packs: the indicators that a report names must exist, and suit what it does with them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from django.db import transaction

from citybrain.applications.operations.indicators.queries import ADDING_UP
from citybrain.applications.operations.reports.manifest import (
    AnySection,
    RankingSection,
    ReportDefinition,
    ReportsFile,
    indicators_of,
)
from citybrain.applications.operations.reports.models import ReportPlan
from citybrain.base import audit, clock, packs
from citybrain.base.audit import Actor

Where = tuple[str | int, ...]
LENGTH = {"hour": 0, "day": 1, "week": 2, "month": 3}


def check_reports(pack: packs.Contents, parsed: ReportsFile, findings: packs.Findings) -> None:
    """Every report is for somebody, and its indicators are there for whom it is made."""
    told = {key: one for _, file in findings.declared("indicators.yaml") for key, one in file.indicators.items()}
    for key, report in parsed.reports.items():
        if report.regions is None and report.organisations is None:
            findings.add(("reports", key), "reports.for_nobody")
        for index, section in enumerate(report.sections):
            for step, name in _names(section):
                place: Where = ("reports", key, "sections", index, *step)
                if findings.check_name(place, "indicator", name) and name in told:
                    _check_indicator(place, report, section, name, told[name], findings)


def _names(section: AnySection) -> list[tuple[Where, str]]:
    if isinstance(section, RankingSection):
        return [(("indicator",), section.indicator)]
    return [(("indicators", index), name) for index, name in enumerate(indicators_of(section))]


def _check_indicator(
    place: Where, report: ReportDefinition, section: AnySection, name: str, told: Any, findings: packs.Findings
) -> None:
    if report.organisations is not None and section.of != "region" and not told.by_organisation:
        findings.add(place, "reports.not_by_organisation", indicator=name)
    if LENGTH[told.period] > LENGTH[report.period]:
        findings.add(place, "reports.longer_period", indicator=name, period=told.period)
    if getattr(section, "over", "last") == "total" and told.aggregate not in ADDING_UP:
        findings.add(place, "reports.does_not_add_up", indicator=name, aggregate=told.aggregate)


@transaction.atomic
def apply_reports(pack: packs.Contents, parsed: ReportsFile, *, actor: Actor) -> None:
    """Write the plans; those that the pack no longer declares are retired, what was made by them stays."""
    for key, definition in sorted(parsed.reports.items()):
        _declare(pack.key, key, definition, actor)
    gone = ReportPlan.objects.filter(pack=pack.key, retired_at=None).exclude(key__in=parsed.reports)
    for row in gone.order_by("key"):
        row.retired_at = clock.now()
        row.save(update_fields=["retired_at"])
        audit.record(actor, "report_plan.retired", row)


def _declare(pack: str, key: str, definition: ReportDefinition, actor: Actor) -> None:
    content = definition.model_dump(mode="json")
    digest = digest_of(content)
    if ReportPlan.objects.filter(key=key, pack=pack, hash=digest, retired_at=None).exists():
        return
    columns = {"pack": pack, "order": definition.order, "definition": content, "hash": digest, "retired_at": None,
               "seen_at": None}  # fmt: skip
    row, _ = ReportPlan.objects.update_or_create(key=key, defaults=columns)
    audit.record(actor, "report_plan.declared", row)


def digest_of(content: Mapping[str, Any]) -> str:
    return hashlib.sha256(json.dumps(content, sort_keys=True, ensure_ascii=False).encode()).hexdigest()
