"""Points on the ground: which coordinate system they are in, how precise they are, how far apart they stand.

WGS-84 is what we store and compute in. CGCS2000 differs from it by centimetres and is taken as the same. GCJ-02 (maps
sold in China) and BD-09 (Baidu) are WGS-84 bent by formulas that every open implementation shares (eviltransform,
coordtransform, gcoord); their inverses are found here by iteration, to better than 1e-9 degrees, where those libraries
approximate. Outside the box around China GCJ-02 is WGS-84.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import h3
import numpy as np
import numpy.typing as npt

from citybrain.base.errors import BadInput

Floats = npt.NDArray[np.float64]
Pair = tuple[Floats, Floats]

WGS84: Final = "WGS-84"
CRS: Final = (WGS84, "CGCS2000", "GCJ-02", "BD-09")

EARTH_RADIUS_M = 6_371_008.8  # mean radius, IUGG
SEMI_MAJOR_M = 6_378_137.0  # WGS-84
ECCENTRICITY_2 = 0.006694379990141317  # WGS-84, first eccentricity squared
KRASOVSKY_M, KRASOVSKY_E2 = 6_378_245.0, 0.00669342162296594323
CHINA = (72.004, 0.8293, 137.8347, 55.8271)
BD_TURNS = math.pi * 3000.0 / 180.0


@dataclass(frozen=True)
class Point:
    """A position: degrees in `crs`, and how far off it may be in metres (None: unknown).

    Raises BadInput when it is not a position on earth, or when longitude and latitude are plainly swapped.
    """

    lon: float
    lat: float
    crs: str = WGS84
    precision_m: float | None = None

    def __post_init__(self) -> None:
        check_crs(self.crs)
        for value in (self.lon, self.lat):
            if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
                raise BadInput("place.not_a_number", lon=self.lon, lat=self.lat)
        if abs(self.lat) > 90 and abs(self.lon) <= 90 and abs(self.lat) <= 180:
            raise BadInput("place.swapped", lon=self.lon, lat=self.lat)
        if abs(self.lat) > 90 or abs(self.lon) > 180:
            raise BadInput("place.out_of_range", lon=self.lon, lat=self.lat)
        if self.precision_m is not None and not (math.isfinite(self.precision_m) and self.precision_m >= 0):
            raise BadInput("place.precision", precision=self.precision_m)

    def wgs84(self) -> Point:
        """The same place in WGS-84."""
        if self.crs == WGS84:
            return self
        lon, lat = to_wgs84(self.lon, self.lat, self.crs)
        return Point(float(lon), float(lat), WGS84, self.precision_m)


def check_crs(crs: str) -> str:
    """Raises BadInput `place.unknown_crs` when we do not know the system."""
    if crs not in CRS:
        raise BadInput("place.unknown_crs", crs=crs, known=", ".join(CRS))
    return crs


def to_wgs84(lon: npt.ArrayLike, lat: npt.ArrayLike, crs: str) -> Pair:
    """Degrees in `crs` to degrees in WGS-84; numbers or arrays of the same shape, float arrays come back."""
    return convert(lon, lat, crs, WGS84)


def convert(lon: npt.ArrayLike, lat: npt.ArrayLike, source: str, target: str) -> Pair:
    """Degrees in one system to degrees in another."""
    check_crs(source)
    check_crs(target)
    pair = np.asarray(lon, dtype=np.float64), np.asarray(lat, dtype=np.float64)
    if source == target:
        return pair
    if source == "BD-09":
        pair = _inverse(_gcj_to_bd, pair)
    if source in ("GCJ-02", "BD-09") and target not in ("GCJ-02", "BD-09"):
        pair = _inverse(_wgs_to_gcj, pair)
    if target in ("GCJ-02", "BD-09") and source not in ("GCJ-02", "BD-09"):
        pair = _wgs_to_gcj(*pair)
    return _gcj_to_bd(*pair) if target == "BD-09" else pair


def _wgs_to_gcj(lon: Floats, lat: Floats) -> Pair:
    x, y = lon - 105.0, lat - 35.0
    root = np.sqrt(np.abs(x))
    waves = 20.0 * np.sin(6.0 * x * np.pi) + 20.0 * np.sin(2.0 * x * np.pi)
    north = -100.0 + 2.0 * x + 3.0 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * root
    north = north + (waves + 20.0 * np.sin(y * np.pi) + 40.0 * np.sin(y / 3.0 * np.pi)) * 2.0 / 3.0
    north = north + (160.0 * np.sin(y / 12.0 * np.pi) + 320.0 * np.sin(y * np.pi / 30.0)) * 2.0 / 3.0
    east = 300.0 + x + 2.0 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * root
    east = east + (waves + 20.0 * np.sin(x * np.pi) + 40.0 * np.sin(x / 3.0 * np.pi)) * 2.0 / 3.0
    east = east + (150.0 * np.sin(x / 12.0 * np.pi) + 300.0 * np.sin(x / 30.0 * np.pi)) * 2.0 / 3.0

    radians = np.radians(lat)
    bend = 1.0 - KRASOVSKY_E2 * np.sin(radians) ** 2
    north_m = np.pi / 180.0 * KRASOVSKY_M * (1.0 - KRASOVSKY_E2) / (bend * np.sqrt(bend))
    east_m = np.pi / 180.0 * KRASOVSKY_M / np.sqrt(bend) * np.cos(radians)
    west_edge, south_edge, east_edge, north_edge = CHINA
    inside = (lon >= west_edge) & (lon <= east_edge) & (lat >= south_edge) & (lat <= north_edge)
    return lon + np.where(inside, east / east_m, 0.0), lat + np.where(inside, north / north_m, 0.0)


def _gcj_to_bd(lon: Floats, lat: Floats) -> Pair:
    radius = np.hypot(lon, lat) + 0.00002 * np.sin(lat * BD_TURNS)
    angle = np.arctan2(lat, lon) + 0.000003 * np.cos(lon * BD_TURNS)
    return radius * np.cos(angle) + 0.0065, radius * np.sin(angle) + 0.006


def _inverse(forward: Callable[[Floats, Floats], Pair], target: Pair) -> Pair:
    """The pair that `forward` takes to `target`: each step removes the remaining difference (a contraction)."""
    lon, lat = target
    for _ in range(12):
        got_lon, got_lat = forward(lon, lat)
        off_lon, off_lat = target[0] - got_lon, target[1] - got_lat
        lon, lat = lon + off_lon, lat + off_lat
        if not np.any((np.abs(off_lon) > 1e-11) | (np.abs(off_lat) > 1e-11)):
            break
    return lon, lat


def distance_m(lon: npt.ArrayLike, lat: npt.ArrayLike, other_lon: npt.ArrayLike, other_lat: npt.ArrayLike) -> Floats:
    """Metres between points in WGS-84 degrees along the mean sphere (haversine; within 0.5 % of the ellipsoid)."""
    phi, other_phi = np.radians(lat), np.radians(other_lat)
    half_lat = (other_phi - phi) / 2.0
    half_lon = np.radians(np.subtract(other_lon, lon)) / 2.0
    h = np.sin(half_lat) ** 2 + np.cos(phi) * np.cos(other_phi) * np.sin(half_lon) ** 2
    return np.asarray(2.0 * EARTH_RADIUS_M * np.arcsin(np.sqrt(np.clip(h, 0.0, 1.0))), dtype=np.float64)


def degree_lengths_m(lat: float) -> tuple[float, float]:
    """Metres in one degree of longitude and in one degree of latitude, on the WGS-84 ellipsoid at this latitude."""
    bend = 1.0 - ECCENTRICITY_2 * math.sin(math.radians(lat)) ** 2
    prime_vertical = SEMI_MAJOR_M / math.sqrt(bend)
    meridian = SEMI_MAJOR_M * (1.0 - ECCENTRICITY_2) / bend**1.5
    return math.radians(1.0) * prime_vertical * math.cos(math.radians(lat)), math.radians(1.0) * meridian


def equal_area(degrees: Floats) -> Floats:
    """WGS-84 degrees (n × 2) to metres in the cylindrical equal-area projection (Snyder 1987, eq. 3-12 and 10-13)."""
    e = math.sqrt(ECCENTRICITY_2)
    sine = np.sin(np.radians(degrees[:, 1]))
    q = sine / (1.0 - ECCENTRICITY_2 * sine**2) + np.arctanh(e * sine) / e
    q = q * (1.0 - ECCENTRICITY_2)
    return np.column_stack((SEMI_MAJOR_M * np.radians(degrees[:, 0]), SEMI_MAJOR_M * q / 2.0))


def h3_cell(lon: float, lat: float, resolution: int = 9) -> str:
    """The H3 cell of a WGS-84 point; resolution 9 has edges of about 200 m."""
    return str(h3.latlng_to_cell(lat, lon, resolution))
