"""HTTP door of sector packs: what is installed, what it declares, and operators' adjustments."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from ninja import Router, Schema, Status
from pydantic import Field

from citybrain.base.accounts.http import CityRequest, Given
from citybrain.base.accounts.redaction import Said
from citybrain.base.packs import actions, queries
from citybrain.base.packs.published import json_schemas

router = Router(tags=["packs"])


class ProblemShown(Schema):
    file: str = Field(examples=["alarms.yaml"])
    line: int = Field(examples=[12])
    place: str = Field(examples=["rules/environment.pm25_high/clear_at"])
    code: str = Field(examples=["alarms.threshold_order"])
    text: dict[str, str]
    cure: dict[str, str]


class PackSummary(Schema):
    key: str = Field(examples=["environment"])
    title: dict[str, str] = Field(examples=[{"zh": "生态环境", "en": "Environment"}])
    version: str = Field(examples=["1.0.0"])
    owner: str = Field(examples=["CityBrain"])
    source: str = Field(description="builtin, data (DIR/packs) or package", examples=["builtin"])
    state: str = Field(description="loaded, faulty, not_loaded or gone", examples=["loaded"])
    loaded_at: datetime | None
    content_hash: str
    problems: list[ProblemShown] = Field(description="Why it is faulty; what was loaded before stays in force")
    warnings: list[str] = Field(description="What this city lacks for all of it to work")


class AdjustmentShown(Schema):
    version: int = Field(description="Counts the adjustments of this pack", examples=[1])
    section: str = Field(examples=["alarms.yaml"])
    path: str = Field(examples=["rules/environment.pm25_high/raise_at"])
    value: Any = Field(examples=[180])
    removed: bool = Field(description="The place was given back to the pack")
    by: str = Field(examples=["user:1"])
    at: datetime
    note: str
    in_force: bool


class AdjustmentLaid(AdjustmentShown):
    declared: Any = Field(description="What the pack itself says there", examples=[150])


class PackDetail(PackSummary):
    manifest: dict[str, Any] = Field(description="pack.yaml")
    declares: dict[str, Any] = Field(description="What each file says, adjustments included")
    adjustments: list[AdjustmentLaid] = Field(description="All of them, newest first")


class Adjustment(Given):
    section: str = Field(max_length=64, examples=["alarms.yaml"])
    path: str = Field(max_length=255, min_length=1, examples=["rules/environment.pm25_high/raise_at"])
    value: Any = Field(description="null takes the place away", examples=[180])
    note: Said = Field("", max_length=500, examples=["采暖季试行"])


class Trial(Given):
    section: str = Field(max_length=64, examples=["alarms.yaml"])
    path: str = Field(max_length=255, min_length=1, examples=["rules/environment.pm25_high/raise_at"])
    value: Any = Field(None, description="null takes the place away", examples=[180])
    restoring: bool = Field(False, description="Give the place back to the pack instead")


class TrialShown(Schema):
    """What a change would be; nothing is kept. With problems it would be refused."""

    declared: Any = Field(description="What the pack itself says", examples=[150])
    now: Any = Field(examples=[150])
    then: Any = Field(examples=[180])
    problems: list[ProblemShown]


class Restoring(Given):
    section: str = Field(max_length=64, examples=["alarms.yaml"])
    path: str = Field(max_length=255, min_length=1, examples=["rules/environment.pm25_high/raise_at"])
    note: Said = Field("", max_length=500)


@router.get("/packs", response=list[PackSummary])
def list_packs(request: CityRequest) -> Any:
    """The sector packs of this installation, by key."""
    return queries.list_packs(request.viewer)


@router.get("/packs/schemas", response=dict[str, Any])
def get_schemas(request: CityRequest) -> Any:
    """The JSON Schema of each file of a pack."""
    return json_schemas()


@router.get("/packs/{key}", response=PackDetail)
def get_pack(request: CityRequest, key: str) -> Any:
    """One pack and everything it declares here."""
    return queries.get_pack(request.viewer, key)


@router.post("/packs/{key}/adjustments/preview", response=TrialShown)
def preview_adjustment(request: CityRequest, key: str, body: Trial) -> Any:
    """What a change would be, and what the judge would say to it; nothing is kept."""
    return queries.preview_adjustment(request.viewer, key, **body.dict())


@router.post("/packs/{key}/adjustments", response={201: AdjustmentShown})
def adjust_pack(request: CityRequest, key: str, body: Adjustment) -> Any:
    """Put a value of your own in place of what the pack declares; refused when the pack would not be right with it."""
    return Status(
        201, actions.adjust_pack(key, body.section, body.path, body.value, actor=request.viewer, note=body.note)
    )


@router.post("/packs/{key}/restorations", response={201: AdjustmentShown})
def restore_pack(request: CityRequest, key: str, body: Restoring) -> Any:
    """Give a place back to what the pack declares."""
    return Status(201, actions.restore_pack(key, body.section, body.path, actor=request.viewer, note=body.note))
