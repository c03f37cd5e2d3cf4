"""The HTTP door of places: the city, its regions, their boundaries, and which region a point or a text means."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Annotated, Any, Literal

from ninja import Field, Query, Router, Schema
from pydantic import AfterValidator, AwareDatetime, ConfigDict

from citybrain.base.accounts.http import PageOf, Paging
from citybrain.base.accounts.words import Word
from citybrain.base.places import actions, queries
from citybrain.base.places.models import City, Region, RegionBoundary
from citybrain.base.places.outlines import outline_from_geojson, to_geojson
from citybrain.base.places.types import Named, Point, h3_cell

router = Router(tags=["places"])


def _in_utc(moment: datetime) -> datetime:
    try:
        return moment.astimezone(UTC)
    except OverflowError as error:
        raise ValueError("the time lies outside the years 1 to 9999") from error


Moment = Annotated[AwareDatetime, AfterValidator(_in_utc)]
Crs = Literal["WGS-84", "CGCS2000", "GCJ-02", "BD-09"]
Code = Annotated[str, Field(min_length=1, max_length=64, examples=["420606"])]
Codes = Annotated[list[Annotated[str, Field(max_length=64)]], Field(max_length=200)]
Name = Annotated[str, Field(min_length=1, max_length=120, examples=["樊城区"])]


class LevelOut(Schema):
    key: str = Field(examples=["county"])
    zh: str = Field(examples=["区县"])
    en: str = Field(examples=["County"])


class RegionSummary(Schema):
    code: str = Field(examples=["420606"])
    name: str = Field(examples=["樊城区"])
    name_en: str = Field(examples=["Fancheng"])
    level: str = Field(examples=["county"])
    path: str = Field(examples=["/4206/420606/"], description="Codes from the root down")
    area_km2: float | None = Field(description="Of the present boundary; null without one", examples=[477.4])
    centre_lon: float | None = Field(description="WGS-84; null without a boundary", examples=[111.96])
    centre_lat: float | None = Field(examples=[32.14])
    population: int | None = Field(description="People who live there; null where nobody said", examples=[856_000])
    has_parts: bool = Field(description="Whether there are regions below it")

    @staticmethod
    def resolve_has_parts(region: Region) -> bool:
        return queries.has_parts(region)


class CityOut(Schema):
    code: str = Field(examples=["4206"])
    name: str = Field(examples=["襄阳市"])
    name_en: str = Field(examples=["Xiangyang"])
    time_zone: str = Field(examples=["Asia/Shanghai"])
    levels: list[LevelOut]
    root: str = Field(description="Code of the root region", examples=["4206"])
    is_simulated: bool = Field(description="Nothing in this city is real: people, places, devices", examples=[False])
    bbox: list[float] | None = Field(description="West, south, east, north in WGS-84; null without a boundary")

    @staticmethod
    def resolve_root(city: City) -> str:
        return city.root.code

    @staticmethod
    def resolve_bbox(city: City) -> list[float] | None:
        return queries.find_box(city.root)


class RegionAbove(Schema):
    code: str
    name: str
    level: str


class RegionDetail(RegionSummary):
    valid_from: datetime | None = Field(description="When the region came into force; null: always")
    valid_to: datetime | None = Field(description="When it ended; null: in force")
    population_at: date | None = Field(description="The day that the population is of", examples=["2020-11-01"])
    population_source: str = Field(description="Who says so; empty where nobody did", examples=["第七次全国人口普查"])
    above: list[RegionAbove] = Field(description="From the root down")

    @staticmethod
    def resolve_above(region: Region) -> list[Region]:
        return queries.ancestors_of(region)


class BoundaryOut(Schema):
    """A GeoJSON feature (RFC 7946), coordinates in WGS-84."""

    type: Literal["Feature"] = "Feature"
    id: str = Field(examples=["420606"])
    bbox: list[float]
    geometry: dict[str, Any] = Field(examples=[{"type": "Polygon", "coordinates": [[[112.0, 32.0], [112.2, 32.0]]]}])
    properties: dict[str, Any] = Field(examples=[{"name": "樊城区", "level": "county"}])


class LocatedOut(Schema):
    region: str | None = Field(description="Code of the deepest region with a boundary around the point; null outside")
    path: str = Field(examples=["/4206/420606/"])
    level: str = Field(description="How deep the answer is", examples=["county"])
    has_deeper: bool = Field(description="The region has parts without a boundary there: the truth may be deeper")
    lon: float = Field(description="The point in WGS-84", examples=[112.1])
    lat: float = Field(examples=[32.1])
    h3: str = Field(description="H3 cell, resolution 9", examples=["8931aa42803ffff"])


class NamedOut(Schema):
    region: str | None = Field(description="Code of the deepest region that the text names beyond doubt")
    path: str = Field(examples=["/4206/420606/420606001/"])
    level: str = Field(examples=["street"])
    why: Literal["named", "ambiguous", "absent"]
    words: list[str] = Field(description="Names found in the text", examples=[["襄阳市", "樊城区", "王寨街道"]])
    candidates: list[str] = Field(description="Codes in question where it is ambiguous")

    @staticmethod
    def resolve_region(named: Named) -> str | None:
        return named.region_code

    @staticmethod
    def resolve_path(named: Named) -> str:
        return named.region_path


class TextWanted(Schema):
    text: str = Field(max_length=2000, examples=["襄阳市樊城区王寨街道长虹路"])
    under: str = Field("/", max_length=255, description="Only regions at or below this path")


class RegionCreate(Schema):
    model_config = ConfigDict(extra="forbid")
    code: Code
    name: Name
    name_en: str = Field("", max_length=120)
    level: str = Field(max_length=32, examples=["street"])
    parent: Code = Field(description="Code of the region above", examples=["420606"])


class RegionRename(Schema):
    model_config = ConfigDict(extra="forbid")
    name: Name
    name_en: str | None = Field(None, max_length=120)


class RegionMove(Schema):
    model_config = ConfigDict(extra="forbid")
    parent: Code


class RegionEnd(Schema):
    model_config = ConfigDict(extra="forbid")
    at: Moment | None = Field(None, description="Default: now", examples=["2026-12-31T16:00:00Z"])


class BoundaryDraw(Schema):
    model_config = ConfigDict(extra="forbid")
    geometry: dict[str, Any] = Field(
        description="GeoJSON Polygon or MultiPolygon",
        examples=[{"type": "Polygon", "coordinates": [[[112.0, 32.0], [112.1, 32.0], [112.1, 32.1], [112.0, 32.0]]]}],
    )
    crs: Crs = "WGS-84"
    source: str = Field("", max_length=200, examples=["2026 survey"])
    valid_from: Moment | None = Field(None, description="Default: always for a first boundary, now for another")


LevelKey = Annotated[str, Word("levels of regions", queries.level_keys)]


class RegionsWanted(Schema):
    parent: str | None = Field(None, max_length=64, description="Only the regions right below this one")
    level: LevelKey | None = None
    search: str = Field("", max_length=100, description="A part of the name, or the beginning of the code")
    code: Codes = Field([], description="Exactly these, ended ones too", examples=[["420606"]])


@router.get("/places/city", response=CityOut, summary="The city")
def get_city(request: Any) -> City:
    """The city of this platform: its names, time zone, levels of regions and extent."""
    request.viewer.check("place.read")
    return queries.city()


@router.get("/places/regions", response=PageOf[RegionSummary], summary="Regions, in the order of the tree")
def list_regions(request: Any, wanted: Query[RegionsWanted], paging: Query[Paging]) -> Any:
    """Regions in the order of the tree, by parent, level, or a part of the name."""
    request.viewer.check("place.read")
    scope = request.viewer.where(Region.SCOPE)
    return queries.list_regions(scope, **wanted.dict(), after=paging.after, limit=paging.limit)


@router.post("/places/regions", response={201: RegionSummary}, summary="Add a region")
def create_region(request: Any, body: RegionCreate) -> Region:
    """Add a region below another one; it has no boundary until one is drawn."""
    parent = queries.get_region_to_change(body.parent, actor=request.viewer)
    return actions.create_region(actor=request.viewer, **{**body.dict(), "parent": parent})


@router.get("/places/regions/{code}", response=RegionDetail, summary="One region")
def get_region(request: Any, code: str) -> Region:
    """One region with everything above it."""
    request.viewer.check("place.read")
    return queries.get_region(request.viewer.where(Region.SCOPE), code)


@router.patch("/places/regions/{code}", response=RegionSummary, summary="Rename a region")
def rename_region(request: Any, code: str, body: RegionRename) -> Region:
    """Change the name of a region; its code and path stay."""
    region = queries.get_region_to_change(code, actor=request.viewer)
    return actions.rename_region(region, actor=request.viewer, **body.dict())


@router.post("/places/regions/{code}/move", response=RegionSummary, summary="Put a region below another one")
def move_region(request: Any, code: str, body: RegionMove) -> Region:
    """Put a region and everything below it under another region; paths follow."""
    region = queries.get_region_to_change(code, actor=request.viewer)
    parent = queries.get_region_to_change(body.parent, actor=request.viewer)
    return actions.move_region(region, actor=request.viewer, parent=parent)


@router.post("/places/regions/{code}/end", response=RegionSummary, summary="Take a region out of force")
def end_region(request: Any, code: str, body: RegionEnd) -> Region:
    """Take a region out of force at a moment; what was located in it keeps it."""
    region = queries.get_region_to_change(code, actor=request.viewer)
    return actions.end_region(region, actor=request.viewer, at=body.at)


@router.get("/places/regions/{code}/boundary", response=BoundaryOut, summary="A region's boundary as GeoJSON")
def get_boundary(request: Any, code: str, at: Moment | None = None) -> dict[str, Any]:
    """The boundary of a region as it was at a moment (default: now), as a GeoJSON feature."""
    request.viewer.check("place.read")
    return _feature(queries.get_boundary(request.viewer.where(Region.SCOPE), code, at))


@router.put("/places/regions/{code}/boundary", response=BoundaryOut, summary="Give a region an outline")
def draw_boundary(request: Any, code: str, body: BoundaryDraw) -> dict[str, Any]:
    """Give a region an outline from a moment on; the former one stays known for the time before."""
    region = queries.get_region_to_change(code, actor=request.viewer)
    outline = outline_from_geojson(body.geometry, body.crs)
    return _feature(
        actions.draw_boundary(region, outline, actor=request.viewer, source=body.source, valid_from=body.valid_from)
    )


@router.get("/places/locate", response=LocatedOut, summary="The region around a point")
def locate(
    request: Any,
    lon: Annotated[float, Field(examples=[112.14])],
    lat: Annotated[float, Field(examples=[32.04])],
    crs: Crs = "WGS-84",
    at: Moment | None = None,
) -> dict[str, Any]:
    """The deepest region with a boundary around a point, in any of the four coordinate systems."""
    request.viewer.check("place.read")
    point = Point(lon, lat, crs).wgs84()
    found = queries.locate_point(point, at)
    return {
        "region": found.region_code,
        "path": found.region_path,
        "level": found.level,
        "has_deeper": found.has_deeper,
        "lon": point.lon,
        "lat": point.lat,
        "h3": h3_cell(point.lon, point.lat),
    }


@router.get("/places/named", response=NamedOut, summary="The region that a text or an address names")
def find_named(request: Any, wanted: Query[TextWanted]) -> Named:
    """The deepest region that a text names beyond doubt, and why."""
    request.viewer.check("place.read")
    return queries.find_region_by_name(wanted.text, wanted.under)


def _feature(boundary: RegionBoundary) -> dict[str, Any]:
    region = boundary.region
    return {
        "id": region.code,
        "bbox": [boundary.west, boundary.south, boundary.east, boundary.north],
        "geometry": to_geojson(bytes(boundary.wkb)),
        "properties": {
            "code": region.code,
            "name": region.name,
            "level": region.level,
            "area_km2": boundary.area_km2,
            "valid_from": boundary.valid_from,
            "valid_to": boundary.valid_to,
            "source": boundary.source,
            "is_derived": boundary.is_derived,
        },
    }
