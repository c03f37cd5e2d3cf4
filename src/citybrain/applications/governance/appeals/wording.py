"""The timeline of a case as citizens read it: what was done, by which organisation, and why it was refused.

Only the lines that stand in `timeline.yaml` are told, in its words. Notes among staff, clocks, requests for more time,
who was asked for help and names of people are none of them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from citybrain.base.accounts.redaction import without_contacts
from citybrain.base.packs.declared import Text
from citybrain.hubs.business.cases.models import Case, TimelineEntry
from citybrain.hubs.business.cases.queries.timeline import outcome_words

LANGUAGES = ("zh", "en")
TEXTS = Path(__file__).with_name("timeline.yaml")
_PERSON = re.compile(r"[\u4e00-\u9fff]{1,3}(?=(?:先生|女士|小姐|老师|师傅|大爷|大妈|阿姨|同志))")


@dataclass(frozen=True)
class Told:
    """One line."""

    at: datetime
    text: Text


@cache
def _texts() -> Mapping[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = yaml.safe_load(TEXTS.read_text(encoding="utf-8"))
    return found


def public_timeline(case: Case, *, since: datetime | None = None) -> list[Told]:
    """What happened to a case, oldest first; what was before `since` (one's own report) is passed over."""
    rows = TimelineEntry.objects.filter(case=case, key__in=list(_texts())).order_by("pk")
    return [_told(row) for row in rows if since is None or row.recorded_at >= since or row.key != "case.opened"]


def _told(row: TimelineEntry) -> Told:
    said = {language: _words(row.key, row.params, language) for language in LANGUAGES}
    return Told(row.at, Text.model_validate(said))


def _words(key: str, params: Mapping[str, Any], language: str) -> str:
    values = dict.fromkeys(("organisation", "outcome", "said"), "")
    organisation = params.get("organisation", "")
    values["organisation"] = organisation[language] if isinstance(organisation, Mapping) else str(organisation)
    if params.get("outcome"):
        values["outcome"] = outcome_words(str(params["outcome"]))[language]
    said = params.get("reason") or params.get("summary") or params.get("note") or ""
    if isinstance(said, Mapping):
        said = said[language]
    if said:
        colon = "：" if language == "zh" else ": "
        values["said"] = f"{colon}{without_people(str(said))}"
    return _texts()[key][language].format_map(values).strip()


def without_people(text: str) -> str:
    """The text without contacts, and without the names before 先生, 女士 and the like."""
    return _PERSON.sub("**", without_contacts(text))
