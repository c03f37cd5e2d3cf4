from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings

from citybrain.base.clock import MovableClock
from citybrain.hubs.data.facts import references
from tests.cast import Cast
from tests.hubs.business.cases.stage import Play


@pytest.fixture
def play(cast: Cast, clock: MovableClock) -> Play:
    return Play(cast, clock)


@pytest.fixture(autouse=True)
def _empty_lake() -> Iterator[None]:
    _sweep()
    yield
    _sweep()


def _sweep() -> None:
    shutil.rmtree(Path(settings.DATA_DIR) / "lake", ignore_errors=True)
    references._looked.clear()
