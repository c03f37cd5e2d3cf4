"""What the operation centre sees of a case that is played through the front door: closed, and opened again."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest
from django.conf import settings

from citybrain.applications.operations.indicators.manifest import IndicatorsFile
from citybrain.applications.operations.indicators.packing import apply_indicators
from citybrain.base.audit import SYSTEM
from citybrain.base.clock import MovableClock
from citybrain.hubs.data.facts import references
from tests.applications.operations.indicators.stage import run
from tests.cast import Cast
from tests.hubs.business.cases.stage import Play
from tests.sectors.stage import declared

pytestmark = pytest.mark.django_db
KEY = "urban.open_cases"


@pytest.fixture
def play(cast: Cast, clock: MovableClock) -> Iterator[Play]:
    lake = Path(settings.DATA_DIR) / "lake"
    shutil.rmtree(lake, ignore_errors=True)
    references._looked.clear()
    only = IndicatorsFile(indicators={KEY: declared("urban")[KEY]})
    apply_indicators(SimpleNamespace(key="urban"), only, actor=SYSTEM)  # type: ignore[arg-type]  # all it reads
    yield Play(cast, clock)
    shutil.rmtree(lake, ignore_errors=True)


def test_opening_a_case_again_leaves_the_hours_in_which_it_was_closed(play: Play) -> None:
    """Opened at 9:00, closed at 11:00, opened again at 14:00; the case of noon stays open."""
    case = play.dispatcher.opens()
    play.move(hours=2)
    play.handler.takes("accept", case)
    play.handler.finishes(case)
    play.dispatcher.takes("verify", case)
    play.dispatcher.takes("close", case, summary="好了")
    play.move(hours=1)
    play.dispatcher.opens()
    play.move(hours=1, minutes=30)
    run()
    before = [one["value"] for one in play.leader.get(f"/indicators/{KEY}/series")["values"]]
    play.move(minutes=30)
    play.dispatcher.takes("reopen", case, reason="又不亮了")
    play.move(minutes=30)
    run()

    after = [one["value"] for one in play.leader.get(f"/indicators/{KEY}/series")["values"]]
    assert before == [1, 1, 0, 1, 1]  # the hours from 9, 10, 11, 12 and 13
    assert after == [1, 1, 0, 1, 1, 2]
    opened = play.leader.get(f"/indicators/{KEY}/explanation")
    assert (opened["is_reproduced"], opened["total"]) == (True, 2)
