"""The door of the map: what there is, and tiles."""

from __future__ import annotations

import gzip
import hashlib
from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router

from citybrain.applications.operations.map import queries
from citybrain.applications.operations.map.queries import Tile
from citybrain.applications.operations.map.schemas import MapOut, MapQuery, PublicMapOut, map_out, public_map_out
from citybrain.base.accounts.http import CityRequest

router = Router(tags=["map"])
MEDIA_TYPE = "application/vnd.mapbox-vector-tile"
LASTING = "max-age=31536000, immutable"
"""A year: another version of the map has another address."""


@router.get("/public/map", response=PublicMapOut, auth=None)
def show_public_map(request: HttpRequest) -> Any:
    """The city's name, where it lies, and where the tiles of its base are; open to everybody."""
    return public_map_out(queries.public_map())


@router.get("/public/tiles/{version}/{z}/{x}/{y}.mvt", response={200: bytes}, auth=None)
def show_public_tile(request: HttpRequest, version: str, z: int, x: int, y: int) -> HttpResponse:
    """A vector tile of regions, roads, water, green and buildings, as `/public/map` names it; open to everybody."""
    return answer(request, queries.public_tile(version, z, x, y), shared="public")


@router.get("/map", response=MapOut)
def show_map(request: CityRequest, asked: Query[MapQuery]) -> Any:
    """Where the city lies, its layers, and the legend: about how many cases, alarms and things you see there."""
    return map_out(queries.describe_map(request.viewer, asked.asked()))


@router.get("/tiles/{layer_set}/{z}/{x}/{y}.mvt", response={200: bytes})
def show_tile(request: CityRequest, layer_set: str, z: int, x: int, y: int, asked: Query[MapQuery]) -> HttpResponse:
    """A vector tile of `base`, `things`, `alarms`, `cases` or `heat`, or of several (`live`), of what you may see.

    Sets of more than 2,000 points come in clusters (`count`, worst `severity`) up to zoom 15; else each point has `id`,
    `kind`, `severity`, `state` and `title`. Heat holds cells with a `count` and a `level` from 1 to 5.
    """
    found = queries.tile(request.viewer, layer_set, asked.v, asked.sets, asked.asked(), z, x, y)
    return answer(request, found, shared="private")


def answer(request: HttpRequest, tile: Tile, *, shared: str) -> HttpResponse:
    """A tile with what a browser needs to keep it; 304 where it has it already."""
    tag = f'"{hashlib.blake2b(tile.content, digest_size=12).hexdigest()}"'
    is_known = tag in request.headers.get("If-None-Match", "").replace("W/", "")
    takes_zip = "gzip" in request.headers.get("Accept-Encoding", "")
    content = gzip.decompress(tile.content) if tile.is_zipped and not takes_zip else tile.content
    response = HttpResponse(b"" if is_known else content, status=304 if is_known else 200, content_type=MEDIA_TYPE)
    if tile.is_zipped and takes_zip and not is_known:
        response["Content-Encoding"] = "gzip"
    response["ETag"] = tag
    response["Cache-Control"] = f"{shared}, {LASTING}" if tile.is_lasting else f"{shared}, no-cache"
    response["Vary"] = "Accept-Encoding"
    return response
