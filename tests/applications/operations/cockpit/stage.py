"""A scene of the play, and the kind of case that a question becomes."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from citybrain.applications.operations.cockpit.manifest import ScreenFile
from citybrain.applications.operations.cockpit.packing import apply_scenes
from citybrain.base.audit import SYSTEM
from tests.applications.operations.indicators.stage import ACCEPTED, declare_indicators
from tests.hubs.business.cases.stage import LAMPS, declare


def at(column: int, row: int, width: int = 3, height: int = 3) -> dict[str, int]:
    return {"column": column, "row": row, "width": width, "height": height}


WHOLE: list[dict[str, Any]] = [
    {"key": "accepted", "kind": "number", "at": at(1, 1), "indicator": "play.accepted"},
    {"key": "line", "kind": "trend", "at": at(4, 1), "indicators": ["play.accepted"]},
    {"key": "counties", "kind": "ranking", "at": at(7, 1), "indicator": "play.accepted"},
    {"key": "owners", "kind": "ranking", "at": at(10, 1), "indicator": "play.accepted", "by": "organisation"},
    {"key": "kinds", "kind": "share", "at": at(1, 4), "cases": "type"},
    {"key": "map", "kind": "map", "at": at(4, 4)},
    {"key": "flow", "kind": "flow", "at": at(7, 4)},
    {"key": "newest", "kind": "list", "at": at(10, 4), "of": "newest"},
    {"key": "late", "kind": "list", "at": at(1, 7), "of": "overdue"},
    {"key": "alarms", "kind": "list", "at": at(4, 7), "of": "alarms"},
    {"key": "words", "kind": "text", "at": at(7, 7), "text": {"zh": "值班电话 12345", "en": "Call 12345"}},
]
QUESTION: dict[str, Any] = {
    "clocks": LAMPS["clocks"],
    "case_types": [
        {"code": "cockpit.question", "title": {"zh": "领导批注", "en": "Question"}, "clocks": {"case": "one-day"}}
    ],
    "responsibilities": [{"case_type": "cockpit.question", "organisation": "urban"}],
}


def declare_scene(elements: list[dict[str, Any]] | None = None, key: str = "play.whole", pack: str = "play") -> None:
    scene = {"title": {"zh": "全貌", "en": "Whole"}, "elements": WHOLE if elements is None else elements}
    parsed = ScreenFile.model_validate({"scenes": {key: scene}})
    apply_scenes(SimpleNamespace(key=pack), parsed, actor=SYSTEM)  # type: ignore[arg-type]  # all it reads


def set_the_stage() -> None:
    """One indicator, one scene with every kind of element, and what a question becomes."""
    declare(LAMPS)
    declare(QUESTION, pack="cockpit")
    declare_indicators(accepted=ACCEPTED)
    declare_scene()
