"""What crosses the border of parties."""

from __future__ import annotations

from dataclasses import dataclass, field


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
