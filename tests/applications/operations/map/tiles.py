"""Reading tiles in tests: through the door, with a reader that is not ours."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from typing import Any

import mapbox_vector_tile
import numpy as np

from citybrain.base.places.tiles import to_world
from tests.cast import CityClient

STREET = (112.05, 32.1)
"""A point in `cast.street`."""


def tile_at(lon: float, lat: float, z: int) -> tuple[int, int, int]:
    x, y = (int(float(part) * 2**z) for part in to_world(lon, lat))
    return z, x, y


def read(content: bytes) -> dict[str, list[dict[str, Any]]]:
    """The features of each layer."""
    data = gzip.decompress(content) if content[:2] == b"\x1f\x8b" else content
    layers = mapbox_vector_tile.decode(data, default_options={"y_coord_down": True})
    return {name: layer["features"] for name, layer in layers.items()}


def get(client: CityClient, path: str, **query: Any) -> dict[str, list[dict[str, Any]]]:
    answer = client.get(f"/api/v1{path}", query_params=query)
    assert answer.status_code == 200, answer.content.decode()
    return read(answer.content)


def places_of(features: list[dict[str, Any]], z: int, x: int, y: int) -> Iterator[tuple[float, float]]:
    """Longitude and latitude of the points of a tile."""
    for one in features:
        px, py = one["geometry"]["coordinates"]
        wx, wy = (x + (px + 0.5) / 4096) / 2**z, (y + (py + 0.5) / 4096) / 2**z
        yield wx * 360 - 180, float(np.degrees(np.arctan(np.sinh(np.pi * (1 - 2 * wy)))))
