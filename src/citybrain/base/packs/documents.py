"""Reading a pack's YAML so that every value knows the line it stands on.

The dialect is YAML 1.2 as people expect it: `true`/`false` are the only booleans (`no`, `on` stay text), `09:00` and
`2026-03-02` stay text, so does `007`; a key that stands twice in a mapping is an error and not silently the last one.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from citybrain.base.packs.problems import Place, Problem

MAX_BYTES = 4 * 1024 * 1024
MAX_DEPTH = 40
MAX_VALUES = 200_000
LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
INTEGER = re.compile(r"[-+]?(0|[1-9][0-9]*)\Z")
NUMBER = re.compile(r"[-+]?((0|[1-9][0-9]*)(\.[0-9]*)?|\.[0-9]+)([eE][-+]?[0-9]+)?\Z")
FULL_WIDTH = ("\uff1a", "\uff0c")
QUOTED = ("'", '"', "|", ">")
WORDS: Mapping[str, Any] = {
    "": None,
    "~": None,
    "null": None,
    "true": True,
    "false": False,
    ".inf": math.inf,
    "-.inf": -math.inf,
    ".nan": math.nan,
}


@dataclass(frozen=True)
class Document:
    """One YAML file: its data and, for each place in it (a tuple of keys and indexes), the line (from 1)."""

    path: Path
    data: Any
    lines: Mapping[Place, int] = field(default_factory=dict)

    def line_of(self, place: Place) -> int:
        """The line of a place; for a place that is not in the file, the line of the nearest one around it."""
        while place and place not in self.lines:
            place = place[:-1]
        return self.lines.get(place, 1)


class Unreadable(Exception):
    """A file that is not a YAML document; carries the problem with file and line."""

    def __init__(self, problem: Problem):
        super().__init__(str(problem))
        self.problem = problem


def read_document(path: Path) -> Document:
    """Read one YAML file; raises Unreadable with the line of the first thing that is wrong."""
    try:
        raw = path.read_bytes()
        if len(raw) > MAX_BYTES:
            raise _unreadable(path, 1, f"{len(raw)} bytes; at most {MAX_BYTES} are read")
        text = raw.decode("utf-8")
    except FileNotFoundError as error:
        raise Unreadable(Problem(path, 1, (), "packs.file_missing", {"file": path.name})) from error
    except UnicodeDecodeError as error:
        raise Unreadable(Problem(path, raw.count(b"\n", 0, error.start) + 1, (), "packs.not_utf8")) from error
    except OSError as error:
        raise _unreadable(path, 1, str(error)) from error
    return parse(text, path)


def parse(text: str, path: Path) -> Document:
    try:
        root = yaml.compose(text, Loader=LOADER)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark else 1
        why = error.problem or error.context or "not YAML"
        raise Unreadable(_full_width(path, text, line, why) or _unreadable(path, line, why).problem) from error
    except yaml.YAMLError as error:
        raise _unreadable(path, 1, str(error).splitlines()[0]) from error
    lines: dict[Place, int] = {(): 1}
    data = None if root is None else _build(root, (), lines, path)
    return Document(path, data, lines)


def full_width(text: str) -> str:
    """The colons and commas in a text that a Chinese keyboard writes and YAML does not take for signs."""
    return " ".join(mark for mark in FULL_WIDTH if mark in text)


def _full_width(path: Path, text: str, line: int, why: str) -> Problem | None:
    """The problem where such a sign stands in the line that cannot be read or in one of the two above it."""
    lines = text.splitlines()
    for at in range(line, max(0, line - 3), -1):
        marks = full_width(lines[at - 1]) if at <= len(lines) else ""
        if marks:
            return Problem(path, line, (), "packs.full_width", {"why": why, "at": at, "marks": marks})
    return None


def _unreadable(path: Path, line: int, why: str) -> Unreadable:
    return Unreadable(Problem(path, line, (), "packs.yaml", {"why": why}))


def _build(node: yaml.Node, place: Place, lines: dict[Place, int], path: Path) -> Any:
    lines.setdefault(place, node.start_mark.line + 1)
    if len(place) > MAX_DEPTH:
        raise _unreadable(path, node.start_mark.line + 1, f"nested deeper than {MAX_DEPTH} levels")
    if len(lines) > MAX_VALUES:
        raise _unreadable(path, node.start_mark.line + 1, f"more than {MAX_VALUES} values")
    if isinstance(node, yaml.MappingNode):
        return _build_mapping(node, place, lines, path)
    if isinstance(node, yaml.SequenceNode):
        return [_build(item, (*place, index), lines, path) for index, item in enumerate(node.value)]
    assert isinstance(node, yaml.ScalarNode)
    return _scalar(node)


def _build_mapping(node: yaml.MappingNode, place: Place, lines: dict[Place, int], path: Path) -> dict[str, Any]:
    built: dict[str, Any] = {}
    for key_node, value_node in node.value:
        line = key_node.start_mark.line + 1
        if not isinstance(key_node, yaml.ScalarNode):
            raise _unreadable(path, line, "a key must be a word")
        key = str(key_node.value)
        if key in built:
            first = lines[(*place, key)]
            raise Unreadable(Problem(path, line, (*place, key), "packs.key_twice", {"key": key, "first": first}))
        lines[(*place, key)] = line
        built[key] = _build(value_node, (*place, key), lines, path)
    return built


def _scalar(node: yaml.ScalarNode) -> Any:
    text = str(node.value)
    if node.style in QUOTED:
        return text
    if text in WORDS:
        return WORDS[text]
    if INTEGER.match(text):
        return int(text)
    return float(text) if NUMBER.match(text) else text
