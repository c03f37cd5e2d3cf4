"""What the duty desk is made of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from citybrain.base.querying import About
from citybrain.hubs.business.cases.queries.views import CaseView

Page = Literal["cases", "signals", "notices", "dead", "failed_notices"]
"""The list that shows the whole of a section."""
Query = Mapping[str, Any]
SinceReason = Literal["asked", "shift", "handover", "day"]


@dataclass(frozen=True)
class Area:
    """The part of the city that a desk looks after, by codes; empty is all of it."""

    region: str = ""
    organisation: str = ""

    def query(self) -> dict[str, str]:
        given = {"region": self.region, "organisation": self.organisation}
        return {name: code for name, code in given.items() if code}


@dataclass(frozen=True)
class Section:
    """One kind of open matter: who sees it (a permission held anywhere), and the list that shows all of it.

    `is_desk` is what belongs to the desk and not to whoever sits there: that is handed over to the next shift.
    """

    key: str
    permission: str
    page: Page
    query: Query = field(default_factory=dict)
    is_desk: bool = True


@dataclass(frozen=True)
class Filled:
    """A section with about how many matters it has and the first of them; only the list of its page is filled."""

    section: Section
    query: Query
    about: About
    cases: Sequence[CaseView] = ()
    signals: Sequence[Any] = ()
    letters: Sequence[Any] = ()
    failures: Sequence[Any] = ()


@dataclass(frozen=True)
class Movement:
    """What moved since the shift began: about how many cases, and the list that shows them."""

    key: Literal["opened", "closed", "escalated"]
    query: Query
    about: About


@dataclass(frozen=True)
class Since:
    """From when on the desk counts what moved, and why from then: asked for, the shift that runs now, the last
    handover that was accepted, or else a day.
    """

    at: datetime
    reason: SinceReason
    shift: Any = None
