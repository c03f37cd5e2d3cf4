"""What is wrong with a pack, where, and what would be right."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from citybrain.base.errors import text_of

Place = tuple[str | int, ...]
ENDS = (".", "!", "?", "…", "\u3002", "\uff01", "\uff1f")


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong: file and line, the place in the file (`rules/high/clear_at`), a code with data."""

    file: Path
    line: int
    place: Place
    code: str
    data: Mapping[str, Any] = field(default_factory=dict)

    def text(self, language: str = "en") -> str:
        return text_of(self.code, "title", language, self.data)

    def cure(self, language: str = "en") -> str:
        return text_of(self.code, "cure", language, self.data)

    def __str__(self) -> str:
        return self.sentence("en")

    def sentence(self, language: str = "en") -> str:
        """`file:line: place: what is wrong. What to do.`: the form that editors jump to."""
        where = f" {spell(self.place)}:" if self.place else ""
        said = self.text(language)
        stop = "" if said.endswith(ENDS) else "。" if language.startswith("zh") else "."
        words = f"{said}{stop} {self.cure(language)}"
        return f"{self.file}:{self.line}:{where} {words}".rstrip()

    def row(self) -> dict[str, Any]:
        """JSON-able, for the database and the API."""
        return {
            "file": self.file.name,
            "line": self.line,
            "place": spell(self.place),
            "code": self.code,
            "text": {language: self.text(language) for language in ("zh", "en")},
            "cure": {language: self.cure(language) for language in ("zh", "en")},
        }


def spell(place: Place) -> str:
    return "/".join(map(str, place))


def guess(word: str, known: Iterable[str]) -> str:
    """The known word nearest to a wrong one, or an empty text when none is near."""
    near = difflib.get_close_matches(word, sorted(known), n=1, cutoff=0.6)
    return near[0] if near else ""
