"""What crosses the border of things."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from citybrain.base.errors import FieldError

Code = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._:-]*$", max_length=64)]
MAX_ATTRIBUTES = 50
MAX_BATCH = 10_000
Attribute = str | int | float | bool | None


class ThingDraft(BaseModel):
    """A thing as somebody registers it. Left out, `organisation` is the registrant's own."""

    model_config = ConfigDict(extra="forbid", allow_inf_nan=False)

    code: Code
    model: Annotated[str, StringConstraints(min_length=1, max_length=64)]
    name: Annotated[str, StringConstraints(max_length=200)] = ""
    lon: float | None = None
    lat: float | None = None
    crs: str = "WGS-84"
    precision_m: float | None = None
    region: Annotated[str, StringConstraints(max_length=64)] = ""
    """Code of the region, where the point does not say it (or not as deep)."""
    organisation: Annotated[str, StringConstraints(max_length=64)] = ""
    address: Annotated[str, StringConstraints(max_length=300)] = ""
    attributes: Annotated[dict[str, Attribute], Field(max_length=MAX_ATTRIBUTES)] = {}


@dataclass(frozen=True)
class RejectedRow:
    """A row of a batch that was not taken: its place in the batch, the field, and why."""

    index: int
    wrong: FieldError

    def plain(self, language: str) -> dict[str, Any]:
        return {"index": self.index, **self.wrong.document(language)}


@dataclass(frozen=True)
class Receipt:
    """What became of a batch: new things, changed ones, those that were there just so, and rejected rows."""

    accepted: int = 0
    updated: int = 0
    duplicates: int = 0
    rejected: tuple[RejectedRow, ...] = ()

    def plain(self, language: str) -> dict[str, Any]:
        return {**self.__dict__, "rejected": [row.plain(language) for row in self.rejected]}


@dataclass(frozen=True)
class Placed:
    """Where a thing stands, in WGS-84, and the region that follows from it."""

    lon: float | None = None
    lat: float | None = None
    precision_m: float | None = None
    given_crs: str = ""
    region_code: str = ""
    region_path: str = ""
    given_region: bool = False

    def columns(self) -> Mapping[str, Any]:
        return self.__dict__
