"""What a visitor of a demo city is shown before he signs in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class RoleStory:
    """One role: what it is called, what there is to do, on which page it begins; texts by language."""

    title: Mapping[str, str]
    story: Mapping[str, str]
    start: str


@dataclass(frozen=True)
class RoleOffered:
    """A role that may be taken, with the name of the person whose account it is."""

    role: str
    name: str
    title: Mapping[str, str]
    story: Mapping[str, str]
    start: str


@dataclass(frozen=True)
class Demo:
    """A simulated city that may be visited."""

    city: str
    roles: Sequence[RoleOffered]
    is_demo: bool = True
