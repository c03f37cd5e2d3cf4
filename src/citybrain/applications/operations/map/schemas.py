"""What the door of the map answers."""

from __future__ import annotations

from ninja import Field, Schema

from citybrain.applications.operations.map.queries import PublicMap


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

    @staticmethod
    def resolve_tiles(found: PublicMap) -> str:
        return f"/api/v1/public/tiles/{found.version}/{{z}}/{{x}}/{{y}}.mvt"
