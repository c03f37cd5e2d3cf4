"""The words of parts: `parts.yaml`, in both languages."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import yaml

LANGUAGES = ("zh", "en")


@cache
def catalogue() -> Mapping[str, Mapping[str, Any]]:
    found: Mapping[str, Mapping[str, Any]] = yaml.safe_load(
        Path(__file__).with_name("parts.yaml").read_text(encoding="utf-8")
    )
    return found


def said(name: str, word: str, figures: Mapping[str, Any]) -> dict[str, str]:
    """A text of a part in both languages; what was found says nothing where a figure is missing."""
    kind, _, process = name.partition(" ")
    values = {**figures, "process": process}
    if word == "found" and figures.get("is_none"):
        word = "none"
    templates: Mapping[str, str] = catalogue()[kind][word]
    try:
        return {language: templates[language].format_map(values) for language in LANGUAGES}
    except KeyError:
        error = str(figures.get("error", ""))
        return dict.fromkeys(LANGUAGES, error)


def link(name: str) -> str:
    return str(catalogue()[name.partition(" ")[0]]["link"])
