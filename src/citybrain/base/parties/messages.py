"""What parties announce on the bus; the subject is `organisation/<code>`."""

from __future__ import annotations

from typing import ClassVar

from citybrain.base.bus import Message


class OrganisationCreated(Message, frozen=True, kw_only=True):
    type: ClassVar[str] = "organisation.created"
    code: str
    name: str
    kind: str
    path: str


class OrganisationChanged(Message, frozen=True, kw_only=True):
    """Name, kind or region are others now; `changed` names the fields."""

    type: ClassVar[str] = "organisation.changed"
    code: str
    path: str
    changed: list[str]


class OrganisationMoved(Message, frozen=True, kw_only=True):
    """Everything below moved with it: paths that began with `old_path` now begin with `path`."""

    type: ClassVar[str] = "organisation.moved"
    code: str
    path: str
    old_path: str


class OrganisationClosed(Message, frozen=True, kw_only=True):
    type: ClassVar[str] = "organisation.closed"
    code: str
    path: str


class OrganisationsImported(Message, frozen=True, kw_only=True):
    """Many at once, from a file; moves are announced one by one as well."""

    type: ClassVar[str] = "organisation.imported"
    created: int
    changed: int
    moved: int
    posts: int
