"""A report that nobody has read yet when the record is read is no part of it: what it becomes is not known."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from citybrain.lab.rehearsal.recording import read_history
from tests.lab.rehearsal.conftest import LAMP, STREET


def test_a_report_that_was_not_read_yet_is_left_out(morning: Any) -> None:
    row = {
        "kind": "hotline", "source": "12345", "source_id": "HX-late", "text": "路灯不亮", "case_type": LAMP,
        "occurred_at": morning.clock.now().isoformat(), "lon": STREET[0], "lat": STREET[1],
    }  # fmt: skip
    answer = morning.cast.token_client("integrator").post("/api/v1/signals", [row]).json()

    history = read_history(morning.start, morning.clock.now() + timedelta(minutes=1))

    assert answer["ids"][0] not in history.signals["id"]
    assert len(history.signals["id"]) == len(history.cases) == 3
    assert [act.verb for act in history.cases[0].acts] == ["accept", "finish", "verify", "advance", "close"]
    assert "reporter_name" not in history.signals
