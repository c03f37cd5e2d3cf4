"""What goes in and out of the door of cases."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from ninja import Field, Schema
from pydantic import ConfigDict, computed_field

from citybrain.base.accounts.http import Moment
from citybrain.base.accounts.redaction import Said
from citybrain.base.accounts.words import Word
from citybrain.base.errors import BadInput, FieldError
from citybrain.base.places.types import Point
from citybrain.hubs.business.cases.manifest import Duration
from citybrain.hubs.business.cases.queries.catalogue import catalogue
from citybrain.hubs.business.cases.queries.reading import CaseFilter
from citybrain.hubs.business.cases.queries.showing import box_of

Code = Annotated[str, Field(max_length=64)]
StateKind = Literal["waiting", "working", "checking", "ended"]
StateKey = Annotated[str, Word("states of cases", lambda: {one.key for one in catalogue().states})]
StageKey = Annotated[str, Word("stages of cases", lambda: {one.stage for one in catalogue().states})]
KindCode = Annotated[str, Word("kinds of case", lambda: catalogue().types)]
Crs = Literal["WGS-84", "CGCS2000", "GCJ-02", "BD-09"]


class Title(Schema):
    zh: str = Field(examples=["待派遣"])
    en: str = Field(examples=["To dispatch"])


class CaseQuery(Schema):
    """What a list, a map or an export of cases asks for; everything given must hold, lists mean any of."""

    state: list[StateKey] = Field([], description="States of the loop", examples=[["handling"]])
    stage: list[StageKey] = Field([], examples=[["handle"]])
    case_type: list[KindCode] = Field([], description="Kinds; kinds below count too", examples=[["urban"]])
    severity: list[int] = Field([], description="1 = I (red) to 4 = IV (blue)", examples=[[1, 2]])
    source: list[Code] = Field([], examples=[["signal"]])
    state_kind: list[StateKind] = Field([], description="What kind of state it is in", examples=[["checking"]])
    organisation: Code = Field("", description="Holder now, or one below it", examples=["urban"])
    region: Code = Field("", description="In this region or below", examples=["420606"])
    is_open: bool | None = Field(None, description="Not ended")
    overdue: bool | None = Field(None, description="Open and past its due time")
    unlocated: bool | None = Field(None, description="In no region")
    undispatched: bool | None = Field(None, description="Open, and nobody holds it")
    nobody_responsible: bool | None = Field(None, description="Undispatched, and the responsibility list names nobody")
    asks_more_time: bool | None = Field(None, description="A request for more time waits for a decision")
    to_verify: bool | None = Field(None, description="Somebody has to look whether it is done")
    supervised: bool | None = None
    mine: bool | None = Field(None, description="You or your organisation have a task in it now")
    q: str = Field("", max_length=100, description="The number, or a part of the title", examples=["路灯"])
    opened_from: Moment | None = None
    opened_to: Moment | None = None
    closed_from: Moment | None = None
    closed_to: Moment | None = None
    escalated_from: Moment | None = Field(None, description="A clock of it escalated since then")
    due_before: Moment | None = Field(None, description="Open, and due before")
    due_within_minutes: int | None = Field(None, ge=1, le=525_600, description="Open, not overdue, due this soon",
                                           examples=[60])  # fmt: skip
    bbox: str | None = Field(None, max_length=100, description="west,south,east,north", examples=["112,32,112.4,32.2"])

    def wanted(self) -> CaseFilter:
        values = self.model_dump(exclude={"bbox", "order"})
        plain: dict[str, Any] = {
            name: tuple(value) if isinstance(value, list) else value for name, value in values.items()
        }
        return CaseFilter(**plain, box=box_of(self.bbox) if self.bbox else None)


class CaseList(CaseQuery):
    order: Literal["newest", "oldest", "number", "due"] = Field(
        "newest", description="due: those that are due first, then those without a due time", examples=["newest"]
    )


class NeighboursShown(Schema):
    """The cases before and after one in a list; null at its ends."""

    previous: str | None = Field(examples=["AJ2026030200003"])
    next: str | None = Field(examples=["AJ2026030200001"])


class CaseSummary(Schema):
    number: str = Field(examples=["AJ2026030200001"])
    title: str = Field(examples=["王寨街道路灯不亮"])
    title_en: str = Field(description="Empty where nobody gave one", examples=["Lamp out in Wangzhai"])
    case_type: str = Field(examples=["urban.lamp"])
    case_type_title: Title
    state: str = Field(examples=["handling"])
    state_title: Title
    state_kind: str = Field(description="waiting, working, checking or ended", examples=["working"])
    stage: str = Field(examples=["handle"])
    stage_title: Title
    severity: int = Field(examples=[3])
    source: str = Field(examples=["signal"])
    signal_count: int = Field(description="Reports that belong to it", examples=[2])
    occurred_at: datetime
    recorded_at: datetime = Field(description="When the city knew and the case was opened")
    due_at: datetime | None
    accepted_at: datetime | None
    finished_at: datetime | None
    closed_at: datetime | None
    in_time: bool | None = Field(description="Whether its time limit was kept; null while it is open or had none")
    outcome: str = Field(description="How it ended; empty while it is open", examples=["resolved"])
    is_overdue: bool
    is_supervised: bool
    organisation: str | None = Field(description="Who holds it (after the end: who held it last)", examples=["urban"])
    organisation_name: str | None = Field(examples=["市城管执法委"])
    organisation_name_en: str = Field(description="Empty where it has none", examples=["City Management Bureau"])
    region_code: str = Field(description="Empty outside every region", examples=["420606001"])
    region_path: str = Field(examples=["/4206/420606/420606001/"])
    address: str = Field(examples=["樊城区长虹路"])
    lon: float | None = Field(examples=[112.05])
    lat: float | None = Field(examples=[32.1])
    precision_m: float | None = Field(examples=[20])
    revision: int = Field(description="Counts the steps", examples=[3])

    @computed_field(description="It has a point, and no region of the city holds it")  # type: ignore[prop-decorator]
    @property
    def is_outside(self) -> bool:
        return self.lon is not None and not self.region_path


class AssignmentShown(Schema):
    id: int
    organisation: str = Field(examples=["urban"])
    organisation_name: str = Field(examples=["市城管执法委"])
    organisation_name_en: str = Field(description="Empty where it has none", examples=["City Management Bureau"])
    role: str = Field(description="lead or assist", examples=["lead"])
    person: str | None = Field(description="Name of whoever accepted it", examples=["王芳"])
    since: datetime
    accepted_at: datetime | None
    finished_at: datetime | None
    until: datetime | None = Field(description="Null while it lasts")
    outcome: str = Field(examples=["returned"])
    note: str
    why: dict[str, Any] = Field(
        description="Why this organisation: the line of the responsibility list, or who decided"
    )

    @staticmethod
    def resolve_organisation(row: Any) -> str:
        return str(row.organisation.code)

    @staticmethod
    def resolve_organisation_name(row: Any) -> str:
        return str(row.organisation.name)

    @staticmethod
    def resolve_organisation_name_en(row: Any) -> str:
        return str(row.organisation.name_en)

    @staticmethod
    def resolve_person(row: Any) -> str | None:
        return row.person.display_name if row.person else None


class PaceShown(Schema):
    """How a clock stands at a moment, and how it goes on from there."""

    at: datetime
    used_seconds: float = Field(description="Used by then, as the clock counts it", examples=[3600])
    counts: bool = Field(description="Whether time counts then: not in a pause, outside its hours, or once stopped")
    turns_at: datetime | None = Field(description="When counting begins or ends by its calendar")
    levels: list[int] = Field(description="Per cents at which it warns or escalates", examples=[[50, 80, 100]])


class ClockShown(Schema):
    id: int
    case: str | None = Field(examples=["AJ2026030200001"])
    clock: str = Field(examples=["five-working-days"])
    title: Title
    extent: str = Field(description="case: of the whole case, step: of one state", examples=["case"])
    state: str = Field(examples=["dispatched"])
    round: int = Field(description="2 after the first reopening", examples=[1])
    started_at: datetime
    due_at: datetime
    is_paused: bool
    total_seconds: float = Field(description="Time allowed, as the clock counts it")
    spent_seconds: float = Field(description="Used before it last began to run")
    running_since: datetime | None
    warned_level: int = Field(description="Highest level warned of, in per cent", examples=[50])
    breached_at: datetime | None
    stopped_at: datetime | None
    outcome: str = Field(description="on_time, late or cancelled; empty while it runs", examples=["on_time"])

    @staticmethod
    def resolve_case(row: Any) -> str | None:
        return row.case.number if row.case else None

    @staticmethod
    def resolve_clock(row: Any) -> str:
        return str(row.plan.key)

    @staticmethod
    def resolve_title(row: Any) -> Any:
        return row.plan.title

    @staticmethod
    def resolve_is_paused(row: Any) -> bool:
        return row.running_since is None and row.stopped_at is None


class CaseClockShown(ClockShown):
    pace: PaceShown


class ExtensionShown(Schema):
    asked_at: datetime
    amount: int
    unit: str
    reason: str
    granted: bool | None
    decided_at: datetime | None
    note: str


class EvidenceShown(Schema):
    file: str = Field(description="Key of the file", examples=["5f0c6b1e9a3d4c7f8e2b1a0d9c8b7a65"])
    step: str = Field(examples=["finish"])
    step_title: Title | None = Field(description="Null for a step that the loop no longer has")
    verb: str = Field(examples=["finish"])
    added_at: datetime
    by: str = Field(description="Who put it there", examples=["王芳"])
    name: str = Field(description="Of the file; empty where you may not see it", examples=["路灯.jpg"])
    media_type: str = Field(examples=["image/jpeg"])
    size: int | None = Field(description="Bytes", examples=[183042])
    width: int | None = Field(examples=[1600])
    height: int | None = Field(examples=[1200])


class TimingsShown(Schema):
    """The four firsts, in seconds; null while a stage is not over."""

    discover: float
    respond: float | None
    dispose: float | None
    feedback: float | None


class PossibleShown(Schema):
    """A step that you may take now."""

    key: str = Field(examples=["accept"])
    title: Title
    verb: str = Field(examples=["accept"])
    needs: list[str] = Field(description="Fields that must be given", examples=[["reason"]])
    to: str | None = Field(description="The state it leads to", examples=["handling"])
    to_title: Title | None
    to_kind: str = Field(description="waiting, working, checking or ended; empty where it stays", examples=["checking"])
    outcome: str = Field(description="How the case ends by it; empty where it does not", examples=["duplicate"])
    blocked_by: list[dict[str, Any]] = Field(description="Conditions that are not met yet; empty when it can be taken")


class StageShown(Schema):
    key: str = Field(examples=["handle"])
    title: Title


class RegionNamed(Schema):
    code: str = Field(examples=["420606"])
    name: str = Field(examples=["樊城区"])
    name_en: str = Field(examples=["Fancheng District"])


class CaseDetail(CaseSummary):
    text: str
    summary: str
    outcome_title: Title | None
    loop: str = Field(examples=["standard"])
    stages: list[StageShown] = Field(description="The stages of its loop, in order")
    thing: str = Field(description="The thing whose alarm opened it", examples=["air-001"])
    duplicate_of: str
    reopened_count: int
    supervised_at: datetime | None
    dispatched_at: datetime | None
    assignments: list[AssignmentShown]
    clocks: list[CaseClockShown]
    extensions: list[ExtensionShown]
    evidence: list[EvidenceShown]
    timings: TimingsShown
    regions: list[RegionNamed] = Field(description="Where it lies, from the city down")
    possible: list[PossibleShown]

    @staticmethod
    def resolve_loop(detail: Any) -> str:
        return str(detail.loop_key)


class EntryShown(Schema):
    id: int
    kind: str = Field(examples=["moved"])
    key: str = Field(examples=["case.returned"])
    text: Title
    actor: Title
    at: datetime = Field(description="When it happened")
    recorded_at: datetime = Field(description="When the city knew")
    event: str = Field(description="The message on the bus that says the same")
    cause: str = Field(description="The message that it follows from")


class CaseOpen(Schema):
    model_config = ConfigDict(extra="forbid")

    case_type: Code = Field(examples=["urban.lamp"])
    title: Said = Field(min_length=1, max_length=300, examples=["王寨街道路灯不亮"])
    text: Said = Field("", max_length=20_000)
    occurred_at: Moment | None = Field(None, description="When it happened (default: now)")
    lon: float | None = Field(None, examples=[112.05])
    lat: float | None = Field(None, examples=[32.1])
    crs: Crs = "WGS-84"
    precision_m: float | None = Field(None, ge=0, examples=[20])
    region: Code = Field("", description="Where there is no point, or it lies in no region", examples=["420606001"])
    address: Said = Field("", max_length=300, examples=["樊城区长虹路"])
    severity: int | None = Field(None, ge=1, le=4, description="Default: that of the kind")

    def values(self) -> dict[str, Any]:
        given = self.model_dump(exclude={"lon", "lat", "crs", "precision_m"})
        if (self.lon is None) is not (self.lat is None):
            raise BadInput("input.invalid", fields=(FieldError("lon", "input.required"),))
        point = None
        if self.lon is not None and self.lat is not None:
            point = Point(self.lon, self.lat, self.crs, self.precision_m)
        return {**given, "point": point}


class StepTake(Schema):
    """The fields of a step; which ones it needs stands in the case's `possible`."""

    model_config = ConfigDict(extra="forbid")

    reason: Said | None = Field(None, max_length=500, examples=["属供电公司管养"])
    note: Said | None = Field(None, max_length=2000)
    summary: Said | None = Field(None, max_length=5000)
    organisation: Code | None = Field(None, examples=["urban"])
    evidence: list[Code] | None = Field(None, max_length=50, description="Keys of files that you uploaded")
    duration: Duration | None = Field(None, examples=[{"amount": 2, "unit": "working_days"}])
    into: Annotated[str, Field(max_length=32)] | None = Field(None, description="Number of the case it duplicates")
    revision: int | None = Field(
        None, ge=0, description="What you decided upon; once it moved on: a conflict", examples=[3]
    )

    def values(self) -> dict[str, Any]:
        given = {name: getattr(self, name) for name in type(self).model_fields}
        return {name: value for name, value in given.items() if value is not None}


