"""Indicators of the play, declared as a pack declares them."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

from django.conf import settings

from citybrain.applications.operations.indicators.computing import compute
from citybrain.applications.operations.indicators.manifest import IndicatorsFile
from citybrain.applications.operations.indicators.models import IndicatorRun
from citybrain.applications.operations.indicators.packing import apply_indicators
from citybrain.base.audit import SYSTEM

ACCEPTED: dict[str, Any] = {
    "title": {"zh": "受理率", "en": "Accepted"},
    "about": {"zh": "当日发生的案件中已受理的占比", "en": "Share of the day's cases that were accepted"},
    "theme": "urban",
    "unit": {"zh": "%", "en": "%"},
    "period": "day",
    "aggregate": "ratio",
    "scale": 100,
    "direction": "up",
    "by_organisation": True,
    "subject": "case",
    "owner": {"zh": "城运中心", "en": "City operation centre"},
    "sql": """
        SELECT period_of(opened_at) AS period, 'case/' || "case" AS subject, region_path, organisation_path,
          CAST(accepted_at IS NOT NULL AS INTEGER) AS numerator, 1 AS denominator
        FROM cases WHERE in_window(opened_at)""",
}


def declare_indicators(pack: str = "play", **indicators: dict[str, Any]) -> None:
    parsed = IndicatorsFile.model_validate({"indicators": {f"play.{name}": one for name, one in indicators.items()}})
    apply_indicators(SimpleNamespace(key=pack), parsed, actor=SYSTEM)  # type: ignore[arg-type]  # all it reads


def run() -> IndicatorRun:
    done = compute(Path(settings.DATA_DIR))
    assert done is not None
    assert done.failures == {}
    return done
