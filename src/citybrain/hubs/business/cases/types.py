"""What crosses the border of casework."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from citybrain.hubs.business.cases.calendars import Basis
from citybrain.hubs.business.cases.loops import LoopDefinition
from citybrain.hubs.business.cases.manifest import ClockDefinition, Merge, TypeClocks


@dataclass(frozen=True)
class Reporter:
    """A citizen who reported a case, vouched for by whoever keeps the reports: acts on this case and on no other."""

    case: str
    actor_key: str
    actor_label: str = "市民"


@dataclass(frozen=True)
class CaseTypeView:
    """A kind of case as everybody reads it; `ancestors` are the keys of itself and of every kind above, nearest
    first.
    """

    pk: int
    code: str
    title: dict[str, str]
    path: str
    parent: str | None
    severity: int
    loop_key: str
    clocks: TypeClocks
    merge: Merge
    on_alarm_resolved: str
    classify_threshold: float
    keywords: tuple[str, ...]
    is_active: bool
    ancestors: tuple[int, ...]


@dataclass(frozen=True)
class LoopView:
    """One version of a loop."""

    pk: int
    version: int
    definition: LoopDefinition


@dataclass(frozen=True)
class Plan:
    """One version of a clock, with the calendar it counts by."""

    pk: int
    version: int
    definition: ClockDefinition
    basis: Basis


@dataclass(frozen=True)
class Match:
    """What the responsibility list answers: an organisation (or none), and why it and not another.

    `why` names the line that won and what it was compared by; `others` are the lines that lost, best first.
    """

    organisation_id: int | None
    organisation_code: str
    organisation_name: str
    organisation_name_en: str
    organisation_path: str
    why: dict[str, Any]
    others: tuple[dict[str, Any], ...] = ()

    @property
    def found(self) -> bool:
        return self.organisation_id is not None


@dataclass(frozen=True, slots=True)
class CaseCandidate:
    """An open case with everything that a report is compared by."""

    pk: int
    number: str
    title: str
    text: str
    address: str
    thing: str
    lon: float | None
    lat: float | None
    precision_m: float | None
    occurred_at: datetime
    region_path: str


@dataclass(frozen=True)
class Possible:
    """A step that somebody may take now: what it asks for, and which conditions of its guard still stand in the way."""

    key: str
    title: dict[str, str]
    verb: str
    needs: tuple[str, ...]
    to: str | None
    to_title: dict[str, str] | None = None
    outcome: str = ""
    blocked_by: tuple[dict[str, Any], ...] = ()
    to_kind: str = ""
