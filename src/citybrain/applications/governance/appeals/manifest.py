"""`appeals.yaml`: what a sector pack says to citizens about its cases: what can be reported, and how far it is."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from citybrain.base.packs.declared import Declared, Text
from citybrain.base.packs.declared import Key as Name
from citybrain.hubs.business.cases.loops.graph import Key

StepKey = Literal["received", "assigned", "working", "checking", "closed"]
STEPS: tuple[StepKey, ...] = ("received", "assigned", "working", "checking", "closed")
"""How far a matter is, as a citizen thinks of it; every state of every loop is one of these."""
Keyword = Annotated[str, StringConstraints(min_length=1, max_length=40, strip_whitespace=True)]


class Category(Declared):
    """One thing that citizens report, in their own words. Without `case_type` the text decides, or a person."""

    key: Name
    title: Text
    hint: Text | None = None
    icon: Name = "other"
    case_type: Key | None = None
    keywords: tuple[Keyword, ...] = ()


class Progress(Declared):
    """Where a case stands when it is in a state, in plain words."""

    step: StepKey
    text: Text


class LoopWords(Declared):
    """The plain words of one loop, by state; a state left out is told by its kind."""

    loop: Key
    states: dict[Key, Progress] = Field(min_length=1)


class AppealsFile(Declared):
    """The whole file."""

    categories: tuple[Category, ...] = ()
    progress: tuple[LoopWords, ...] = ()
    not_public: tuple[Key, ...] = ()
    reopen_days: int | None = Field(default=None, ge=1, le=365)
