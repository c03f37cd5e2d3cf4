"""What was shown comes out again, and a value that somebody changed does not."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pyarrow.compute as pc
import pytest
from django.conf import settings

from citybrain.applications.operations.indicators import values
from citybrain.applications.operations.indicators.types import comes_out
from citybrain.applications.operations.indicators.verifying import Verified, verify
from citybrain.base.clock import MovableClock
from citybrain.base.errors import NotFound
from tests.applications.operations.indicators.stage import ACCEPTED, declare_indicators, run
from tests.hubs.business.cases.stage import Play

pytestmark = pytest.mark.django_db


def verified(clock: MovableClock, **which: Any) -> Verified:
    return verify(Path(settings.DATA_DIR), since=clock.now() - timedelta(days=3), **which)


def test_values_of_several_runs_and_wordings_come_out_again(
    three_cases: list[Any], play: Play, clock: MovableClock
) -> None:
    run()
    clock.move(days=1)
    play.handler.takes("accept", three_cases[2])
    run()
    declare_indicators(accepted={**ACCEPTED, "sql": ACCEPTED["sql"].replace("IS NOT NULL", "IS NULL")})
    clock.move(hours=1)
    run()

    done = verified(clock)
    assert done.values > 5
    assert done.keys == {"play.accepted"}
    assert done.differences == []
    assert verified(clock, keys=["play.accepted"]).values == done.values
    with pytest.raises(NotFound) as refused:
        verified(clock, keys=["play.other"])
    assert refused.value.code == "indicator.unknown"


def test_a_value_that_was_written_by_hand_does_not(three_cases: list[Any], clock: MovableClock) -> None:
    run()
    store = values.store_of(Path(settings.DATA_DIR))
    rows = store.table.to_pyarrow_table()
    forged = rows.filter(pc.equal(rows.column("code"), "420606")).slice(0, 1)
    forged = forged.set_column(forged.column_names.index("value"), "value", [[99.5]])
    forged = forged.set_column(forged.column_names.index("seq"), "seq", [[10_000]])
    store.append_table(forged.select(values.SCHEMA.names).cast(values.SCHEMA))

    (found,) = verified(clock).differences
    assert (found.key, found.dimension, found.code) == ("play.accepted", "region", "420606")
    assert (found.shown, found.again) == (99.5, 50.0)


def test_the_order_of_adding_up_is_no_difference() -> None:
    assert comes_out(1385037.500000001, 1385037.5)
    assert comes_out(None, None)
    assert not comes_out(1385037.5, 1385037.6)
    assert not comes_out(0.0, None)
    assert not comes_out(99.5, 50.0)
