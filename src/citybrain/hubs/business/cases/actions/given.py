"""What somebody hands in with a step: checked once, before anything changes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from pydantic import ValidationError

from citybrain.base.errors import BadInput, FieldError
from citybrain.base.parties.models import Organisation
from citybrain.hubs.business.cases.loops import Transition
from citybrain.hubs.business.cases.manifest import Duration

LONGEST = {"reason": 500, "note": 2000, "summary": 5000}
MOST_FILES = 50


@dataclass(frozen=True)
class Given:
    """The fields of a step; those that the step does not ask for may be there all the same (a note with an
    acceptance).
    """

    reason: str = ""
    note: str = ""
    summary: str = ""
    evidence: tuple[str, ...] = ()
    organisation: Organisation | None = None
    duration: Duration | None = None
    person: int | None = None
    into: str = ""
    outcome: str = ""
    why: dict[str, Any] | None = None
    told: dict[str, str] | None = None
    """The note in every language, where the platform itself wrote it."""


def read_given(step: Transition, fields: dict[str, Any]) -> Given:
    """Read and check the fields of a step; raises BadInput that names every field that is missing or wrong."""
    unknown = sorted(set(fields) - set(Given.__dataclass_fields__))
    wrong = [FieldError(name, "case.unknown_field", {"field": name}) for name in unknown]
    given = Given()
    for name, value in fields.items():
        if value is None or name in unknown:
            continue
        try:
            given = replace(given, **{name: _READERS.get(name, _as_is)(name, value)})
        except BadInput as error:
            wrong.extend(error.fields)
    missing = [name for name in step.asks if not getattr(given, name) and name not in {error.field for error in wrong}]
    wrong += [FieldError(name, "input.required") for name in missing]
    if wrong:
        raise BadInput("input.invalid", fields=tuple(wrong))
    return given


def _refuse(name: str, why: str, **data: Any) -> BadInput:
    return BadInput("input.invalid", fields=(FieldError(name, why, data),))


def _as_is(name: str, value: Any) -> Any:
    return value


def _text(name: str, value: Any) -> str:
    if not isinstance(value, str) or len(value) > LONGEST[name]:
        raise _refuse(name, "case.text_too_long", longest=LONGEST[name])
    return value.strip()


def _evidence(name: str, value: Any) -> tuple[str, ...]:
    files = tuple(dict.fromkeys(str(one) for one in value)) if isinstance(value, list | tuple) else ()
    if len(files) > MOST_FILES or not all(0 < len(one) <= 64 for one in files):
        raise _refuse(name, "case.evidence", most=MOST_FILES)
    return files


def _organisation(name: str, value: Any) -> Organisation:
    if isinstance(value, Organisation):
        return value
    found = Organisation.objects.filter(code=str(value), is_active=True).first()
    if found is None:
        raise _refuse(name, "case.unknown_organisation", code=str(value))
    return found


def _duration(name: str, value: Any) -> Duration:
    try:
        return value if isinstance(value, Duration) else Duration.model_validate(value)
    except ValidationError as error:
        raise _refuse(name, "case.duration") from error


_READERS: dict[str, Callable[[str, Any], Any]] = {
    "reason": _text,
    "note": _text,
    "summary": _text,
    "evidence": _evidence,
    "organisation": _organisation,
    "duration": _duration,
}
