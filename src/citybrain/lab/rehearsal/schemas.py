"""What rehearsals take and answer over HTTP."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from ninja import Field, Schema

from citybrain.base.accounts.http import Given, Moment
from citybrain.base.accounts.redaction import Said

Code = Annotated[str, Field(max_length=64)]
Difference = Literal["merged", "organisation", "due", "warnings", "late", "ended", "severity"]


class LineDrafted(Given):
    """A changed line of the responsibility list: added, ended, or with another priority."""

    action: Literal["add", "end", "change"] = Field("add", examples=["add"])
    line: int | None = Field(None, ge=1, le=2**62, description="The line that ends or changes", examples=[12])
    case_type: Code = Field("", examples=["urban.facilities.street_light"])
    region: Code = Field("*", examples=["420606"])
    organisation: Code = Field("", examples=["lighting"])
    priority: int = Field(0, ge=-1000, le=1000, examples=[0])
    note: Said = Field("", max_length=300, examples=["moved to the lighting office"])


class LayerDrafted(Given):
    """A value laid over a place of a pack's `cases.yaml`; null takes the place away."""

    pack: Code = Field(examples=["urban"])
    section: Code = Field("cases.yaml", examples=["cases.yaml"])
    path: str = Field(min_length=1, max_length=255, examples=["clocks/urban.one-day/duration/amount"])
    value: Any = Field(None, examples=[12])


class RehearsalAsk(Given):
    """A period of city time, and what shall be different in it."""

    title: Said = Field("", max_length=120, examples=["Street lights to the lighting office"])
    start: Moment = Field(examples=["2026-03-01T00:00:00+08:00"])
    end: Moment = Field(description="Not included", examples=["2026-03-15T00:00:00+08:00"])
    lines: list[LineDrafted] = Field([], max_length=2000)
    layers: list[LayerDrafted] = Field([], max_length=200)

    def values(self) -> dict[str, Any]:
        return self.dict()


class RehearsalSummary(Schema):
    """A rehearsal in a list."""

    id: int = Field(examples=[3])
    title: str = Field(examples=["Street lights to the lighting office"])
    start: datetime
    end: datetime = Field(description="Not included")
    state: Literal["queued", "running", "done", "failed"] = Field(examples=["running"])
    progress: float = Field(description="0 to 1", examples=[0.4])
    note: str = Field(examples=["1200 / 3000"])
    asked_by: str = Field(alias="asked_label", examples=["王芳"])
    asked_at: datetime
    finished_at: datetime | None = Field(description="By the machine's time")
    differ: int | None = Field(description="How many cases differ; null until it is done", examples=[52])
    error: str = Field(examples=[""])

    @staticmethod
    def resolve_differ(row: Any) -> int | None:
        found: int | None = row.result.get("summary", {}).get("differ")
        return found


class RehearsalShown(RehearsalSummary):
    """A rehearsal with its change and its sums."""

    changes: dict[str, Any] = Field(examples=[{"lines": [], "layers": []}])
    result: dict[str, Any] = Field(
        description="`summary` (counts by kind of difference and organisation), `reproduction` (how far the base run"
        " is the record), `assumptions` (counts by rule), `digests`, `speed`; empty until it is done",
        examples=[{}],
    )


class DifferencesAsked(Schema):
    """All that are given must hold."""

    kind: Difference | None = Field(None, examples=["organisation"])
    organisation: Code | None = Field(None, description="Has it now, or would have it", examples=["lighting"])
    case_type: Code | None = Field(None, examples=["urban.facilities.street_light"])

    def values(self) -> dict[str, Any]:
        return {name: value or "" for name, value in self.dict().items()}


class DifferenceShown(Schema):
    """A case that would have gone another way."""

    id: int = Field(examples=[17])
    key: str = Field(examples=["signal/12"], description="The report that opened it, or `case/` and its number")
    number: str = Field(examples=["XY2026030200001"], description="Blank for a case that there would have been")
    case_type: str = Field(examples=["urban.facilities.street_light"])
    region_path: str = Field(examples=["/4206/420606/"])
    opened_at: datetime
    kinds: list[Difference] = Field(examples=[["organisation"]])
    now: dict[str, Any] | None = Field(description="null: its report is part of `now_in`", examples=[None])
    then: dict[str, Any] | None = Field(description="null: its report would be part of `then_in`", examples=[None])
    now_in: str = Field(examples=[""])
    then_in: str = Field(examples=["XY2026030200001"])

    @staticmethod
    def resolve_kinds(row: Any) -> list[str]:
        return [kind for kind in row.kinds.split(",") if kind]
