"""The regions of the city as the platform takes them: codes, names, levels, and the outlines of the grids."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import shapely

from citybrain.base.places.boundaries import Boundaries, SourcedOutline
from citybrain.base.places.divisions import LEVELS, Division, People, RegionRow
from citybrain.base.places.outlines import outline_of
from citybrain.lab.city.names import CITY, COUNTIES, STREETS, community_names
from citybrain.lab.city.shape import Lattice, Part, to_degrees

SOURCE = "simulated"


@dataclass(frozen=True)
class Regions:
    """Everything from the city down to the grids; `grids` stand in the order of the lattice's cells."""

    rows: Sequence[RegionRow]
    grids: Sequence[RegionRow]

    def _of(self, level: str) -> list[RegionRow]:
        return [row for row in self.rows if row.level == level]

    @cached_property
    def counties(self) -> list[RegionRow]:
        return self._of("county")

    @cached_property
    def streets(self) -> list[RegionRow]:
        return self._of("street")

    @cached_property
    def communities(self) -> list[RegionRow]:
        return self._of("community")

    @cached_property
    def by_code(self) -> dict[str, RegionRow]:
        return {row.code: row for row in self.rows}

    def above(self, grid: RegionRow) -> tuple[RegionRow, RegionRow, RegionRow]:
        """District, town and community of a grid."""
        community = self.by_code[str(grid.parent)]
        street = self.by_code[str(community.parent)]
        return self.by_code[str(street.parent)], street, community

    def division(self, households: Sequence[int], people: int) -> Division:
        """The tree as it is imported; who lives where follows from the households of each grid."""
        used = {"city", "county", "street", "community", "grid"}
        lives = self._people(households, people)
        rows = [replace(row, people=People(lives[row.code], source=SOURCE)) for row in self.rows]
        return Division(rows, [dict(level) for level in LEVELS if level["key"] in used])

    def _people(self, households: Sequence[int], people: int) -> dict[str, int]:
        """Inhabitants of every region; those of its parts add up, and the city has all of them."""
        upto = np.round(np.cumsum(households) / max(sum(households), 1) * people)
        lives = dict.fromkeys(self.by_code, 0)
        for grid, count in zip(self.grids, np.diff(upto, prepend=0).astype(int).tolist(), strict=True):
            code: str | None = grid.code
            while code is not None:
                lives[code] += count
                code = self.by_code[code].parent
        return lives


def make_regions(parts: Sequence[Part], count: int, rng: np.random.Generator) -> Regions:
    """Codes as the statistical division has them (2 + 2, 2, 3, 3 digits), three more digits for the grid.

    On the edge of the city a town is 镇 and a community 村; inside they are 街道 and 社区.
    """
    code, name, name_en = CITY
    rows = [RegionRow(code, name, "city", None, name_en)]
    grids: list[RegionRow | None] = [None] * count
    streets = iter(STREETS)
    stems = iter(community_names(rng, 160))
    for i, county in enumerate(parts, start=1):
        county_code = f"{code}{i:02d}"
        rows.append(RegionRow(county_code, COUNTIES[i - 1][0], "county", code, f"{COUNTIES[i - 1][1]} District"))
        for j, street in enumerate(county.parts, start=1):
            street_code = f"{county_code}{j:03d}"
            is_town = j == len(county.parts)
            rows.append(RegionRow(street_code, next(streets) + ("镇" if is_town else "街道"), "street", county_code))
            for k, community in enumerate(street.parts, start=1):
                community_code = f"{street_code}{k:03d}"
                is_village = is_town and k > 4
                stem = next(stems)
                rows.append(
                    RegionRow(community_code, stem + ("村" if is_village else "社区"), "community", street_code)
                )
                for n, cell in enumerate(community.cells.tolist(), start=1):
                    grid = RegionRow(f"{community_code}{n:03d}", f"{stem}第{n}网格", "grid", community_code)
                    grids[cell] = grid
                    rows.append(grid)
    depth = {"city": 0, "county": 1, "street": 2, "community": 3, "grid": 4}
    rows.sort(key=lambda row: (depth[row.level], row.code))
    return Regions(rows, [grid for grid in grids if grid is not None])


def outline_grids(lattice: Lattice, regions: Regions) -> Boundaries:
    """The outline of each grid; those above are the union of their parts, which the import works out."""
    rows, columns = lattice.cells()
    lon, lat = to_degrees(*lattice.corners(rows, columns))
    shapes = shapely.polygons(np.stack([lon, lat], -1))
    outlines = {
        grid.code: SourcedOutline(outline_of(shape), SOURCE) for grid, shape in zip(regions.grids, shapes, strict=True)
    }
    return Boundaries(outlines)
