"""Reading a mapping's YAML so that every value knows its line; only true/false are booleans, times stay text."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from citybrain.base.errors import BadInput

Place = tuple[str | int, ...]
INTEGER = re.compile(r"[-+]?(0|[1-9][0-9]*)\Z")
NUMBER = re.compile(r"[-+]?((0|[1-9][0-9]*)(\.[0-9]*)?|\.[0-9]+)([eE][-+]?[0-9]+)?\Z")
WORDS: Mapping[str, Any] = {"": None, "~": None, "null": None, "true": True, "false": False}


@dataclass(frozen=True)
class Document:
    """The data of a YAML file, and the line (from 1) of each place in it."""

    path: Path
    data: Any
    lines: Mapping[Place, int] = field(default_factory=dict)

    def line_of(self, place: Place) -> int:
        """The line of a place, or of the nearest one around it that is in the file."""
        while place and place not in self.lines:
            place = place[:-1]
        return self.lines.get(place, 1)

    def where(self, place: Place) -> str:
        """`beijing-air.yaml:12 time.columns.year`, as messages name a place."""
        return f"{self.path.name}:{self.line_of(place)} {'.'.join(map(str, place))}".rstrip()


def read_document(path: Path) -> Document:
    """Raises BadInput `replay.mapping_unreadable` with the line."""
    try:
        root = yaml.compose(path.read_text(encoding="utf-8"), Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise _unreadable(path, line, error.problem or "not YAML") from error
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise _unreadable(path, 1, str(error)) from error
    lines: dict[Place, int] = {(): 1}
    return Document(path, None if root is None else _build(path, root, (), lines), lines)


def _unreadable(path: Path, line: int, why: str) -> BadInput:
    return BadInput("replay.mapping_unreadable", file=str(path), line=line, why=why)


def _build(path: Path, node: yaml.Node, place: Place, lines: dict[Place, int]) -> Any:
    lines.setdefault(place, node.start_mark.line + 1)
    if isinstance(node, yaml.SequenceNode):
        return [_build(path, item, (*place, index), lines) for index, item in enumerate(node.value)]
    if isinstance(node, yaml.MappingNode):
        built: dict[str, Any] = {}
        for key_node, value_node in node.value:
            key, line = str(key_node.value), key_node.start_mark.line + 1
            if key in built:
                raise _unreadable(path, line, f"the key {key} stands twice")
            lines[(*place, key)] = line
            built[key] = _build(path, value_node, (*place, key), lines)
        return built
    return _scalar(node)


def _scalar(node: yaml.Node) -> Any:
    text = str(node.value)
    if getattr(node, "style", None):
        return text
    if text in WORDS:
        return WORDS[text]
    if INTEGER.match(text):
        return int(text)
    return float(text) if NUMBER.match(text) else text
