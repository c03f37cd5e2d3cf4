"""A small simulated city on paper, as `citybrain city new` writes it for its life."""

from __future__ import annotations

from pathlib import Path

import pytest

from citybrain.lab.city.plan import plan_city
from citybrain.lab.city.writing import write_world
from citybrain.lab.life.world import World, read_world


@pytest.fixture(scope="session")
def world_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("world")
    write_world(plan_city(11, 12_000), folder)
    return folder / "world.json"


@pytest.fixture(scope="session")
def world(world_file: Path) -> World:
    return read_world(world_file)
