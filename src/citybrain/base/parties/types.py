"""What crosses the border of parties."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Protocol

from citybrain.base.audit import Actor
from citybrain.base.conditions import Condition


class Keeper(Actor, Protocol):
    """Somebody who may keep the tree of organisations; parties stand below accounts and know no more of him."""

    def check(self, permission: str) -> None:
        """Raises Forbidden when no duty carries the permission."""

    def where(self, scope: Any, permission: str | None = None) -> Condition:
        """The rows within reach for a permission."""
        ...


@dataclass(frozen=True)
class PostRow:
    """A post as a file gives it."""

    code: str
    name: str
    name_en: str = ""


@dataclass(frozen=True)
class OrganisationRow:
    """An organisation as a file gives it; `parent` and `region` are codes, `where` is its file and line."""

    where: str
    code: str
    name: str
    parent: str | None = None
    kind: str = "department"
    region: str | None = None
    name_en: str = ""
    posts: tuple[PostRow, ...] = field(default=())
