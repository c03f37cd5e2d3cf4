from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from citybrain.base.clock import MovableClock
from citybrain.hubs.data.facts import references
from tests.applications.operations.indicators.stage import ACCEPTED, declare_indicators
from tests.cast import Cast
from tests.hubs.business.cases.stage import NEXT_STREET, OTHER_COUNTY, Play


@pytest.fixture
def play(cast: Cast, clock: MovableClock) -> Play:
    return Play(cast, clock)


@pytest.fixture(autouse=True)
def _empty_lake() -> Iterator[None]:
    shutil.rmtree(Path(settings.DATA_DIR) / "lake", ignore_errors=True)
    references._looked.clear()
    yield
    shutil.rmtree(Path(settings.DATA_DIR) / "lake", ignore_errors=True)


@pytest.fixture
def three_cases(play: Play, clock: MovableClock) -> list[Any]:
    """Two in one county, of which one was accepted, and one in the other that nobody has touched."""
    declare_indicators(accepted=ACCEPTED)
    cases = [play.dispatcher.opens(), play.dispatcher.opens(at=NEXT_STREET), play.dispatcher.opens(at=OTHER_COUNTY)]
    clock.move(minutes=30)
    play.handler.takes("accept", cases[0])
    return cases
