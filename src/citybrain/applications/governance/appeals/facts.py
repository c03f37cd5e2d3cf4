"""What citizens said of how their matters were handled, in the lake."""

from __future__ import annotations

import pyarrow as pa

from citybrain.base.bus import Event
from citybrain.hubs.data.facts.registry import declare
from citybrain.hubs.data.facts.types import FactTable, Row, View

S, I16, I64, B = pa.string(), pa.int16(), pa.int64(), pa.bool_()


def rating_row(event: Event) -> Row | None:
    told = event.data
    return {name: told.get(name) for name in ("appeal", "case", "level", "round", "is_changed")}


def appeal_row(event: Event) -> Row | None:
    told = event.data
    return {name: told.get(name) for name in ("signal_id", "kind", "category", "pictures")}


RATINGS = """
SELECT "case", round, appeal, arg_max(level, seq) AS level, max(occurred_at) AS occurred_at,
  arg_max(region_path, seq) AS region_path, arg_max(organisation_paths, seq) AS organisation_paths
FROM rating_events GROUP BY "case", round, appeal
"""
"""A message of before ratings named the appeal counts as the only one of its case and round."""

declare(
    FactTable(
        "rating_events",
        ("appeal.rated",),
        (
            pa.field("case", S),
            pa.field("level", I16),
            pa.field("round", I16),
            pa.field("is_changed", B),
            pa.field("appeal", I64),
        ),
        rating_row,
    ),
    FactTable(
        "appeal_events",
        ("appeal.received",),
        (pa.field("signal_id", I64), pa.field("kind", S), pa.field("category", S), pa.field("pictures", I16)),
        appeal_row,
    ),
    View(
        "ratings",
        RATINGS,
        "每位市民对每件案件每轮的最后评价：1 非常满意 … 5 非常不满意",
    ),
)
