"""The whole city as a plan: everything that `citybrain city new` writes, made from a seed without any database."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import shapely

from citybrain.base.parties.types import OrganisationRow
from citybrain.base.places.boundaries import Boundaries
from citybrain.lab.city.addresses import Address, crossings, make_addresses
from citybrain.lab.city.bodies import Line, Person, make_lines, make_organisations, make_people
from citybrain.lab.city.devices import Device, Ground, make_devices
from citybrain.lab.city.ground import Area, Buildings, make_buildings, make_green, make_water
from citybrain.lab.city.regions import Regions, make_regions, outline_grids
from citybrain.lab.city.roads import Road, make_roads
from citybrain.lab.city.shape import RIVER_ROW, Lattice, divide, make_lattice

PEOPLE = 100_000
FEWEST, MOST = 2_000, 2_000_000
ADDRESSES = 4_000


@dataclass(frozen=True)
class Plan:
    """A city on paper."""

    seed: int
    people: int
    lattice: Lattice
    regions: Regions
    boundaries: Boundaries
    roads: Sequence[Road]
    water: Sequence[Area]
    green: Sequence[Area]
    buildings: Buildings
    addresses: Sequence[Address]
    devices: Sequence[Device]
    organisations: Sequence[OrganisationRow]
    staff: Sequence[Person]
    lines: Sequence[Line]

    def households(self) -> list[int]:
        """Of each grid, in the order of the cells."""
        counted = np.bincount(self.buildings.cell, self.buildings.households, len(self.regions.grids))
        return counted.astype(int).tolist()  # type: ignore[no-any-return]  # numpy says Any


def plan_city(seed: int, people: int = PEOPLE) -> Plan:
    """The same seed and number of people give the same city, to the last footprint."""
    lattice = make_lattice(_dice(seed, "lattice"))
    regions = make_regions(divide(lattice), int(lattice.inside.sum()), _dice(seed, "regions"))
    water = make_water(lattice, _dice(seed, "water"))
    lakes = shapely.union_all([area.shape.buffer(70.0) for area in water if area.area_class in ("lake", "pond")])
    roads = make_roads(lattice, lakes, _dice(seed, "roads"))
    green = make_green(lattice, water, _dice(seed, "green"))
    count = int(np.clip(people * 0.14, 3_000, 20_000))
    buildings = make_buildings(lattice, [*water, *green], _dice(seed, "buildings"), count=count, people=people)
    addresses = make_addresses(buildings, roads, _dice(seed, "addresses"), ADDRESSES)
    river = lattice.x[RIVER_ROW], lattice.y[RIVER_ROW]
    city = shapely.union_all(shapely.polygons(np.stack(lattice.corners(*lattice.cells()), -1)))
    ground = Ground(roads, river, addresses, crossings(roads, ("trunk", "primary", "secondary")), city)
    devices = make_devices(ground, _dice(seed, "devices"), round(np.clip(people * 0.03, 150, 9_000)))
    organisations = make_organisations(regions)
    staff = make_people(regions, organisations, _dice(seed, "people"))
    return Plan(
        seed, people, lattice, regions, outline_grids(lattice, regions), roads, water, green, buildings, addresses,
        devices, organisations, staff, make_lines(regions),
    )  # fmt: skip


def _dice(seed: int, part: str) -> np.random.Generator:
    """Dice of its own for each part, so that a change in one leaves the others as they were."""
    return np.random.default_rng([seed, *part.encode()])
