"""What the simulated life knows of its city: `DIR/city/world.json`, as `citybrain city new` wrote it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from citybrain.lab.life.dice import Floats, Ints


@dataclass(frozen=True)
class Address:
    road: str
    number: int
    lon: float
    lat: float
    county: str
    street: str
    community: str
    community_code: str
    use: str


@dataclass(frozen=True)
class Devices:
    """The devices of one model: codes, and their numbers and natures in parallel."""

    codes: Sequence[str]
    number: Ints
    nature: Floats


@dataclass(frozen=True)
class Member:
    """One member of staff."""

    username: str
    role: str
    organisation: str
    region: str


@dataclass(frozen=True)
class World:
    """The city as far as its people and devices know it."""

    city: str
    seed: int
    people: int
    addresses: Sequence[Address]
    devices: Mapping[str, Devices]
    places: Mapping[str, tuple[float, float]]  # of devices, by code
    organisations: Mapping[str, str]
    staff: Sequence[Member]

    @cached_property
    def codes(self) -> list[str]:
        """Codes of devices by number."""
        found = [""] * sum(len(one.codes) for one in self.devices.values())
        for one in self.devices.values():
            for number, code in zip(one.number.tolist(), one.codes, strict=True):
                found[number] = code
        return found


def read_world(path: Path) -> World:
    told: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    rows: list[list[Any]] = told["devices"]
    by_model: dict[str, list[int]] = {}
    for number, row in enumerate(rows):
        by_model.setdefault(row[1], []).append(number)
    devices = {
        model: Devices(
            [rows[n][0] for n in numbers],
            np.array(numbers, dtype=np.int64),
            np.array([rows[n][2] for n in numbers], dtype=np.float64),
        )
        for model, numbers in by_model.items()
    }
    return World(
        city=told["city"],
        seed=told["seed"],
        people=told["people"],
        addresses=[Address(*row) for row in told["addresses"]],
        devices=devices,
        places={row[0]: (row[3], row[4]) for row in rows},
        organisations=told["organisations"],
        staff=[Member(*row) for row in told["staff"]],
    )
