"""What the door of the map answers."""

from __future__ import annotations

from typing import Literal

from ninja import Field, Schema

from citybrain.applications.operations.map.queries import LegendLine, PublicMap, ViewerMap
from citybrain.applications.operations.map.sets import Wanted
from citybrain.base.accounts.http import AboutShown, Moment
from citybrain.hubs.business.cases.schemas import CaseQuery
from citybrain.hubs.sensing.health.types import Contact, HealthFilter
from citybrain.hubs.sensing.things.queries import ModelKey


class PublicCity(Schema):
    code: str = Field(examples=["4206"])
    name: str = Field(examples=["襄阳市"])
    name_en: str = Field(examples=["Xiangyang"])
    is_simulated: bool = Field(description="Nothing in this city is real", examples=[False])


class PublicMapOut(Schema):
    """What a page needs to draw the base of the map."""

    city: PublicCity
    version: str = Field(description="Part of the address of every tile", examples=["5f0c6b1e9a3d4c7f-1"])
    bbox: list[float] | None = Field(
        description="West, south, east, north in WGS-84; null while the city has no boundary",
        examples=[[112.0, 32.0, 112.4, 32.2]],
    )
    layers: list[str] = Field(description="Layers with something in them", examples=[["regions", "roads", "water"]])
    tiles: str = Field(
        description="Address of the tiles", examples=["/api/v1/public/tiles/5f0c6b1e9a3d4c7f-1/{z}/{x}/{y}.mvt"]
    )
    deepest: int = Field(14, description="Beyond this zoom the tiles of this zoom are enlarged", examples=[14])


def public_map_out(base: PublicMap) -> dict[str, object]:
    tiles = f"/api/v1/public/tiles/{base.version}/{{z}}/{{x}}/{{y}}.mvt"
    return {
        "city": base.city, "version": base.version, "bbox": base.bbox, "layers": base.layers, "tiles": tiles,
    }  # fmt: skip


class MapQuery(CaseQuery):
    """What of the live sets is asked for: cases by the filter of their list, alarms by its severity, region and kinds,
    things by its region and by the filter of their own list (for the parts that say more than where,
    `telemetry.read`)."""

    at: Moment | None = Field(
        None, description="Cases that were open at that moment; is_open and overdue are then answered as of it"
    )
    model: list[ModelKey] = Field([], description="Things of these models", examples=[["environment.air_station"]])
    thing_q: str = Field("", max_length=100, description="Things: part of code, name or address", examples=["水位"])
    thing_state: Literal["active", "retired", "any"] = Field("active", description="Things: in use, or not any more")
    thing_unlocated: bool | None = Field(None, description="Things: true: only what no region contains")
    thing_severity: int | None = Field(
        None, ge=1, le=4, description="Things: an alarm this severe or worse fires on it"
    )
    contact: Contact | None = Field(None, description="Things: online, silent, or never heard from")
    firing: bool | None = Field(None, description="Things: true: an alarm fires on it; false: none does")
    sets: list[Literal["things", "alarms", "cases", "heat"]] = Field(
        [], description="What a tile of `live` holds, a layer each", examples=[["cases", "alarms"]]
    )
    v: str = Field("", max_length=64, description="Version of the base; with the present one a tile may be kept")

    def asked(self) -> Wanted:
        own = set(MapQuery.model_fields) - set(CaseQuery.model_fields)
        plain = CaseQuery.model_construct(**self.model_dump(exclude=own))
        return Wanted(plain.wanted(), self.at, tuple(self.model), self.asked_of_things())

    def asked_of_things(self) -> HealthFilter | None:
        """None where nothing but models and region is asked of things."""
        state = "" if self.thing_state == "any" else self.thing_state
        asked = HealthFilter(
            q=self.thing_q.strip(), unlocated=self.thing_unlocated, state=state, contact=self.contact,
            firing=self.firing, severity=self.thing_severity,
        )  # fmt: skip
        return None if asked == HealthFilter(state="active") else asked


class LegendShown(Schema):
    """One set of points that you may see."""

    name: str = Field(examples=["cases"])
    about: AboutShown
    by_severity: dict[int, AboutShown] = Field(
        description="1 (I, red) to 4 (IV, blue); 0: things without an alarm",
        examples=[{"2": {"count": 12, "is_more": False}}],
    )
    is_clustered: bool = Field(description="More than 2,000: the tiles hold clusters", examples=[False])

    @staticmethod
    def resolve_by_severity(line: LegendLine) -> dict[int, AboutShown]:
        return {key: AboutShown(count=one.count, is_more=one.is_more) for key, one in line.by_severity.items()}


class MapOut(PublicMapOut):
    """What a signed-in page needs to draw the map, and the legend with its counts."""

    legend: list[LegendShown]
    cluster_above: int = Field(description="Sets of more points come in clusters", examples=[2000])


def map_out(found: ViewerMap) -> dict[str, object]:
    """The base's fields and the legend side by side."""
    base = found.base
    tiles = f"/api/v1/tiles/base/{{z}}/{{x}}/{{y}}.mvt?v={base.version}"
    return {
        "city": base.city, "version": base.version, "bbox": base.bbox, "layers": base.layers, "tiles": tiles,
        "legend": found.legend, "cluster_above": found.cluster_above,
    }  # fmt: skip
