"""Reading a pack: YAML, operators' overrides, types; what is wrong becomes problems, never an exception."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from citybrain.base.errors import catalogue
from citybrain.base.packs.contents import Contents, files_of
from citybrain.base.packs.discovery import MANIFEST, Source, key_of
from citybrain.base.packs.documents import Document, Unreadable, read_document
from citybrain.base.packs.layers import Change, layered
from citybrain.base.packs.manifest import Manifest
from citybrain.base.packs.problems import Place, Problem, guess
from citybrain.base.packs.sections import Section, section_of, sections

KIND_OF_ERROR: Mapping[str, str] = {
    "missing": "packs.missing",
    "string_type": "packs.text_expected",
    "string_too_short": "packs.empty",
    "string_pattern_mismatch": "packs.pattern",
    "literal_error": "packs.choice",
    "enum": "packs.choice",
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
SIGNS = {"gt": ">", "ge": ">=", "lt": "<", "le": "<="}


def read_pack(source: Source, changes: Iterable[Change] = ()) -> Contents:
    """Read and type one pack, with the operators' changes laid over it. `contents.problems` says what is wrong."""
    contents = Contents(source)
    changes = tuple(changes)
    manifest = _read_file(contents, MANIFEST, Manifest, ())
    if isinstance(manifest, Manifest):
        contents.manifest = manifest
    for relative, section in _section_files(contents):
        parsed = _read_file(contents, relative, section.schema, [one for one in changes if one.section == relative])
        if parsed is not None:
            contents.sections[relative] = parsed
    _check_files(contents)
    return contents


def _section_files(contents: Contents) -> list[tuple[str, Section]]:
    """The YAML files that somebody reads, in the order in which they are applied; the rest is a problem."""
    found = []
    for path in files_of(contents.folder):
        relative = path.relative_to(contents.folder).as_posix()
        if relative == MANIFEST or path.suffix not in (".yaml", ".yml"):
            continue
        section = section_of(relative)
        if section is not None:
            found.append((relative, section))
        elif not _is_listed(contents, relative):
            known = [MANIFEST, *(one.file for one in sections())]
            data = {"file": relative, "guess": guess(relative, known) or ", ".join(known)}
            contents.problems.append(Problem(path, 1, (), "packs.unknown_file", data))
    return sorted(found, key=lambda pair: (pair[1].order, pair[0]))


def _is_listed(contents: Contents, relative: str) -> bool:
    return contents.manifest is not None and relative in contents.manifest.files


def _read_file(
    contents: Contents, relative: str, schema: type[BaseModel], changes: Iterable[Change]
) -> BaseModel | None:
    try:
        document = read_document(contents.folder / relative)
    except Unreadable as error:
        contents.problems.append(error.problem)
        return None
    data, wrong = layered(document, changes)
    contents.problems.extend(wrong)
    contents.documents[relative] = Document(document.path, data, document.lines)
    if not isinstance(data, dict):
        contents.problems.append(Problem(document.path, 1, (), "packs.mapping", {}))
        return None
    try:
        return schema.model_validate(data)
    except ValidationError as error:
        contents.problems.extend(problems_of(error, contents.documents[relative]))
        return None


def problems_of(error: ValidationError, document: Document) -> list[Problem]:
    """Pydantic's errors as problems with the line they stand on."""
    found = [_problem(one, document) for one in error.errors(include_url=False)]
    return sorted(set_of_places(found), key=lambda problem: (problem.line, problem.place))


def set_of_places(found: list[Problem]) -> list[Problem]:
    """One problem a place: of the alternatives of a union the first is told."""
    first: dict[Place, Problem] = {}
    for problem in found:
        first.setdefault(problem.place, problem)
    return list(first.values())


def _problem(error: ErrorDetails, document: Document) -> Problem:
    context = dict(error.get("ctx") or {})
    kind = error["type"]
    place = _place(error["loc"], document.data)
    if kind == "missing" and error["loc"]:
        return Problem(document.path, document.line_of(place), place, "packs.missing", {"key": error["loc"][-1]})
    if kind.startswith("packs.unknown_key") and "key" in context:
        place = (*place, context["key"])
    code = kind if kind in catalogue() else KIND_OF_ERROR.get(kind, "packs.value")
    return Problem(document.path, document.line_of(place), place, code, _data(error, context))


def _data(error: ErrorDetails, context: dict[str, Any]) -> dict[str, Any]:
    value = error.get("input")
    bound = next((f"{sign} {context[word]}" for word, sign in SIGNS.items() if word in context), "")
    shown = value if isinstance(value, str | int | float | bool) or value is None else type(value).__name__
    return {
        "why": error["msg"],
        "value": shown,
        "bound": bound,
        "allowed": str(context.get("expected", "")),
        "pattern": context.get("pattern", ""),
        **context,
    }


def _place(location: tuple[int | str, ...], data: Any) -> Place:
    """Pydantic's location without the names of union members, which are not keys of the file."""
    place: list[str | int] = []
    here = data
    for step in location:
        if (isinstance(here, dict) and step in here) or (
            isinstance(here, list) and isinstance(step, int) and step < len(here)
        ):
            here = here[step]
        else:
            continue
        place.append(step)
    return tuple(place)


def _check_files(contents: Contents) -> None:
    manifest = contents.manifest
    if manifest is None:
        return
    document = contents.documents[MANIFEST]

    def wrong(place: Place, code: str, **data: Any) -> None:
        contents.problems.append(Problem(document.path, document.line_of(place), place, code, data))

    folder = key_of(contents.source.folder)
    if manifest.key != folder:
        wrong(("key",), "packs.key_is_not_folder", key=manifest.key, folder=folder)
    for index, name in enumerate(manifest.files):
        if not (contents.folder / name).is_file():
            wrong(("files", index), "packs.file_missing", file=name)
