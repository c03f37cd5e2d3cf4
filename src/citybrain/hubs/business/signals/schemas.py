"""What goes in and out of the door of signals."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from ninja import Field, Schema
from pydantic import ConfigDict, computed_field

from citybrain.base.accounts.http import AboutShown, Moment
from citybrain.base.accounts.redaction import Said
from citybrain.base.accounts.words import Word
from citybrain.hubs.business.cases.queries import case_types
from citybrain.hubs.business.signals.types import KINDS, STATES, WaitingReason

Kind = Literal["alarm", "hotline", "app", "grid", "source"]
State = Literal["received", "waiting_for_person", "merged", "opened", "ended"]
KindCode = Annotated[str, Word("kinds of case", case_types)]
REASON = Field(min_length=1, max_length=500, examples=["同一盏路灯"])
if set(KINDS) != set(Kind.__args__) or set(STATES) != set(State.__args__):  # type: ignore[attr-defined]  # Literal
    raise TypeError("the words of the door are not those of the table")


class ReporterIn(Schema):
    """Kept sealed, shown masked."""

    model_config = ConfigDict(extra="forbid")
    name: str = Field("", max_length=64, examples=["张三"])
    phone: str = Field("", max_length=32, examples=["13800001234"])


class SignalReport(Schema):
    """What somebody says happened. One of subject, text, case_type or label must be there."""

    model_config = ConfigDict(extra="forbid")
    kind: Literal["hotline", "app", "grid", "source"] = Field("source", examples=["hotline"])
    source: str = Field("", max_length=80, description="Which system; default: your account", examples=["12345"])
    source_id: str = Field("", max_length=120, description="Its number there; kept once", examples=["HX-1"])
    occurred_at: Moment = Field(examples=["2026-03-02T09:00:00+08:00"])
    subject: str = Field("", max_length=300, examples=["人民路路灯不亮"])
    text: str = Field("", max_length=20_000, examples=["人民路12号门口的路灯三天不亮了"])
    lon: float | None = Field(None, examples=[112.0512])
    lat: float | None = Field(None, examples=[32.0475])
    crs: Literal["WGS-84", "CGCS2000", "GCJ-02", "BD-09"] = Field("WGS-84")
    precision_m: float | None = Field(None, description="How far off the point may be; default: read off its decimals")
    region: str = Field("", max_length=64, description="Code, where no point is known", examples=["420606"])
    address: str = Field("", max_length=300, examples=["樊城区人民路12号"])
    case_type: str = Field("", max_length=64, description="When the source knows our type",
                           examples=["urban.facilities.street_light"])  # fmt: skip
    label: str = Field("", max_length=120, description="The source's own word; packs say what it means",
                       examples=["SW-Dirty Alley"])  # fmt: skip
    severity: Literal[1, 2, 3, 4] | None = Field(None, description="1 = I (red) … 4 = IV (blue); default: the type's")
    reporter: ReporterIn | None = None


class ClosingReport(Schema):
    """The source system closed its own ticket."""

    model_config = ConfigDict(extra="forbid")
    source: str = Field(max_length=80, examples=["12345"])
    source_id: str = Field(max_length=120, examples=["HX-1"])
    closed_at: Moment = Field(examples=["2026-03-03T16:00:00+08:00"])
    outcome: str = Field("completed", max_length=120, examples=["completed"])
    note: str = Field("", max_length=500, examples=["已修复"])


class Rejected(Schema):
    index: int = Field(description="Which row, from 0", examples=[3])
    field: str = Field(examples=["occurred_at"])
    code: str = Field(examples=["input.time"])
    reason: str = Field(examples=["应为带时区的 ISO 8601 时间"])
    cure: str = Field(description="What to do", examples=["请按该格式填写。"])


class ReceiptOut(Schema):
    """What became of a batch; `ids` are the signals of the rows that were not rejected, in the order sent."""

    accepted: int = Field(examples=[998])
    duplicates: int = Field(examples=[1])
    rejected: list[Rejected]
    ids: list[int] = Field(examples=[[17, 18]])


class SignalSummary(Schema):
    id: int = Field(examples=[17])
    kind: Kind = Field(examples=["hotline"])
    source: str = Field(examples=["12345"])
    source_id: str = Field(examples=["HX-1"])
    subject: str = Field(examples=["人民路路灯不亮"])
    subject_en: str = Field(description="Empty where nobody gave one", examples=["Lamp out in Renmin Road"])
    text: str = Field(description="Telephone numbers and the like are taken out")
    occurred_at: datetime
    recorded_at: datetime
    state: State = Field(examples=["merged"])
    waiting_reason: str = Field(description="no_type, unsure, unknown_label, no_classifier; or empty")
    label: str = Field(description="The source's own word", examples=["SW-Dirty Alley"])
    case_type: str = Field(examples=["urban.facilities.street_light"])
    probability: float | None = Field(description="Of the classifier, where one read the text", examples=[0.87])
    classified_by: str = Field(description="source, label, rule, model or person", examples=["model"])
    alternatives: list[dict[str, Any]] = Field(
        examples=[[{"label": "城乡建设", "probability": 0.87, "case_type": "hotline.construction"}]]
    )
    case_number: str = Field(examples=["AJ2026030200001"])
    merge_reason: dict[str, Any] = Field(
        description="Why it joined its case",
        examples=[{"rule": "near_point", "distance_m": 12.5, "hours": 3.0, "score": 0.81}],
    )
    region_code: str = Field(examples=["420606001"])
    region_path: str = Field(description="Empty: in no region", examples=["/4206/420606/420606001/"])
    located_by: str = Field(description="point, given, address, text, duty or thing", examples=["point"])
    lon: float | None = Field(examples=[112.0512])
    lat: float | None = Field(examples=[32.0475])
    precision_m: float | None = Field(examples=[11.13])
    address: str = Field(examples=["樊城区人民路12号"])
    severity: int | None = Field(examples=[4])
    thing: str = Field(description="Of an alarm", examples=["air-001"])
    source_closed_at: datetime | None = None
    resolved_at: datetime | None = Field(None, description="When its alarm ended")

    @computed_field(description="It has a point, and no region of the city holds it")  # type: ignore[prop-decorator]
    @property
    def is_outside(self) -> bool:
        return self.lon is not None and not self.region_path


class ReporterOut(Schema):
    name: str = Field(description="Masked", examples=["张*"])
    phone: str = Field(description="Masked", examples=["138****1234"])


class CandidateOut(Schema):
    """An open case that the signal could belong to, and why (not)."""

    case: str = Field(examples=["AJ2026030200001"])
    merge: bool = Field(examples=[True])
    rule: str = Field(examples=["near_point"])
    score: float = Field(examples=[0.81])
    hours: float = Field(examples=[3.0])
    distance_m: float | None = Field(None, examples=[12.5])
    similarity: float | None = Field(None, examples=[0.62])
    why_not: str = Field("", examples=["other_words"])


class SignalDetail(SignalSummary):
    reporter: ReporterOut
    candidates: list[CandidateOut] = Field(description="Open cases compared when it came in, those you may see")
    undone: list[dict[str, Any]] = Field(description="Merges that were undone")


class TypeDecide(Schema):
    model_config = ConfigDict(extra="forbid")
    case_type: str = Field(max_length=64, examples=["urban.facilities.street_light"])


class MergeInto(Schema):
    model_config = ConfigDict(extra="forbid")
    case: str = Field(max_length=40, examples=["AJ2026030200001"])
    reason: Said = REASON


class Reasoned(Schema):
    model_config = ConfigDict(extra="forbid")
    reason: Said = REASON


class RevealFor(Schema):
    model_config = ConfigDict(extra="forbid")
    purpose: Said = Field(min_length=1, max_length=300, examples=["回访报修人"])


class ReporterSearch(Schema):
    model_config = ConfigDict(extra="forbid")
    phone: str = Field(min_length=5, max_length=32, examples=["13800001234"])
    purpose: Said = Field(min_length=1, max_length=300, examples=["来电人询问此前的诉求"])


class RevealedOut(Schema):
    name: str = Field(examples=["张三"])
    phone: str = Field(examples=["13800001234"])
    text: str


class QueueOut(Schema):
    """What waits within your duties."""

    waiting_for_person: AboutShown
    being_read: AboutShown
    unlocated: AboutShown


class SignalsWanted(Schema):
    state: State | None = None
    kind: Kind | None = None
    source: str | None = Field(None, max_length=80)
    waiting_reason: WaitingReason | None = None
    case_type: KindCode | None = Field(None, description="This type and those below it")
    region: str | None = Field(None, max_length=64, description="Code; this region and those below it")
    organisation: str | None = Field(None, max_length=64, description="Code; of the one it belongs to, or below")
    unlocated: bool = Field(False, description="Only those in no region")
    case: str | None = Field(None, max_length=40, description="Number of a case")
    q: str | None = Field(None, max_length=200, description="Words, or the source's own number")


class SignalList(SignalsWanted):
    order: Literal["newest", "oldest"] = Field("newest", description="oldest: whoever waits longest is first")


class AlikeCase(Schema):
    number: str = Field(examples=["AJ2026030200001"])
    title: str = Field(examples=["王寨街道路灯不亮"])
    title_en: str = Field(description="Empty where nobody gave one", examples=["Lamp out in Wangzhai"])
    case_type: str = Field(examples=["urban.facilities.street_light"])
    case_type_title: dict[str, str] = Field(examples=[{"zh": "路灯不亮", "en": "Lamp out"}])
    state: str = Field(examples=["handling"])
    state_title: dict[str, str] = Field(examples=[{"zh": "处置中", "en": "Being handled"}])
    state_kind: str = Field(examples=["working"])
    severity: int = Field(examples=[3])
    occurred_at: datetime
    recorded_at: datetime
    closed_at: datetime | None
    outcome_title: dict[str, str] | None = Field(examples=[{"zh": "已解决", "en": "Resolved"}])
    organisation_name: str | None = Field(examples=["市城管执法委"])
    organisation_name_en: str = Field(description="Empty where it has none", examples=["City Management Bureau"])
    address: str = Field(examples=["樊城区长虹路"])
    signal_count: int = Field(examples=[2])


class LikenessOut(Schema):
    score: float = Field(description="0 to 1", examples=[0.81])
    distance_m: float | None = Field(description="Null where one has no usable point", examples=[12.5])
    same_thing: bool
    same_address: bool
    same_kind: bool = Field(description="Else a sister kind")
    similarity: float | None = Field(description="Of the words, 0 to 1; null where one says too little", examples=[0.6])


class SimilarCase(Schema):
    """A case that resembles another, and why."""

    case: AlikeCase
    why: LikenessOut
