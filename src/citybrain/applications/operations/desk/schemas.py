"""What goes in and out of the door of the duty desk."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from ninja import Field, Schema

from citybrain.base.accounts.http import AboutShown, Given, Moment
from citybrain.base.accounts.redaction import Said

Code = Annotated[str, Field(max_length=64)]
PageName = Annotated[
    str, Field(description="The list: cases, signals, notices, dead, failed_notices", examples=["cases"])
]
QueryShown = Annotated[
    dict[str, Any],
    Field(description="The filter of that list that shows all of it", examples=[{"overdue": True, "order": "due"}]),
]


class DeskWords(Schema):
    zh: str = Field(examples=["路灯不亮"])
    en: str = Field(examples=["Lamp out"])


class DeskCase(Schema):
    """A case at the desk."""

    number: str = Field(examples=["AJ2026030200001"])
    title: str = Field(examples=["王寨街道路灯不亮"])
    title_en: str = Field(description="Empty where nobody gave one", examples=["Lamp out in Wangzhai"])
    case_type: str = Field(examples=["urban.lamp"])
    case_type_title: DeskWords
    state: str = Field(examples=["handling"])
    state_title: DeskWords
    state_kind: str = Field(examples=["working"])
    severity: int = Field(examples=[3])
    recorded_at: datetime
    due_at: datetime | None
    finished_at: datetime | None
    is_overdue: bool
    is_supervised: bool
    signal_count: int = Field(examples=[2])
    organisation_name: str | None = Field(examples=["市城管执法委"])
    organisation_name_en: str = Field(description="Empty where it has none", examples=["City Management Bureau"])
    region_code: str = Field(examples=["420606001"])
    address: str = Field(examples=["樊城区长虹路"])
    lon: float | None = Field(examples=[112.05])
    lat: float | None = Field(examples=[32.1])


class DeskSignal(Schema):
    """A signal that waits for a person."""

    id: int = Field(examples=[17])
    kind: str = Field(examples=["hotline"])
    source: str = Field(examples=["12345"])
    subject: str = Field(examples=["人民路路灯不亮"])
    subject_en: str = Field(description="Empty where nobody gave one", examples=["Lamp out in Renmin Road"])
    text: str
    waiting_reason: str = Field(examples=["unsure"])
    recorded_at: datetime
    region_code: str = Field(examples=["420606001"])
    address: str = Field(examples=["樊城区人民路12号"])


class DeskLetter(Schema):
    """A notice of yours that is unread."""

    id: int = Field(examples=[41])
    subject: str = Field(examples=["case/AJ2026030200001"])
    title: str = Field(examples=["案件已升级：路灯不亮（AJ2026030200001）"])
    text: str
    delivered_at: datetime


class DeskFailure(Schema):
    """Something that the platform could not deliver."""

    id: int = Field(examples=[7])
    what: str = Field(description="The subscription, or the key of the notice", examples=["cases.triage"])
    subject: str = Field(examples=["case/AJ2026030200001"])
    state: str = Field(examples=["dead"])
    attempts: int = Field(examples=[10])
    error: str = Field(examples=["nobody there"])
    at: datetime


class SectionShown(Schema):
    """One kind of open matter: about how many, the first of them, and the list that shows all."""

    key: str = Field(examples=["overdue"])
    page: PageName
    query: QueryShown
    about: AboutShown
    cases: list[DeskCase]
    signals: list[DeskSignal]
    letters: list[DeskLetter]
    failures: list[DeskFailure]


class MovementShown(Schema):
    key: str = Field(description="opened, closed or escalated", examples=["opened"])
    query: QueryShown
    about: AboutShown


class PersonShown(Schema):
    id: int = Field(examples=[12])
    name: str = Field(examples=["王芳"])

    @staticmethod
    def resolve_id(user: Any) -> int:
        return int(user.pk)

    @staticmethod
    def resolve_name(user: Any) -> str:
        return str(user.actor_label)


class DeskPlace(Schema):
    region: str | None = Field(description="Null: the whole city", examples=["420606"])
    region_name: str | None = Field(examples=["樊城区"])
    organisation: str | None = Field(description="Null: every organisation", examples=["urban"])
    organisation_name: str | None = Field(examples=["市城管执法委"])
    organisation_name_en: str = Field(description="Empty where it has none", examples=["City Management Bureau"])

    @staticmethod
    def resolve_region(row: Any) -> str | None:
        return row.region.code if row.region else None

    @staticmethod
    def resolve_region_name(row: Any) -> str | None:
        return row.region.name if row.region else None

    @staticmethod
    def resolve_organisation(row: Any) -> str | None:
        return row.organisation.code if row.organisation else None

    @staticmethod
    def resolve_organisation_name(row: Any) -> str | None:
        return row.organisation.name if row.organisation else None

    @staticmethod
    def resolve_organisation_name_en(row: Any) -> str:
        return row.organisation.name_en if row.organisation else ""


class ShiftShown(DeskPlace):
    """A turn of duty."""

    id: int = Field(examples=[3])
    name: str = Field(examples=["白班"])
    starts_at: datetime
    ends_at: datetime
    people: list[PersonShown]

    @staticmethod
    def resolve_people(row: Any) -> list[Any]:
        return sorted(row.people.all(), key=lambda user: (user.actor_label, user.pk))


class HandoverSummary(DeskPlace):
    """A note from one shift to the next."""

    id: int = Field(examples=[5])
    shift: int | None = Field(description="The shift that ends", examples=[3])
    shift_name: str | None = Field(examples=["白班"])
    author: PersonShown
    addressee: PersonShown | None = Field(description="Null: whoever comes")
    since_at: datetime = Field(description="From when on it says what moved")
    text: str = Field(examples=["人民路积水已退，水泵留守至 22 时"])
    facts_at: datetime = Field(description="When the open matters stood as it says")
    written_at: datetime
    accepted_by: PersonShown | None
    accepted_at: datetime | None = Field(description="Null while it waits")
    remark: str = Field(description="Of who took over", examples=["已核对"])

    @staticmethod
    def resolve_shift(row: Any) -> int | None:
        return row.shift_id  # type: ignore[no-any-return]  # a column

    @staticmethod
    def resolve_shift_name(row: Any) -> str | None:
        return row.shift.name if row.shift else None


class SinceShown(Schema):
    at: datetime
    reason: str = Field(description="asked, shift, handover or day", examples=["shift"])
    shift: ShiftShown | None


class DeskShown(Schema):
    """The duty desk."""

    at: datetime = Field(description="City time of this answer")
    since: SinceShown
    moved: list[MovementShown]
    sections: list[SectionShown] = Field(description="The most urgent first; only those that are yours to see")
    handovers: list[HandoverSummary] = Field(description="Those that you could accept")


class FactCase(Schema):
    number: str = Field(examples=["AJ2026030200001"])
    title: str = Field(examples=["王寨街道路灯不亮"])
    title_en: str = Field("", description="Empty where there is none, and in notes of older versions")
    case_type_title: DeskWords
    state_title: DeskWords
    severity: int = Field(examples=[3])
    recorded_at: datetime
    due_at: datetime | None
    organisation_name: str | None = Field(examples=["市城管执法委"])
    organisation_name_en: str = Field("", description="Empty where there is none, and in notes of older versions")
    address: str = Field(examples=["樊城区长虹路"])


class FactSignal(Schema):
    id: int = Field(examples=[17])
    source: str = Field(examples=["12345"])
    subject: str = Field(examples=["人民路路灯不亮"])
    subject_en: str = Field("", description="Empty where nobody gave one, and in notes of older versions")
    waiting_reason: str = Field(examples=["unsure"])
    recorded_at: datetime


class FactSection(Schema):
    key: str = Field(examples=["overdue"])
    page: PageName
    query: QueryShown
    count: int = Field(examples=[12])
    is_more: bool
    cases: list[FactCase]
    signals: list[FactSignal]


class FactMovement(Schema):
    key: str = Field(examples=["opened"])
    query: QueryShown
    count: int = Field(examples=[31])
    is_more: bool


class FactsShown(Schema):
    """The desk as it stood; cases went on since."""

    since: datetime
    moved: list[FactMovement]
    sections: list[FactSection]


class EarlierShown(Schema):
    at: datetime = Field(description="When it was replaced")
    text: str


class HandoverDetail(HandoverSummary):
    facts: FactsShown
    earlier: list[EarlierShown] = Field(description="What it said before it was changed")


class DeskWanted(Schema):
    since: Moment | None = Field(None, description="Default: when the shift that runs now began")


class ShiftsWanted(Schema):
    since: Moment | None = Field(None, description="Not over before")
    until: Moment | None = Field(None, description="Begun before")


class HandoversWanted(Schema):
    waiting: bool | None = Field(None, description="true: not accepted yet; false: accepted")


class PeopleWanted(Schema):
    region: Code = Field("", description="Default: your own desk", examples=["420606"])
    organisation: Code = Field("", examples=["urban"])


class ShiftPlan(Given):
    name: str = Field(min_length=1, max_length=60, examples=["白班"])
    starts_at: Moment = Field(examples=["2026-03-02T08:00:00+08:00"])
    ends_at: Moment = Field(examples=["2026-03-02T20:00:00+08:00"])
    people: list[int] = Field([], max_length=50, description="Accounts that serve at this desk", examples=[[12]])
    region: Code = Field("", description="Default: your own desk", examples=["420606"])
    organisation: Code = Field("", examples=["urban"])


class ShiftChange(Given):
    name: str | None = Field(None, min_length=1, max_length=60, examples=["白班"])
    starts_at: Moment | None = None
    ends_at: Moment | None = None
    people: list[int] | None = Field(None, max_length=50, examples=[[12]])

    def values(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in self.model_fields_set if getattr(self, name) is not None}


class HandoverWrite(Given):
    text: Said = Field("", max_length=5000, examples=["人民路积水已退，水泵留守至 22 时"])
    addressee: int | None = Field(None, description="Null: whoever comes", examples=[12])
    shift: int | None = Field(None, ge=1, lt=2**63, description="The shift that ends", examples=[3])
    region: Code = Field("", description="Default: the desk of the shift, or your own", examples=["420606"])
    organisation: Code = Field("", examples=["urban"])


class HandoverChange(Given):
    text: Said | None = Field(None, max_length=5000, examples=["人民路积水已退"])
    addressee: int | None = Field(None, description="Null: whoever comes; left out: as it is", examples=[12])
    refresh: bool = Field(False, description="Take the open matters as they are now")

    def values(self) -> dict[str, Any]:
        given = {name: getattr(self, name) for name in self.model_fields_set}
        return {name: value for name, value in given.items() if value is not None or name == "addressee"}


class HandoverAccept(Given):
    remark: Said = Field("", max_length=500, examples=["已核对"])
