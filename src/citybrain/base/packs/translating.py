"""Pydantic's errors as problems of a pack: with the line, in both languages, and with the key that was meant."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from citybrain.base.errors import catalogue
from citybrain.base.packs.documents import Document, full_width
from citybrain.base.packs.problems import Place, Problem, guess

KIND_OF_ERROR: Mapping[str, str] = {
    "missing": "packs.missing",
    "string_type": "packs.text_expected",
    "string_too_short": "packs.empty",
    "string_pattern_mismatch": "packs.pattern",
    "literal_error": "packs.choice",
    "enum": "packs.choice",
    "union_tag_invalid": "packs.choice",
    "int_type": "packs.whole_number",
    "int_from_float": "packs.whole_number",
    "int_parsing": "packs.whole_number",
    "float_type": "packs.number",
    "float_parsing": "packs.number",
    "bool_type": "packs.boolean",
    "bool_parsing": "packs.boolean",
    "dict_type": "packs.mapping",
    "model_type": "packs.mapping",
    "list_type": "packs.list",
    "tuple_type": "packs.list",
    "greater_than": "packs.bound",
    "greater_than_equal": "packs.bound",
    "less_than": "packs.bound",
    "less_than_equal": "packs.bound",
}
OF_ALTERNATIVES = {"packs.choice", "packs.mapping", "packs.list", "packs.text_expected", "packs.value"}
SIGNS = {"gt": ">", "ge": ">=", "lt": "<", "le": "<="}


def problems_of(error: ValidationError, schema: type[BaseModel], document: Document) -> list[Problem]:
    """One problem a place, in the order of the lines.

    Of the alternatives of a union the one is told that came furthest into the value.
    """
    first: dict[Place, Problem] = {}
    for problem in _without_misspelt([_problem(one, schema, document) for one in error.errors(include_url=False)]):
        first.setdefault(problem.place, problem)
    vague = {place[:end] for place in first for end in range(len(place))}
    kept = [one for place, one in first.items() if place not in vague or one.code not in OF_ALTERNATIVES]
    return sorted(kept, key=lambda problem: (problem.line, str(problem.place)))


def _without_misspelt(problems: list[Problem]) -> list[Problem]:
    """Without the keys that are missing only because they are misspelt: that is told where they stand."""
    meant = {(one.place[:-1], one.data["guess"]) for one in problems if one.code == "packs.unknown_key_guess"}
    return [one for one in problems if one.code != "packs.missing" or (one.place, one.data["key"]) not in meant]


def _problem(error: ErrorDetails, schema: type[BaseModel], document: Document) -> Problem:
    kind = error["type"]
    place = place_of(error["loc"], document.data)
    line = document.line_of(place)
    if kind == "missing" and error["loc"]:
        return Problem(document.path, line, place, "packs.missing", {"key": error["loc"][-1]})
    if kind == "extra_forbidden":
        return _unknown_key(place, schema, document)
    code = kind if kind in catalogue() else KIND_OF_ERROR.get(kind, "packs.value")
    return Problem(document.path, line, place, code, _data(error))


def _unknown_key(place: Place, schema: type[BaseModel], document: Document) -> Problem:
    key = str(place[-1])
    marks = full_width(key)
    if marks:
        data = {"key": key, "marks": marks}
        return Problem(document.path, document.line_of(place), place, "packs.full_width_key", data)
    known = {name for model in models_at(schema, place[:-1]) for name in keys_of(model)}
    near = {"key": key, "guess": guess(key, known), "allowed": ", ".join(sorted(known))}
    code = "packs.unknown_key_guess" if near["guess"] else "packs.unknown_key"
    return Problem(document.path, document.line_of(place), place, code, near)


def _data(error: ErrorDetails) -> dict[str, Any]:
    context = dict(error.get("ctx") or {})
    value = error.get("input")
    bound = next((f"{sign} {context[word]}" for word, sign in SIGNS.items() if word in context), "")
    shown = value if isinstance(value, str | int | float | bool) or value is None else type(value).__name__
    shown = context.get("tag", shown)
    about = {"why": error["msg"], "value": shown, "bound": bound, "pattern": ""}
    return {**about, "allowed": str(context.get("expected", context.get("expected_tags", ""))), **context}


def place_of(location: tuple[int | str, ...], data: Any) -> Place:
    """Pydantic's location without the names of union members, which are not keys of the file."""
    place: list[str | int] = []
    here = data
    for step in location:
        in_list = isinstance(here, list) and isinstance(step, int) and step < len(here)
        if in_list or (isinstance(here, dict) and step in here):
            here = here[step]
            place.append(step)
    return tuple(place)


def keys_of(model: type[BaseModel]) -> list[str]:
    """The keys of a mapping that becomes this model, as authors write them."""
    return [field.alias or name for name, field in model.model_fields.items()]


def models_at(schema: Any, place: Place) -> list[type[BaseModel]]:
    """The models that a place of a file may hold, found along the annotations of the schema."""
    kinds = list(_kinds(schema))
    if not place:
        return [kind for kind in kinds if isinstance(kind, type) and issubclass(kind, BaseModel)]
    step, rest = place[0], place[1:]
    return [model for kind in kinds for inner in _inside(kind, step) for model in models_at(inner, rest)]


def _inside(kind: Any, step: str | int) -> Iterator[Any]:
    """What stands under one key or index of a kind."""
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        for name, field in kind.model_fields.items():
            if step == (field.alias or name):
                yield field.annotation
    elif get_origin(kind) in (dict, Mapping):
        yield get_args(kind)[1]
    elif get_origin(kind) in (list, tuple):
        yield get_args(kind)[0]


def _kinds(annotation: Any) -> Iterator[Any]:
    """The alternatives of an annotation: unions opened, `Annotated` peeled."""
    origin = get_origin(annotation)
    if origin is Annotated:
        yield from _kinds(get_args(annotation)[0])
    elif origin in (Union, UnionType):
        for part in get_args(annotation):
            yield from _kinds(part)
    else:
        yield annotation
