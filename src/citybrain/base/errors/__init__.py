"""The one exception tree of CityBrain, and the words that go with it.

    CityError                         every refusal that a person can read; code + data + text in zh-CN and en
    ├── BadInput            400/422   the input is wrong: says which field, why and what would be right
    │   └── BatchRejected   422       nothing of a batch could be taken
    ├── NotSignedIn         401       no valid session or token
    ├── Forbidden           403       signed in, but this is not yours to do
    ├── NotFound            404       does not exist, or is not visible to you (both read the same)
    ├── Conflict            409       the state of the thing does not allow it, or somebody was faster
    ├── TooLarge            413       body or file over its limit
    ├── TooMany             429       back-pressure: try again after `retry_after` seconds
    ├── Unavailable         503       a part is off or full: says which, and what to do
    └── Misconfigured                 start-up refuses a wrong configuration in one sentence

A code is `family.word` (for example `case.not_yours`); its texts stand in a `errors.yaml` beside the app that raises
it and are registered by `load_catalogue`. Every text has `title` (what happened) and `cure` (what to do).
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

__all__ = [
    "BadInput",
    "BatchRejected",
    "CityError",
    "Conflict",
    "FieldError",
    "Forbidden",
    "Misconfigured",
    "NotFound",
    "NotSignedIn",
    "TooLarge",
    "TooMany",
    "Unavailable",
    "catalogue",
    "load_catalogue",
    "text_of",
]


@dataclass(frozen=True)
class FieldError:
    """One wrong field: where it stands (`reading[3].at`), why it is refused, and what would be right."""

    field: str
    code: str
    data: Mapping[str, Any] = dataclasses.field(default_factory=dict)

    def reason(self, language: str) -> str:
        return text_of(self.code, "title", language, self.data)

    def document(self, language: str) -> dict[str, Any]:
        """What a client reads, in `zh` or `en`: the same in problem documents and for the rejected rows of a batch."""
        cure = text_of(self.code, "cure", language, self.data)
        return {"field": self.field, "code": self.code, "reason": self.reason(language), "cure": cure}


class CityError(Exception):
    """A refusal with a code, data for the text, and optionally the fields that are wrong."""

    status = 500

    def __init__(
        self, code: str, *, fields: tuple[FieldError, ...] = (), retry_after: float | None = None, **data: Any
    ):
        super().__init__(code)
        self.code = code
        self.data = data
        self.fields = fields
        self.retry_after = retry_after

    def title(self, language: str = "en") -> str:
        return text_of(self.code, "title", language, self.data)

    def cure(self, language: str = "en") -> str:
        return text_of(self.code, "cure", language, self.data)

    def __str__(self) -> str:
        detail = "; ".join(f"{f.field}: {f.reason('en')}" for f in self.fields)
        return " ".join(part for part in (self.title(), detail, self.cure()) if part)

    def problem(self, language: str) -> dict[str, Any]:
        """The RFC 9457 problem document of this error, in `zh` or `en`."""
        document: dict[str, Any] = {
            "type": f"/docs/errors#{self.code}",
            "title": self.title(language),
            "status": self.status,
            "code": self.code,
            "detail": self.cure(language),
        }
        if self.fields:
            document["errors"] = [field.document(language) for field in self.fields]
        return document


class BadInput(CityError):
    status = 422


class BatchRejected(BadInput):
    pass


class NotSignedIn(CityError):
    status = 401


class Forbidden(CityError):
    status = 403


class NotFound(CityError):
    status = 404


class Conflict(CityError):
    status = 409


class TooLarge(CityError):
    status = 413


class TooMany(CityError):
    status = 429


class Unavailable(CityError):
    status = 503


class Misconfigured(CityError):
    status = 500


_catalogue: dict[str, dict[str, dict[str, str]]] = {}
_loaded: set[Path] = set()


def load_catalogue(path: Path) -> None:
    """Register the texts of one `errors.yaml` (`code: {title: {zh, en}, cure: {zh, en}}`); refuses a code twice."""
    if path in _loaded:
        return
    entries = yaml.safe_load(path.read_text(encoding="utf-8")) or {}
    for code, texts in entries.items():
        if code in _catalogue:
            raise ValueError(f"error code {code} stands in two catalogues ({path})")
        for part in ("title", "cure"):
            if sorted(texts.get(part, {})) != ["en", "zh"] or not all(texts[part].values()):
                raise ValueError(f"{path}: {code}.{part} needs a text in zh and in en, and nothing else")
        _catalogue[code] = texts
    _loaded.add(path)


def load_all(root: Path | None = None) -> None:
    """Register every `errors.yaml` of the installed platform (no Django needed)."""
    for path in sorted((root or Path(__file__).resolve().parents[2]).rglob("errors.yaml")):
        load_catalogue(path)


def catalogue() -> Mapping[str, dict[str, dict[str, str]]]:
    """All codes with their texts, for the docs and for the test that every code is documented."""
    load_all()
    return _catalogue


class _Blank(dict[str, Any]):
    def __missing__(self, key: str) -> str:
        return f"<{key}>"


def text_of(code: str, part: str, language: str, data: Mapping[str, Any]) -> str:
    """The text of a code in `zh` or `en`; an unknown code reads as itself, so that a refusal is never hidden.

    A value of `data` that is `{zh, en}` itself is said in the same language.
    """
    if code not in _catalogue:
        load_all()
    texts = _catalogue.get(code)
    if texts is None:
        return code
    spoken = "zh" if language.startswith("zh") else "en"
    template = texts[part].get(spoken, code)
    return template.format_map(_Blank({name: _said(value, spoken) for name, value in data.items()}))


def _said(value: Any, language: str) -> Any:
    return value[language] if isinstance(value, dict) and value.keys() == {"zh", "en"} else value
