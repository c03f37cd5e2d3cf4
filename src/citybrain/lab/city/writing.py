"""The files of a city in `DIR/city`: map layers as GeoJSON, and what its simulated life knows of it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import shapely

from citybrain.lab.city.plan import Plan
from citybrain.lab.city.shape import Floats, to_degrees

LAYERS = ("roads", "water", "green", "buildings", "labels")
BUILDING_CLASS = {"residential": "building", "commercial": "building", "public": "public", "industrial": "industrial"}


def write_layers(plan: Plan, folder: Path) -> list[Path]:
    """One GeoJSON file for each layer of the map; every feature says that it is simulated."""
    features = {
        "roads": _roads(plan),
        "water": _areas(plan.water),
        "green": _areas(plan.green),
        "buildings": _buildings(plan),
        "labels": _labels(plan),
    }
    return [_write_collection(folder / f"{name}.geojson", features[name]) for name in LAYERS]


def write_world(plan: Plan, folder: Path) -> None:
    """What `life` reads: addresses, crossings and devices with their places, organisations, and who works where."""
    regions = plan.regions
    addresses = []
    lon, lat = to_degrees(np.array([a.x for a in plan.addresses]), np.array([a.y for a in plan.addresses]))
    for one, x, y in zip(plan.addresses, lon.tolist(), lat.tolist(), strict=True):
        county, street, community = regions.above(regions.grids[one.cell])
        addresses.append(
            [one.road, one.number, x, y, county.name, street.name, community.name, community.code, one.use]
        )
    lon, lat = to_degrees(np.array([d.x for d in plan.devices]), np.array([d.y for d in plan.devices]))
    devices = [
        [d.code, d.model, d.nature, x, y, d.address]
        for d, x, y in zip(plan.devices, lon.tolist(), lat.tolist(), strict=True)
    ]
    world: dict[str, Any] = {
        "simulated": True,
        "city": regions.rows[0].name,
        "seed": plan.seed,
        "people": plan.people,
        "addresses": addresses,
        "devices": devices,
        "organisations": {row.code: row.name for row in plan.organisations},
        "staff": [[p.username, p.role, p.organisation, p.region] for p in plan.staff],
    }
    path = folder / "world.json"
    path.write_text(json.dumps(world, ensure_ascii=False, separators=(",", ":")), encoding="utf-8")


def _roads(plan: Plan) -> Iterator[tuple[Any, dict[str, Any]]]:
    for road in plan.roads:
        yield (
            shapely.LineString(np.column_stack(to_degrees(road.x, road.y))),
            {
                "name": road.name,
                "class": road.road_class,
            },
        )


def _areas(areas: Iterable[Any]) -> Iterator[tuple[Any, dict[str, Any]]]:
    for area in areas:
        yield shapely.transform(area.shape, _degrees), {"name": area.name, "class": area.area_class}


def _buildings(plan: Plan) -> Iterator[tuple[Any, dict[str, Any]]]:
    found = plan.buildings
    lon, lat = to_degrees(found.x, found.y)
    shapes = shapely.polygons(np.stack([lon, lat], -1))
    for shape, use, floors, homes in zip(
        shapes, found.use.tolist(), found.floors.tolist(), found.households.tolist(), strict=True
    ):
        yield shape, {"class": BUILDING_CLASS[use], "use": use, "floors": floors, "households": homes}


def _labels(plan: Plan) -> Iterator[tuple[Any, dict[str, Any]]]:
    rows, columns = plan.lattice.cells()
    x, y = (corner.mean(1) for corner in plan.lattice.corners(rows, columns))
    codes = np.array([grid.code for grid in plan.regions.grids])
    for level, label in ((plan.regions.counties, "district"), (plan.regions.streets, "place")):
        for region in level:
            mine = np.char.startswith(codes, region.code)
            lon, lat = to_degrees(x[mine].mean(), y[mine].mean())
            yield shapely.Point(float(lon), float(lat)), {"name": region.name, "class": label}


def _degrees(pairs: Floats) -> Floats:
    return np.column_stack(to_degrees(pairs[:, 0], pairs[:, 1]))


def _write_collection(path: Path, features: Iterable[tuple[Any, dict[str, Any]]]) -> Path:
    shapes, properties = zip(*features, strict=True)
    geometries = shapely.to_geojson(np.array(shapes, dtype=object))
    with path.open("w", encoding="utf-8") as file:
        file.write('{"type":"FeatureCollection","features":[\n')
        for number, (geometry, words) in enumerate(zip(geometries, properties, strict=True)):
            told = json.dumps({**words, "simulated": True}, ensure_ascii=False, separators=(",", ":"))
            comma = "" if number == 0 else ",\n"
            file.write(f'{comma}{{"type":"Feature","properties":{told},"geometry":{geometry}}}')
        file.write("\n]}\n")
    return path
