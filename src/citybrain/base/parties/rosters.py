"""Reading a roster of organisations: YAML, JSON or CSV. A wrong entry is named by file and line and left out.

    organisations:                 # or a bare list
      - code: gov
        name: 襄阳市人民政府
        kind: government           # a word of your own; default department
        region: "4206"             # code of the region it looks after
        posts: [{code: duty, name: 值班长}]
        children:
          - {code: urban, name: 市城管执法委}

An entry at the top may name an organisation that exists already as its `parent`. CSV has the columns
`code,name[,parent,kind,region,name_en]`. JSON is read as the YAML that it is, so that its entries have lines too.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from citybrain.base.errors import BadInput, FieldError
from citybrain.base.parties.types import OrganisationRow, PostRow
from citybrain.base.querying.trees import check_code

COLUMNS = ("code", "name", "parent", "kind", "region", "name_en")
LISTS = ("posts", "children")
TEXTS = {"name": 120, "name_en": 120, "kind": 32}
DEEPEST = 64


def read_roster(path: Path) -> tuple[list[OrganisationRow], list[FieldError]]:
    """The organisations of a file, each after the one above it where the file says so, and what was left out.

    Raises BadInput `party.source` when the file cannot be read at all, `party.columns` when a table has no heading.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise BadInput("party.source", file=str(path), why=str(error)) from error
    return read_roster_text(path, text)


def read_roster_text(path: Path, text: str) -> tuple[list[OrganisationRow], list[FieldError]]:
    """The same for a text that was read already; `path` names it and says by its suffix what it is."""
    problems: list[FieldError] = []
    if path.suffix.lower() == ".csv":
        entries = _csv_rows(path, text, problems)
    else:
        entries = _yaml_rows(path, _untabbed(text) if path.suffix.lower() == ".json" else text, problems)
    rows: dict[str, OrganisationRow] = {}
    for row in entries:
        if row.code in rows:
            problems.append(FieldError(row.where, "party.row_twice", {"organisation": row.code}))
        elif (problem := _wrong(row)) is not None:
            problems.append(problem)
        else:
            rows[row.code] = row
    return list(rows.values()), problems


def _wrong(row: OrganisationRow) -> FieldError | None:
    """Why a row cannot be taken, by itself."""
    for code in (row.code, *(post.code for post in row.posts)):
        try:
            check_code(code)
        except BadInput as error:
            return FieldError(row.where, error.code, error.data)
    for column, limit in TEXTS.items():
        value = getattr(row, column)
        if len(value) > limit or (not value and column != "name_en"):
            return FieldError(row.where, "party.row_text", {"column": column, "limit": limit})
    if len({post.code for post in row.posts}) < len(row.posts) or not all(post.name for post in row.posts):
        return FieldError(row.where, "party.row_posts")
    return None


def _csv_rows(path: Path, text: str, problems: list[FieldError]) -> Iterator[OrganisationRow]:
    reader = csv.reader(text.splitlines(keepends=True), strict=True)
    header = [name.strip() for name in next(reader, [])]
    if not {"code", "name"} <= set(header) <= set(COLUMNS):
        raise BadInput("party.columns", file=path.name, columns=", ".join(COLUMNS))
    while True:
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            problems.append(FieldError(f"{path.name}:{reader.line_num}", "party.row_unreadable", {"why": str(error)}))
            continue
        where = f"{path.name}:{reader.line_num}"
        if cells and len(cells) != len(header):
            problems.append(FieldError(where, "party.row_cells", {"found": len(cells), "expected": len(header)}))
        elif cells:
            row = {name: cell.strip() for name, cell in zip(header, cells, strict=True)}
            yield _row(where, row, row.get("parent") or None, ())


def _untabbed(text: str) -> str:
    """JSON may be indented with tabs, YAML may not; inside a string of JSON no tab can stand."""
    return text.replace("\t", " ")


def _yaml_rows(path: Path, text: str, problems: list[FieldError]) -> Iterator[OrganisationRow]:
    try:
        document = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f"{path}:{mark.line + 1}" if mark else str(path)
        raise BadInput("party.source", file=where, why=getattr(error, "problem", None) or str(error)) from error
    if isinstance(document, yaml.MappingNode):
        document = next((value for key, value in document.value if key.value == "organisations"), document)
    if not isinstance(document, yaml.SequenceNode):
        raise BadInput("party.source", file=str(path), why="a list of organisations is expected")
    yield from _yaml_list(path.name, document, None, problems)


def _yaml_list(
    file: str, entries: yaml.SequenceNode, parent: str | None, problems: list[FieldError], depth: int = 0
) -> Iterator[OrganisationRow]:
    for entry in entries.value:
        where = f"{file}:{entry.start_mark.line + 1}"
        parts = _parts(entry)
        why = _why_unreadable(parts, parent, depth)
        if why:
            problems.append(FieldError(where, "party.row_unreadable", {"why": why}))
            continue
        said = {key: _text(parts[key]) for key in COLUMNS if key in parts}
        row = _row(where, said, parent or said.get("parent") or None, _posts(parts.get("posts")))
        yield row
        children = parts.get("children")
        if isinstance(children, yaml.SequenceNode):
            yield from _yaml_list(file, children, row.code, problems, depth + 1)


def _parts(node: yaml.Node) -> dict[str, yaml.Node]:
    if not isinstance(node, yaml.MappingNode):
        return {}
    return {str(key.value): value for key, value in node.value if isinstance(key, yaml.ScalarNode)}


def _why_unreadable(parts: dict[str, yaml.Node], parent: str | None, depth: int) -> str:
    """Why an entry is no organisation, blank when it is one."""
    if not parts or depth > DEEPEST:
        return "not an organisation" if not parts else f"deeper than {DEEPEST} levels"
    unknown = sorted(set(parts) - {*COLUMNS, *LISTS})
    if unknown:
        return f"unknown key {', '.join(unknown)}"
    wrong = [key for key in COLUMNS if key in parts and not isinstance(parts[key], yaml.ScalarNode)]
    lists = [key for key in LISTS if key in parts and not isinstance(parts[key], yaml.SequenceNode)]
    if wrong or lists:
        return f"{', '.join([*wrong, *lists])} is not what is expected there"
    return "parent stands in the nesting already" if parent is not None and "parent" in parts else ""


def _posts(node: yaml.Node | None) -> tuple[PostRow, ...]:
    if not isinstance(node, yaml.SequenceNode):
        return ()
    said = [{key: _text(value) for key, value in _parts(post).items()} for post in node.value]
    return tuple(PostRow(one.get("code", ""), one.get("name", ""), one.get("name_en", "")) for one in said)


def _text(node: yaml.Node) -> str:
    """A scalar as it is written: the code 0123 stays 0123."""
    return "" if node.tag.endswith(":null") else str(node.value).strip()


def _row(where: str, said: dict[str, Any], parent: str | None, posts: tuple[PostRow, ...]) -> OrganisationRow:
    return OrganisationRow(
        where=where,
        code=said.get("code", ""),
        name=said.get("name", ""),
        parent=parent,
        kind=said.get("kind") or "department",
        region=said.get("region") or None,
        name_en=said.get("name_en", ""),
        posts=posts,
    )
