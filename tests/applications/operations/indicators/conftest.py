from __future__ import annotations

import pytest

from citybrain.base.clock import MovableClock
from tests.cast import Cast
from tests.hubs.business.cases.stage import Play


@pytest.fixture
def play(cast: Cast, clock: MovableClock) -> Play:
    return Play(cast, clock)
