"""Operators' changes laid over what a pack declares, before it is typed: the result is judged like the pack itself.

A place is a path of keys, `rules/pm25-high/raise_at`. A list is walked by the `key`, `code` or `name` of its items, or
by index. Setting a place that is not there adds it; the value `null` takes it away.
"""

from __future__ import annotations

import copy
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from citybrain.base.packs.documents import Document
from citybrain.base.packs.problems import Place, Problem

IDENTITIES = ("key", "code", "name")


@dataclass(frozen=True)
class Change:
    """One override: which file, which place in it, and the value that stands there instead."""

    section: str
    path: str
    value: Any


def layered(document: Document, changes: Iterable[Change]) -> tuple[Any, list[Problem]]:
    """The document's data with the changes in it; a change that finds no place is a problem."""
    changes = list(changes)
    if not changes:
        return document.data, []
    data = copy.deepcopy(document.data)
    wrong: list[Problem] = []
    for change in changes:
        if not _lay(data, change.path.split("/"), change.value):
            place: Place = tuple(change.path.split("/"))
            wrong.append(Problem(document.path, 1, place, "packs.override_nowhere", {"path": change.path}))
    return data, wrong


def _lay(data: Any, steps: list[str], value: Any) -> bool:
    here = data
    for step in steps[:-1]:
        found = _child(here, step)
        if found is None:
            return False
        here = here[found]
    last = steps[-1]
    found = _child(here, last)
    if value is None:
        if found is not None:
            del here[found]
        return found is not None
    if found is not None:
        here[found] = value
    elif isinstance(here, dict):
        here[last] = value
    elif isinstance(here, list) and isinstance(value, dict):
        here.append(value)
    else:
        return False
    return True


def _child(here: Any, step: str) -> Any:
    """The key or index of a step in a mapping or list; None when it is not there."""
    if isinstance(here, dict):
        return step if step in here else None
    if isinstance(here, list):
        for index, item in enumerate(here):
            if isinstance(item, dict) and any(item.get(identity) == step for identity in IDENTITIES):
                return index
        if step.isdigit() and int(step) < len(here):
            return int(step)
    return None


def value_at(data: Any, path: str) -> Any:
    """What stands at a path, or None."""
    here = data
    for step in path.split("/"):
        found = _child(here, step)
        if found is None:
            return None
        here = here[found]
    return here
