from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.hubs.sensing.ingest.process import Sense
from tests.hubs.sensing.ingest.world import folders, write_snapshot


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A data directory with four things, whose pm25 may be watched."""
    write_snapshot(folders(tmp_path))
    return tmp_path


@pytest.fixture(scope="module")
def sense(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sense]:
    """One `sense` for the tests of a module; each uses times of its own."""
    data = folders(tmp_path_factory.mktemp("sense"))
    write_snapshot(data)
    with Sense(data) as running:
        yield running
