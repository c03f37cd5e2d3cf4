"""What a rehearsal reads, plays and answers. Plain structs, so that they travel between processes as they are."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

import msgspec

Part = Literal["before", "after"]
Rule = Literal[
    "other_holder", "return_not_taken", "nobody_responsible", "no_handling_known", "not_possible", "case_merged_away",
    "handled_like", "type_known", "help_not_played", "move_not_played",
]  # fmt: skip
"""What had to be assumed; the words for each stand in `assumptions.yaml`."""
Kind = Literal["merged", "organisation", "due", "warnings", "late", "ended", "severity"]
KINDS: tuple[Kind, ...] = ("merged", "organisation", "due", "warnings", "late", "ended", "severity")
"""How two outcomes of one case can differ."""


class LineChange(msgspec.Struct, frozen=True, kw_only=True):
    """One change of the responsibility list: a line to add, or (`ends`) one that is there and shall end.

    `line` is the number of the line that ends or is changed; without it a line ends by kind, region and organisation.
    """

    action: Literal["add", "end", "change"] = "add"
    line: int | None = None
    case_type: str = ""
    region: str = "*"
    organisation: str = ""
    priority: int = 0
    note: str = ""


class PackChange(msgspec.Struct, frozen=True, kw_only=True):
    """One value laid over a pack, as `adjust_pack` would; null takes the place away."""

    pack: str
    section: str = "cases.yaml"
    path: str
    value: Any = None


class Changes(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that shall be different from the first moment of the period on."""

    lines: list[LineChange] = []
    layers: list[PackChange] = []


class Lead(msgspec.Struct, frozen=True, kw_only=True):
    """Who held a recorded case, from when to when."""

    organisation: str
    since: datetime
    until: datetime | None = None


class Act(msgspec.Struct, frozen=True, kw_only=True):
    """What a person did to a recorded case. `order` is the number of its line on the timeline."""

    order: int
    at: datetime
    verb: str
    step: str
    holder: str
    """Who held the case when it was done ("" = nobody)."""
    fields: dict[str, Any] = {}


class RecordedCase(msgspec.Struct, frozen=True, kw_only=True):
    """A case of the record: what it was opened with, and what people did to it."""

    number: str
    key: str
    case_type: str
    opened_at: datetime
    order: int
    signal: int | None
    """The report that opened it; None where a person did."""
    opening: dict[str, Any]
    acts: list[Act] = []
    leads: list[Lead] = []


class Item(msgspec.Struct, frozen=True, kw_only=True):
    """Something that came from outside at a moment: a report was read, moved by a person, or closed by its source."""

    at: datetime
    order: int
    kind: Literal["open", "triage", "type", "join", "leave", "part", "alarm_end", "source_closed"]
    signal: int | None = None
    case: str = ""
    """The recorded case that it concerned."""


class History(msgspec.Struct, kw_only=True):
    """Everything recorded that a rehearsal plays. `signals` are columns of the table by name, one list each."""

    start: datetime
    end: datetime
    until: datetime
    """The moment of reading: what was recorded up to then is played."""
    cases: list[RecordedCase]
    items: list[Item]
    signals: dict[str, list[Any]]


class Clock(msgspec.Struct, frozen=True):
    """One time limit of a case as it ended or stands."""

    plan: str
    version: int
    extent: str
    state: str
    round: int
    started_at: datetime
    due_at: datetime
    breached_at: datetime | None
    stopped_at: datetime | None
    outcome: str
    is_running: bool


class Warned(msgspec.Struct, frozen=True, kw_only=True):
    """A warning, breach or escalation that happened."""

    key: str
    level: int
    at: datetime


class Holder(msgspec.Struct, frozen=True, kw_only=True):
    organisation: str
    since: datetime
    line: int | None
    """The line of the responsibility list that named it, where one did."""


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """What became of one case."""

    key: str
    """`signal/12` for the case that report 12 opened, else `case/` and its recorded number."""
    case_type: str
    region_path: str
    severity: int
    state: str
    opened_at: datetime
    signals: list[int]
    holders: list[Holder]
    clocks: list[Clock]
    warnings: list[Warned]
    due_at: datetime | None
    closed_at: datetime | None
    outcome: str
    is_late: bool


class Assumption(msgspec.Struct, frozen=True, kw_only=True):
    """Where the record did not say what would have happened, and what was assumed instead."""

    rule: Rule
    case: str
    detail: str = ""


class Played(msgspec.Struct, kw_only=True):
    """One run: what became of every case, where every report went, and what was assumed."""

    outcomes: list[Outcome]
    places: dict[int, str]
    """The case (by key) of every report that has one."""
    assumptions: list[Assumption]
    steps: int
    seconds: float
    cpu_seconds: float
