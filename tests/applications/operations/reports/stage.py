"""A daily and a weekly report of the play, declared as a pack declares them."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from citybrain.applications.operations.reports.manifest import ReportsFile
from citybrain.applications.operations.reports.packing import apply_reports
from citybrain.base.audit import SYSTEM
from tests.applications.operations.indicators.stage import ACCEPTED, declare_indicators
from tests.hubs.business.cases.stage import LAMPS, declare

OPENED: dict[str, Any] = {
    **ACCEPTED,
    "title": {"zh": "新立案件", "en": "Opened"},
    "unit": {"zh": "件", "en": "cases"},
    "aggregate": "count",
    "scale": 1,
    "decimals": 0,
    "direction": "none",
    "sql": """
        SELECT period_of(opened_at) AS period, 'case/' || "case" AS subject, region_path, organisation_path
        FROM cases WHERE in_window(opened_at)""",
}
TITLE = {"zh": "日报", "en": "Daily"}
SECTIONS: list[dict[str, Any]] = [
    {"title": {"zh": "办理", "en": "Handling"}, "form": "figures", "indicators": ["play.accepted", "play.opened"]},
    {"title": {"zh": "走势", "en": "Trend"}, "form": "trend", "indicators": ["play.accepted"], "points": 5},
    {"title": {"zh": "排名", "en": "Ranking"}, "form": "ranking", "indicator": "play.accepted"},
]
DAILY: dict[str, Any] = {
    "title": TITLE, "period": "day", "regions": {"deepest": 1}, "organisations": {"deepest": 1}, "sections": SECTIONS,
}  # fmt: skip
WEEKLY: dict[str, Any] = {
    **DAILY, "period": "week", "title": {"zh": "周报", "en": "Weekly"},
    "sections": [{**SECTIONS[0], "over": "total"}, {**SECTIONS[2], "over": "total"}],
}  # fmt: skip


def declare_reports(pack: str = "play", **reports: dict[str, Any]) -> None:
    parsed = ReportsFile.model_validate({"reports": {f"play.{name}": one for name, one in reports.items()}})
    apply_reports(SimpleNamespace(key=pack), parsed, actor=SYSTEM)  # type: ignore[arg-type]  # all it reads


def set_the_stage(**accepted: Any) -> None:
    """Two indicators, a daily and a weekly report of them."""
    declare(LAMPS)
    declare_indicators(accepted={**ACCEPTED, **accepted}, opened=OPENED)
    declare_reports(daily=DAILY, weekly=WEEKLY)
