"""What a model says about itself so that one predicate decides who may see its rows."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from citybrain.base.conditions import Condition
from citybrain.base.querying.compile import FieldQ


@dataclass(frozen=True)
class Scope:
    """The kind of a row, the permission that reads it, and where its place and owner stand.

    `columns` maps the fields of the predicate (`region_path`, `organisation_path`, `holders`, and any field that
    `where` uses) to an ORM path of the model, or to a function that makes the Q of one comparison (who holds a case:
    a subquery over its assignments; never a join that doubles rows). A field that is not declared is not asked: a model
    without columns is reference data, readable by everybody who has the permission anywhere.

    `where(viewer, permission)` replaces the usual tree (a notice is for its recipient only).
    `key` is the field that names a row to people and in links (`number`, `code`).
    """

    kind: str
    read: str
    columns: Mapping[str, str | FieldQ] = field(default_factory=dict)
    key: str = "pk"
    where: Callable[[Any, str], Condition] | None = None
