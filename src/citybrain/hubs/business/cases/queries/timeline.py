"""A case's timeline, put into words when it is read."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from citybrain.hubs.business.cases.models import Case, TimelineEntry

LANGUAGES = ("zh", "en")
PLATFORM = {
    "system:work": {"zh": "系统", "en": "The platform"},
    "system:dispatch": {"zh": "自动派遣", "en": "Automatic dispatch"},
    "system:triage": {"zh": "自动归并", "en": "Automatic triage"},
    "system:clock": {"zh": "时限监督", "en": "The clock"},
}
CITIZEN = {"zh": "市民", "en": "A citizen"}
AFTER_COLON = frozenset({"note", "summary"})
"""Parts that may be missing and then leave no colon behind."""
UNITS = {
    "minutes": {"zh": "分钟", "en": "minutes"},
    "hours": {"zh": "小时", "en": "hours"},
    "days": {"zh": "天", "en": "days"},
    "working_minutes": {"zh": "工作分钟", "en": "working minutes"},
    "working_hours": {"zh": "工作小时", "en": "working hours"},
    "working_days": {"zh": "个工作日", "en": "working days"},
}


@dataclass(frozen=True)
class Entry:
    """One line: what happened in both languages, who did it, when, and because of what."""

    id: int
    kind: str
    key: str
    text: dict[str, str]
    actor: dict[str, str]
    actor_key: str
    at: datetime
    recorded_at: datetime
    event: str
    cause: str


@cache
def _texts(name: str) -> Mapping[str, dict[str, str]]:
    path = Path(__file__).resolve().parents[1] / name
    found: dict[str, dict[str, str]] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return found


def finishing_notes(numbers: Collection[str]) -> dict[str, str]:
    """What was said when these cases were last finished, by their numbers; of those that were."""
    rows = TimelineEntry.objects.filter(case__number__in=sorted(numbers), key="case.finished").order_by("pk")
    return {number: str(params.get("note", "")) for number, params in rows.values_list("case__number", "params")}


def timeline(case: Case) -> list[Entry]:
    """Everything that happened to a case, in the order in which the city learned of it."""
    return [_entry(row) for row in TimelineEntry.objects.filter(case=case).order_by("pk")]


def _entry(row: TimelineEntry) -> Entry:
    return Entry(
        id=row.pk,
        kind=row.kind,
        key=row.key,
        text={language: words_of(row.key, row.params, language) for language in LANGUAGES},
        actor=_actor(row),
        actor_key=row.actor_key,
        at=row.at,
        recorded_at=row.recorded_at,
        event=row.event,
        cause=row.cause,
    )


def _actor(row: TimelineEntry) -> dict[str, str]:
    if row.actor_key.startswith("reporter:"):
        return CITIZEN
    return PLATFORM.get(row.actor_key, dict.fromkeys(LANGUAGES, row.actor_label))


class _Words(dict[str, str]):
    def __missing__(self, name: str) -> str:
        return ""


def words_of(key: str, params: Mapping[str, Any], language: str) -> str:
    """One line in one language; an unknown key reads as itself, so that nothing that happened is hidden."""
    template = _texts("timeline.yaml").get(key)
    if template is None:
        return key
    words = _Words({name: _word(name, value, language) for name, value in params.items()})
    return template[language].format_map(words)


def outcome_words(outcome: str) -> dict[str, str]:
    """How a case ended, in both languages."""
    return _texts("outcomes.yaml").get(outcome) or dict.fromkeys(LANGUAGES, outcome)


def _word(name: str, value: Any, language: str) -> str:
    if isinstance(value, Mapping) and language in value:
        value = value[language]
    if isinstance(value, Mapping) and "unit" in value:
        space = "" if language == "zh" else " "
        return f"{value['amount']}{space}{UNITS[value['unit']][language]}"
    if name == "outcome":
        return outcome_words(str(value))[language]
    text = str(value)
    if name in AFTER_COLON and text:
        return f"：{text}" if language == "zh" else f": {text}"
    if name == "into" and text:
        return f"（见{text}）" if language == "zh" else f" (see {text})"
    return text
