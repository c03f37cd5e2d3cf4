"""Reading a pack: YAML, operators' overrides, types; what is wrong becomes problems, never an exception."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from pydantic import BaseModel, ValidationError

from citybrain.base.packs.contents import Contents, files_of
from citybrain.base.packs.discovery import MANIFEST, Source, key_of
from citybrain.base.packs.documents import Document, Unreadable, read_document
from citybrain.base.packs.layers import Change, layered
from citybrain.base.packs.manifest import Manifest
from citybrain.base.packs.problems import Place, Problem, guess
from citybrain.base.packs.sections import Section, section_of, sections
from citybrain.base.packs.translating import problems_of


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
        contents.problems.extend(problems_of(error, schema, contents.documents[relative]))
        return None


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
