"""Signals in the lake: what the city was told, and what became of it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

import pyarrow as pa
from django.db.models import Count

from citybrain.base.bus import Event
from citybrain.hubs.business.signals.models import Signal
from citybrain.hubs.data.facts.registry import declare
from citybrain.hubs.data.facts.types import TIME, FactTable, Row, Tally, View

S, F, I64 = pa.string(), pa.float64(), pa.int64()
COLUMNS = {
    "signal_id": I64, "kind": S, "source": S, "case_number": S, "from_case": S, "rule": S, "score": F, "reason": S,
    "label": S, "probability": F, "model": S,
}  # fmt: skip
SINCE = "since"
"""From when on the message changes what is known of the signal: since it happened, or since the signal was recorded."""


def signal_row(event: Event) -> Row | None:
    """The message's own fields without any text of the report."""
    told = event.data
    recorded = told.get("recorded_at")
    since = min(event.occurred_at, datetime.fromisoformat(recorded)) if recorded else event.occurred_at
    return {name: told.get(name) for name in COLUMNS} | {SINCE: since}


SIGNALS = """
SELECT s.* REPLACE (coalesce(m.path, s.region_path) AS region_path) FROM (
SELECT signal_id, max(kind) AS kind, max(source) AS source, arg_min(region_path, seq) AS first_region_path,
  arg_max(region_path, seq) FILTER (WHERE region_path <> '') AS region_path,
  arg_max(organisation_paths, seq) AS organisation_paths,
  min(occurred_at) AS occurred_at, min(recorded_at) AS learned_at,
  arg_max(case_number, seq) FILTER (WHERE case_number <> '') AS case_number,
  arg_max(type, seq) FILTER (WHERE type IN ('signal.merged', 'signal.opened', 'signal.ended', 'signal.undone'))
    AS last_step,
  arg_max(rule, seq) FILTER (WHERE type = 'signal.merged') AS merge_rule,
  bool_or(type = 'signal.waiting') AS has_waited,
  min(recorded_at) FILTER (WHERE type IN ('signal.merged', 'signal.opened', 'signal.ended')) AS settled_at
FROM signal_events GROUP BY signal_id) s
LEFT JOIN moved_regions m ON m.code = list_last(string_split(rtrim(s.region_path, '/'), '/'))
"""


def _that_stand(until: datetime) -> Mapping[str, int]:
    rows = Signal.objects.filter(recorded_at__lte=until).values_list("kind").annotate(Count("pk")).order_by()
    return {str(kind): int(count) for kind, count in rows}


declare(
    FactTable(
        "signal_events", ("signal.*", "text.classified"),
        (*(pa.field(*one) for one in COLUMNS.items()), pa.field(SINCE, TIME)), signal_row, reaches_back=SINCE,
    ),
    View("signals", SIGNALS, "每条线索一行：渠道、时间、并入或立案的案件"),
    Tally(
        "signals",
        _that_stand,
        "SELECT kind AS name, count(*) AS count FROM signals WHERE learned_at <= getvariable('until') GROUP BY 1",
    ),
)  # fmt: skip
