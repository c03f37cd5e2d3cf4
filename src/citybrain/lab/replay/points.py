"""Points as sources write them: how exact a rounded one is, and which ones only look like points."""

from __future__ import annotations

from dataclasses import dataclass

from citybrain.lab.replay.mapping import PointOf

METRES_A_DEGREE = 111_320.0


@dataclass(frozen=True, slots=True)
class ReadPoint:
    lon: float
    lat: float
    precision_m: float


class BadPoint(ValueError):
    """Two cells that are no place on earth."""


def read_point(lon: str, lat: str, how: PointOf) -> ReadPoint | None:
    """The point of two cells; None when blank or a placeholder. Raises BadPoint when it is no point on earth.

    With `precision: decimals` it is exact to one unit of the last decimal written, of the coarser coordinate: 39.29 is
    1.1 km, and 39.0 written for "somewhere in town" is 11 km.
    """
    lon, lat = lon.strip(), lat.strip()
    if not lon or not lat or f"{lon} {lat}" in how.unknown:
        return None
    try:
        point = float(lon), float(lat)
    except ValueError as error:
        raise BadPoint(f"{lon!r}, {lat!r} is not a point") from error
    if not (-180 <= point[0] <= 180 and -90 <= point[1] <= 90):
        raise BadPoint(f"{lon}, {lat} is outside the earth")
    written = min(decimals(lon), decimals(lat))
    if written < how.known_from_decimals:
        return None
    exact = METRES_A_DEGREE / 10**written if how.precision == "decimals" else how.precision
    return ReadPoint(point[0], point[1], max(1.0, round(exact, 2)))


def decimals(text: str) -> int:
    return len(text.partition(".")[2])
