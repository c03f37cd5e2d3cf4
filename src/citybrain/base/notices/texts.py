"""The words of notices: `notices.yaml` beside the app that sends them, in both languages.

    case.dispatched:
      title: {zh: "新任务：{number}", en: "New task: {number}"}
      text: {zh: "请于 {due_at} 前办结", en: "To be finished by {due_at}"}
      name: {zh: 新任务, en: New task}
      link: /console/cases
      data: [case_type]

The placeholders, and the names under `data`, are all that a notice of this key may carry. `name` is what its kind is
called where people choose what they want to hear; `link` is the page for it, where its subject has none of its own.
`lines`, where a notice carries them, are `{zh: …, en: …, link: …}`. A field whose name ends in
`_at` is a time and is written in the city's time zone; a field `{zh: …, en: …}` is written in the reader's language.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, tzinfo
from functools import cache
from pathlib import Path
from string import Formatter
from typing import Any
from urllib.parse import quote

import yaml

LANGUAGES = ("zh", "en")
PLACEHOLDER = re.compile(r"\{[^}]*\}")
ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class NoticeText:
    """The words of one key, and the fields that fill them in."""

    key: str
    title: Mapping[str, str]
    text: Mapping[str, str]
    fields: frozenset[str]
    more: frozenset[str] = frozenset()
    name: Mapping[str, str] = field(default_factory=dict)
    link: str = ""

    @property
    def called(self) -> Mapping[str, str]:
        """What this kind is called; without a name of its own its title, with the fields left open."""
        return self.name or {language: PLACEHOLDER.sub("…", title) for language, title in self.title.items()}

    def check(self, data: Mapping[str, Any]) -> None:
        """Raises ValueError when a field is missing or one is given that this key does not carry."""
        missing, unknown = self.fields - set(data), set(data) - self.fields - self.more
        if missing or unknown:
            words = [f"lacks {', '.join(sorted(missing))}"] if missing else []
            words += [f"does not carry {', '.join(sorted(unknown))}"] if unknown else []
            raise ValueError(f"the notice {self.key} {' and '.join(words)}")

    def render(self, data: Mapping[str, Any], language: str, zone: tzinfo) -> tuple[str, str]:
        """Title and text in a language."""
        spoken = "zh" if language.startswith("zh") else "en"
        words = {name: _word(name, value, spoken, zone) for name, value in data.items()}
        return self.title[spoken].format_map(words), self.text.get(spoken, "").format_map(words)


def _word(name: str, value: Any, language: str, zone: tzinfo) -> Any:
    if isinstance(value, dict):
        return value.get(language, "")
    if name.endswith("_at") and isinstance(value, str):
        return datetime.fromisoformat(value).astimezone(zone).strftime("%Y-%m-%d %H:%M")
    return value


@cache
def catalogue() -> Mapping[str, NoticeText]:
    """All keys of the installed platform; refuses a key twice, a missing language, languages that differ in fields."""
    found: dict[str, NoticeText] = {}
    for path in sorted(ROOT.rglob("notices.yaml")):
        for key, entry in (yaml.safe_load(path.read_text(encoding="utf-8")) or {}).items():
            if key in found:
                raise ValueError(f"the notice {key} stands in two catalogues ({path})")
            found[key] = read_entry(key, entry, path)
    return found


def read_entry(key: str, entry: Mapping[str, Any], path: Path) -> NoticeText:
    title, text = entry.get("title", {}), entry.get("text", {})
    name = entry.get("name", {})
    for part in filter(None, (title, text, name)):
        missing = [language for language in LANGUAGES if not part.get(language)]
        if missing:
            raise ValueError(f"{path}: {key} has no text in {', '.join(missing)}")
    fields = {language: placeholders(title[language]) | placeholders(text.get(language, "")) for language in LANGUAGES}
    if fields["zh"] != fields["en"]:
        raise ValueError(f"{path}: {key} has other fields in zh than in en")
    more = frozenset(entry.get("data", ()))
    return NoticeText(key, title, text, frozenset(fields["zh"]), more, name, entry.get("link", ""))


def placeholders(template: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(template) if name}


def text_of(key: str) -> NoticeText:
    """Raises ValueError for a key that no `notices.yaml` declares."""
    found = catalogue().get(key)
    if found is None:
        raise ValueError(f"the notice {key} stands in no notices.yaml")
    return found


PLACES = {"case": "/console/cases/{key}", "report": "/console/reports/{key}"}
"""The page of a subject, by its kind."""


def link_of(key: str, subject: str) -> str:
    """The page that a notice is about, as a path; empty when there is none."""
    kind, _, number = subject.partition("/")
    place = PLACES.get(kind)
    return place.format(key=quote(number)) if place and number else text_of(key).link
