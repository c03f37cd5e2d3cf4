"""What the traffic pack can work out: free-flow speed, and the congestion index of an area."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from citybrain.hubs.intelligence.capabilities import capability
from citybrain.sectors.traffic import congestion

Speed = Annotated[float, Field(ge=0, le=300, allow_inf_nan=False)]
FreeFlow = Annotated[float, Field(ge=5, le=300, allow_inf_nan=False)]
Weight = Annotated[float, Field(gt=0, le=1e9, allow_inf_nan=False)]
SOURCE = "GB/T 33171—2016"


class Given(BaseModel):
    model_config = ConfigDict(extra="forbid")


class SpeedsInput(Given):
    """Speeds of one detector in km/h, of a day or more."""

    speeds: Annotated[list[Speed], Field(min_length=12, max_length=1_000_000)]


class FreeFlowOutput(BaseModel):
    free_flow: float
    readings: int


class Section(Given):
    """One detector: mean speed and free-flow speed in km/h; what it stands for in km, and flow in vehicles an hour."""

    thing: Annotated[str, Field(max_length=64)] = ""
    speed: Speed
    free_flow: FreeFlow
    length_km: Weight | None = None
    flow: Annotated[float, Field(ge=0, le=1e6, allow_inf_nan=False)] | None = None


class CongestionInput(Given):
    sections: Annotated[list[Section], Field(min_length=1, max_length=100_000)]


class SectionShown(BaseModel):
    thing: str
    travel_time_index: float
    grade: int
    title: dict[str, str]


class CongestionOutput(BaseModel):
    """The area's index, the share of road in each grade (by length), and every section."""

    index: float
    congested_share: float
    shares: dict[str, float]
    sections: list[SectionShown]


@capability(
    "traffic.free_flow_speed",
    version="1.0.0",
    title={"zh": "自由流速度(85 百分位)", "en": "Free-flow speed (85th percentile)"},
    input=SpeedsInput,
    output=FreeFlowOutput,
    source="85th percentile of speeds",
)
def work_out_free_flow(given: SpeedsInput) -> FreeFlowOutput:
    """The free-flow speed of one detector."""
    return FreeFlowOutput(free_flow=round(congestion.free_flow_speed(given.speeds), 2), readings=len(given.speeds))


@capability(
    "traffic.congestion_index",
    version="1.0.0",
    title={"zh": "拥堵指数(行程时间比)与运行等级", "en": "Congestion index (travel time ratio) and grades"},
    input=CongestionInput,
    output=CongestionOutput,
    source=SOURCE,
)
def work_out_congestion(given: CongestionInput) -> CongestionOutput:
    """The congestion index of an area from its sections."""
    lengths = [section.length_km or 1.0 for section in given.sections]
    flows_known = all(section.flow for section in given.sections)
    weights = [
        length * (section.flow if flows_known and section.flow else 1.0)
        for length, section in zip(lengths, given.sections, strict=True)
    ]
    indices = [congestion.travel_time_index(one.speed, one.free_flow) for one in given.sections]
    grades = [congestion.grade_of(one.speed, one.free_flow) for one in given.sections]
    shares = {str(grade["grade"]): 0.0 for grade in congestion.grades()}
    for grade, length in zip(grades, lengths, strict=True):
        shares[str(grade["grade"])] += length / sum(lengths)
    congested = sum(share for grade, share in shares.items() if int(grade) >= congestion.CONGESTED_FROM)
    index = sum(index * weight for index, weight in zip(indices, weights, strict=True)) / sum(weights)
    return CongestionOutput(
        index=round(index, 4),
        congested_share=round(congested, 4),
        shares={grade: round(share, 4) for grade, share in shares.items()},
        sections=[
            SectionShown(thing=one.thing, travel_time_index=round(value, 4), grade=grade["grade"], title=grade["title"])
            for one, value, grade in zip(given.sections, indices, grades, strict=True)
        ],
    )
