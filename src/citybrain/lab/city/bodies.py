"""Who works in the city: organisations with their branches, and the people in them with their duties."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from citybrain.base.parties.types import OrganisationRow
from citybrain.lab.city.names import person_names
from citybrain.lab.city.regions import Regions

ROSTER = Path(__file__).resolve().parents[2] / "sectors" / "urban" / "organisations.csv"
BRANCHES = {
    "urban": ("城管执法局", "urban management bureau"),
    "sanitation": ("环卫所", "sanitation office"),
    "parks": ("园林所", "parks office"),
}
"""Offices that each district has of its own; in their district they answer instead of the city's."""
HANDLERS_OF_BRANCH, HANDLERS_OF_BODY = 3, 2
BUSY_BODIES = ("lighting", "drainage", "traffic-police", "housing", "police", "fire", "eco", "transport")


@dataclass(frozen=True)
class Person:
    """One member of staff, or a citizen with an account: the role and where it reaches."""

    username: str
    name: str
    role: str
    organisation: str = ""
    region: str = ""
    over: str = ""
    """Whose organisation subtree the duty reaches; empty: all."""


@dataclass(frozen=True)
class Line:
    """One line of the responsibility list that the city adds to those of the packs."""

    case_type: str
    region: str
    organisation: str


def make_organisations(regions: Regions) -> list[OrganisationRow]:
    """The roster of the city management pack, branches in each district, a grid station in each town."""
    with ROSTER.open(encoding="utf-8") as file:
        rows = [
            OrganisationRow(
                f"organisations.csv:{number}", row["code"], row["name"], row["parent"] or None, row["kind"],
                None, row["name_en"],
            )
            for number, row in enumerate(csv.DictReader(file), start=2)
        ]  # fmt: skip
    rows.append(OrganisationRow("city", "command", "城市运行指挥中心", "gov", "centre", None, "City operations centre"))
    for county in regions.counties:
        for parent, (word, english) in BRANCHES.items():
            name, name_en = f"{county.name}{word}", f"{county.name_en} {english}"
            rows.append(
                OrganisationRow("city", f"{parent}-{county.code}", name, parent, "office", county.code, name_en)
            )
    rows.append(OrganisationRow("city", "grid", "网格化服务管理中心", "gov", "centre", None, "Grid service centre"))
    for street in regions.streets:
        name = f"{street.name}网格站"
        rows.append(OrganisationRow("city", f"grid-{street.code}", name, "grid", "station", street.code))
    return rows


def make_lines(regions: Regions) -> list[Line]:
    """In its district a branch answers for what the city's office answers for elsewhere."""
    kinds = {
        "urban": ("urban.street", "urban.sanitation.dumping", "urban.sanitation.graffiti", "urban.noise.business",
                  "urban.noise.works", "urban.site.occupation"),
        "sanitation": ("urban.sanitation", "urban.facilities.bin"),
        "parks": ("urban.green",),
    }  # fmt: skip
    return [
        Line(kind, county.code, f"{body}-{county.code}")
        for county in regions.counties
        for body, types in kinds.items()
        for kind in types
    ]


def make_people(regions: Regions, organisations: Sequence[OrganisationRow], rng: np.random.Generator) -> list[Person]:
    """Everybody with an account, in a fixed order; names are invented, each once."""
    posts = [*_centre(), *_handlers(organisations), *_grid_workers(regions), ("citizen", "citizen", "", "", "")]
    names = person_names(rng, len(posts))
    return [
        Person(username, name, role, organisation, region, over)
        for (username, role, organisation, region, over), name in zip(posts, names, strict=True)
    ]


Post = tuple[str, str, str, str, str]


def _centre() -> list[Post]:
    """The operations centre: several at the desk, because it is open day and night."""
    desk = [(f"dispatcher-{n}", "dispatcher", "hotline" if n > 3 else "command", "", "") for n in range(1, 7)]
    return [
        *desk,
        ("commander-1", "commander", "command", "", ""),
        ("commander-2", "commander", "command", "", ""),
        ("leader", "leader", "gov", "", ""),
        ("steward", "steward", "command", "", ""),
        ("auditor", "auditor", "gov", "", ""),
        ("city-administrator", "administrator", "command", "", ""),
    ]


def _handlers(organisations: Sequence[OrganisationRow]) -> list[Post]:
    """Two or three in every office that can be sent a case."""
    posts = []
    for row in organisations:
        if row.code in ("gov", "command", "grid", "hotline") or row.kind == "station":
            continue
        count = HANDLERS_OF_BRANCH if "-4299" in row.code or row.code in BUSY_BODIES else HANDLERS_OF_BODY
        posts += [(f"{row.code}-{n}", "handler", row.code, row.region or "", row.code) for n in range(1, count + 1)]
    return posts


def _grid_workers(regions: Regions) -> list[Post]:
    """One for each community; he checks on the spot what was done there."""
    return [
        (f"grid-{community.code}", "grid_worker", f"grid-{community.parent}", community.code, "")
        for community in regions.communities
    ]
