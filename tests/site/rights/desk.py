"""The duty desk: whoever looks at cases has one; shifts and handovers are for those who serve at it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from citybrain.base import clock
from citybrain.hubs.business.cases.models import Case
from tests.cast import Cast
from tests.hubs.business.cases.stage import Person
from tests.site.rights import DISPATCHING, LOOKING, WATCHING, Row, Target
from tests.site.rights.casework import a_case

HERE = "420606"
"""The desk of `cast.county`."""
PLANNING = frozenset({"administrator", "commander"})
READING = DISPATCHING | {"leader"}
"""Who reads handovers of `cast.county`."""
READING_SOMEWHERE = READING | {"dispatcher_elsewhere"}
SERVING_SOMEWHERE = DISPATCHING | {"dispatcher_elsewhere"}
DAY = {"name": "白班", "starts_at": "2026-03-02T00:00:00Z", "ends_at": "2026-03-02T12:00:00Z"}


def an_overdue_case(cast: Cast) -> Target:
    """It stands on the desk of whoever may see it."""
    marker = a_case(cast).marker
    Case.objects.update(due_at=clock.now() - timedelta(hours=1))
    return Target(marker=marker)


def a_shift(cast: Cast, **body: Any) -> Target:
    shift = Person(cast, "commander").post("/shifts", {**DAY, "name": "樊城白班", "region": HERE})
    return Target({"shift_id": shift["id"]}, body=body or None, marker="樊城白班")


def a_handover(cast: Cast, **body: Any) -> Target:
    handover = Person(cast, "commander").post("/handovers", {"text": "樊城区无异常", "region": HERE})
    return Target({"handover_id": handover["id"]}, body=body or None, marker="樊城区无异常")


ROWS = [
    Row("GET", "/desk", LOOKING, an_overdue_case, sees=WATCHING),
    Row("GET", "/shifts", READING_SOMEWHERE, a_shift, sees=READING),
    Row("POST", "/shifts", PLANNING, body={**DAY, "region": HERE}),
    Row("PATCH", "/shifts/{shift_id}", PLANNING, lambda cast: a_shift(cast, name="夜班")),
    Row("DELETE", "/shifts/{shift_id}", PLANNING, a_shift),
    Row("GET", "/handovers", READING_SOMEWHERE, a_handover, sees=READING),
    Row("POST", "/handovers", DISPATCHING, body={"text": "无异常", "region": HERE}, tokens=False),
    Row("GET", "/handovers/people", DISPATCHING, query={"region": HERE}),
    Row("GET", "/handovers/{handover_id}", READING, a_handover),
    Row("PATCH", "/handovers/{handover_id}", frozenset({"commander"}), lambda cast: a_handover(cast, text="有异常"),
        tokens=False),
    Row("POST", "/handovers/{handover_id}/accept", DISPATCHING - {"commander"},
        lambda cast: a_handover(cast, remark="已核对"), tokens=False),
]  # fmt: skip
