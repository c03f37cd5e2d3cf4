"""What goes in and out of the doors of the portal."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Annotated, Any, Literal

from ninja import Field, Schema
from pydantic import AfterValidator
from pydantic_core import PydanticCustomError

from citybrain.applications.governance.appeals.manifest import StepKey
from citybrain.applications.governance.appeals.types import LONGEST_TEXT, MOST_PICTURES
from citybrain.base.accounts.http import Given
from citybrain.base.accounts.redaction import Said

PHONE = re.compile(r"(?:\+?86[- ]?)?1[3-9]\d{9}|0\d{2,3}[- ]?\d{7,8}(?:-\d{1,6})?|\+\d{6,15}")
Crs = Literal["WGS-84", "CGCS2000", "GCJ-02", "BD-09"]
PictureState = Literal["pending", "shown", "refused"]
Purpose = Literal["report", "finish"]
Key = Annotated[str, Field(min_length=32, max_length=32, pattern=r"^[0-9a-f]{32}$")]


def _phone(text: str) -> str:
    plain = text.strip()
    if plain and not PHONE.fullmatch(plain):
        raise PydanticCustomError("appeal.phone", "not a telephone number")
    return plain


Phone = Annotated[str, AfterValidator(_phone)]
Plain = Annotated[str, AfterValidator(str.strip)]
CODE = Field(max_length=80, examples=["7K3M-9Q2X-0A4B-7K3M-9Q2X-0A4B-7K"], description="As on the receipt")
REQUEST_KEY = Field(
    "", max_length=64, pattern=r"^([A-Za-z0-9_-]{22,64})?$", examples=["5f0c6b1e9a3d4c7f8e2b1a0d9c8b7a65"],
    description="At least 128 bits of chance, made by the client: the same report sent again is kept once",
)  # fmt: skip
PHONE_FIELD = Field("", max_length=32, examples=["13800001234"], description="Kept sealed, shown masked; optional")
PICTURES: Any = Field(default_factory=list, max_length=MOST_PICTURES, description="Keys of uploaded photos",
                 examples=[["5f0c6b1e9a3d4c7f8e2b1a0d9c8b7a65"]])  # fmt: skip
TEXT = Field("", max_length=LONGEST_TEXT, examples=["人民路12号门口的路灯三天不亮了"])


class PlainWords(Schema):
    """A text in both languages."""

    zh: str = Field(examples=["已交给承办单位"])
    en: str = Field(examples=["Given to the organisation in charge"])


class PublicPlace(Schema):
    lon: float = Field(examples=[112.0512])
    lat: float = Field(examples=[32.0475])


class PortalCategory(Schema):
    key: str = Field(examples=["street-light"])
    title: PlainWords
    hint: PlainWords | None = None
    icon: str = Field(examples=["lamp"])
    keywords: list[str] = Field(examples=[["路灯", "不亮"]])


class PortalCity(Schema):
    name: str = Field(examples=["襄阳市"])
    name_en: str
    time_zone: str = Field(examples=["Asia/Shanghai"])
    box: list[float] | None = Field(description="West, south, east, north", examples=[[112.0, 32.0, 112.4, 32.2]])
    is_simulated: bool = Field(description="A city that was made up: nothing in it is real")


class PortalOut(Schema):
    """What the portal shows before anybody has said anything."""

    city: PortalCity | None
    categories: list[PortalCategory]
    levels: dict[str, PlainWords] = Field(description="1 very satisfied … 5 not satisfied at all")
    reopen_days: int = Field(examples=[15])
    most_pictures: int = Field(examples=[6])
    longest_text: int = Field(examples=[1000])
    largest_picture_mb: int = Field(examples=[20])


class PhotoUploaded(Schema):
    key: str = Field(examples=["5f0c6b1e9a3d4c7f8e2b1a0d9c8b7a65"])
    width: int = Field(examples=[1600])
    height: int = Field(examples=[1200])


class ReportIn(Given):
    """What a citizen reports: some words or a category, and a place or an address."""

    text: Plain = TEXT
    category: str = Field("", max_length=64, examples=["street-light"])
    lon: float | None = Field(None, ge=-180, le=180, examples=[112.0512])
    lat: float | None = Field(None, ge=-90, le=90, examples=[32.0475])
    crs: Crs = "WGS-84"
    precision_m: float | None = Field(None, ge=0, le=100_000, description="How far off the point may be")
    address: Plain = Field("", max_length=300, examples=["樊城区人民路12号"])
    phone: Phone = PHONE_FIELD
    name: Plain = Field("", max_length=64, examples=["张三"])
    pictures: list[Key] = PICTURES
    request_key: str = REQUEST_KEY


class FollowIn(Given):
    """Join a matter that was shown; `ref` is the one it was shown with."""

    ref: str = Field(min_length=1, max_length=300, examples=["IkFKMjAyNiI:1w:abc"])
    text: Plain = TEXT
    phone: Phone = PHONE_FIELD
    pictures: list[Key] = PICTURES
    request_key: str = REQUEST_KEY


class NearIn(Given):
    """What one is about to report, and where."""

    lon: float = Field(ge=-180, le=180, examples=[112.0512])
    lat: float = Field(ge=-90, le=90, examples=[32.0475])
    crs: Crs = "WGS-84"
    category: str = Field("", max_length=64, examples=["street-light"])
    text: str = TEXT


class AppealReceipt(Schema):
    """The code is told this once; only its hash is kept."""

    code: str = Field(examples=["7K3M-9Q2X-0A4B-7K3M-9Q2X-0A4B-7K"])
    kind: Literal["report", "follow"]
    at: datetime
    pictures: int = Field(description="They are shown after somebody has looked at them", examples=[1])
    phone: str = Field(description="Masked", examples=["138****1234"])


class PublicCaseOut(Schema):
    """A matter as everybody may know of it: its kind, and about where (the middle of a cell 350 m across)."""

    title: PlainWords
    region: str = Field(examples=["樊城区王寨街道"])
    place: PublicPlace | None
    distance_m: int | None = Field(description="From the point that was asked for, to the middle of the cell")
    step: StepKey
    text: PlainWords
    day: str = Field(description="Day on which it was reported", examples=["2026-03-02"])
    closed_day: str | None
    organisation: str = Field(examples=["市城管执法委"])
    organisation_en: str = Field(description="Empty where it has no English name", examples=["City Management"])
    reports: int = Field(examples=[3])
    pictures: list[str] = Field(description="Keys of photos that may be seen")
    ref: str = Field(description="Follow the matter by it, within a day; empty where it cannot be followed")


class CodeIn(Given):
    code: str = CODE


class RatingIn(Given):
    code: str = CODE
    level: Literal[1, 2, 3, 4, 5] = Field(description="1 very satisfied … 5 not satisfied at all", examples=[2])
    comment: Plain = Field("", max_length=500, examples=["很快就修好了"])


class ReopeningIn(Given):
    code: str = CODE
    reason: Plain = Field(max_length=500, examples=["昨晚又不亮了"])


class TrackingStep(Schema):
    key: StepKey
    state: Literal["done", "now", "todo"]
    at: datetime | None


class PublicLine(Schema):
    at: datetime
    text: PlainWords


class TrackedPhoto(Schema):
    key: str | None = Field(description="Null until it may be seen")
    state: PictureState
    purpose: Purpose


class RatingOut(Schema):
    level: int = Field(examples=[2])
    comment: str
    at: datetime
    changed_at: datetime | None = None


class TrackingOut(Schema):
    """What the holder of a code is told."""

    kind: Literal["report", "follow"]
    at: datetime = Field(description="Since when one waits; reopening does not begin it anew")
    text: str
    category: str
    address: str
    place: PublicPlace | None
    phone: str = Field(description="Masked", examples=["138****1234"])
    number: str | None = Field(description="Of the case, once there is one", examples=["AJ2026030200001"])
    title: PlainWords | None
    region: str
    organisation: str | None = Field(description="Who has it", examples=["市城管执法委"])
    organisation_en: str = Field(description="Empty where it has no English name", examples=["City Management"])
    due_at: datetime | None = Field(description="Until when")
    is_overdue: bool
    closed_at: datetime | None
    outcome: str | None = Field(examples=["resolved"])
    reports: int
    reopened_count: int
    step: StepKey
    progress: PlainWords
    steps: list[TrackingStep]
    timeline: list[PublicLine]
    pictures: list[TrackedPhoto]
    rating: RatingOut | None
    may_rate: bool
    may_reopen: bool
    reopen_until: datetime | None


class PublicCasesWanted(Schema):
    solved: bool = Field(False, description="Those that were solved lately, instead of those being handled")
    lon: float | None = Field(None, ge=-180, le=180)
    lat: float | None = Field(None, ge=-90, le=90)


# staff


class PictureOut(Schema):
    """A photo for whoever checks it; its content is at /files/{key}/content."""

    key: str = Field(examples=["5f0c6b1e9a3d4c7f8e2b1a0d9c8b7a65"])
    state: PictureState
    purpose: Purpose
    signal: int | None
    case_number: str
    text: str = Field(description="What the reporter said; contacts are taken out")
    width: int | None
    height: int | None
    asked_at: datetime
    decided_at: datetime | None
    decided_by: str
    reason: str

    @staticmethod
    def resolve_text(row: Any) -> str:
        return (row.signal.text or row.signal.subject) if row.signal else ""

    @staticmethod
    def resolve_signal(row: Any) -> int | None:
        found: int | None = row.signal_id
        return found

    @staticmethod
    def resolve_width(row: Any) -> int | None:
        found: int | None = row.file.width
        return found

    @staticmethod
    def resolve_height(row: Any) -> int | None:
        found: int | None = row.file.height
        return found


class PicturesWanted(Schema):
    state: PictureState | None = None
    case: str | None = Field(None, max_length=40)


class PictureRefuse(Given):
    reason: Said = Field(min_length=1, max_length=300, examples=["照片中可看清人脸"])


class VoicePhoto(Schema):
    key: str
    state: PictureState


class VoiceOut(Schema):
    signal: int = Field(examples=[17])
    at: datetime
    text: str
    photos: list[VoicePhoto]
    is_follow: bool


class VoicesOut(Schema):
    """What citizens said about a case through the portal."""

    reports: list[VoiceOut]
    ratings: list[RatingOut]
    followers: int = Field(examples=[2])