class NoteWrite(Schema):
    model_config = ConfigDict(extra="forbid")

    text: Said = Field(min_length=1, max_length=2000, examples=["已联系供电公司"])


class CaseTypeShown(Schema):
    code: str = Field(examples=["urban.lamp"])
    title: Title
    path: str = Field(examples=["/urban/urban.lamp/"])
    parent: str | None = Field(examples=["urban"])
    severity: int
    loop: str = Field(examples=["standard"])
    clocks: dict[str, Any]
    merge: dict[str, Any]
    on_alarm_resolved: str
    classify_threshold: float
    keywords: list[str] = Field(description="Words by which a report is known to be about it", examples=[["路灯"]])
    is_active: bool

    @staticmethod
    def resolve_loop(kind: Any) -> str:
        return str(kind.loop_key)

    @staticmethod
    def resolve_clocks(kind: Any) -> Any:
        return kind.clocks.model_dump()

    @staticmethod
    def resolve_merge(kind: Any) -> Any:
        return kind.merge.model_dump()


class LoopSummary(Schema):
    key: str = Field(examples=["standard"])
    version: int
    title: Title
    pack: str
    declared_at: datetime


class LoopDetail(LoopSummary):
    definition: dict[str, Any]
    hash: str


class ClockQuery(Schema):
    due_before: Moment | None = Field(None, description="Running, and due before")
    late: bool | None = Field(None, description="Past its due time")
    running: bool | None = Field(True, description="Not stopped; false for those that ended")
    extent: Literal["", "case", "step"] = ""


class SelfTestShown(Schema):
    """A proof that clocks are watched; failed: look at the work process."""

    id: int
    state: str = Field(description="running, passed or failed", examples=["passed"])
    started_at: datetime
    due_at: datetime
    escalated_at: datetime | None
    judged_at: datetime | None
