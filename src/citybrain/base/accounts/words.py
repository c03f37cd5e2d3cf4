"""Query parameters that hold one of the words there are: another word is refused and not answered with nothing.

State = Annotated[str, Word("case state", lambda: catalogue().states)]
class CaseQuery(Schema):
    state: list[State] = []
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic_core import PydanticCustomError, core_schema

from citybrain.base.errors import FieldError

MOST_SHOWN = 40
LONGEST = 200


@dataclass(frozen=True, eq=False)
class Word:
    """A text that is one of the words of a vocabulary, as it is at the moment of asking, or nothing (`Annotated[str,
    Word(…)]`).
    """

    vocabulary: str
    words: Callable[[], Iterable[str]]

    def check(self, value: str) -> str:
        known = set(self.words()) if value else ()
        if value and value not in known:
            allowed = nearest_first(value, known)
            raise PydanticCustomError("input.not_allowed", "not one of the words", {"value": value, "allowed": allowed})
        return value

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> core_schema.CoreSchema:
        return core_schema.no_info_after_validator_function(self.check, handler(source))

    def __get_pydantic_json_schema__(
        self, schema: core_schema.CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        return {**handler(schema), "maxLength": LONGEST, "x-vocabulary": self.vocabulary}


def nearest_first(value: str, known: Iterable[str]) -> str:
    """What may be written instead, whatever is spelt like it at the top; a long list is cut."""
    rest = sorted(known)
    near = difflib.get_close_matches(value, rest, n=3, cutoff=0.5)
    ordered = [*near, *(one for one in rest if one not in near)]
    more = len(ordered) - MOST_SHOWN
    return ", ".join(ordered[:MOST_SHOWN]) + (f" … (+{more})" if more > 0 else "")


def unknown_parameters(given: Iterable[str], known: Iterable[str]) -> tuple[FieldError, ...]:
    """A refusal for each query parameter that an address does not have."""
    names = set(known)
    return tuple(
        FieldError(name, "input.unknown_parameter", {"name": name, "allowed": nearest_first(name, names) or "–"})
        for name in dict.fromkeys(given)
        if name not in names
    )
