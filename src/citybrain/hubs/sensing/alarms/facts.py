"""Alarms in the lake: every step that was told, and each alarm as it stands."""

from __future__ import annotations

import pyarrow as pa

from citybrain.base.bus import Event
from citybrain.hubs.data.facts.registry import declare
from citybrain.hubs.data.facts.types import TIME, FactTable, Row, View
from citybrain.hubs.sensing.alarms.messages import AlarmMessage

S, I16, I32, F, B = pa.string(), pa.int16(), pa.int32(), pa.float64(), pa.bool_()
COLUMNS = {
    "alarm": S, "rule": S, "thing": S, "property": S, "severity": I16, "value": F, "start_at": TIME, "case_type": S,
    "lon": F, "lat": F, "folded": B, "root": S, "episodes": I32, "reading": S, "kind": S, "unit": S,
}  # fmt: skip


def alarm_row(event: Event) -> Row | None:
    told = event.read(AlarmMessage)
    return {name: getattr(told, name) for name in COLUMNS}


ALARMS = """
SELECT alarm, arg_max(rule, seq) AS rule, arg_max(thing, seq) AS thing, arg_max(property, seq) AS property,
  arg_max(severity, seq) AS severity, arg_max(kind, seq) AS kind, arg_max(case_type, seq) AS case_type,
  arg_min(region_path, seq) AS region_path, arg_min(organisation_paths, seq) AS organisation_paths,
  arg_max(root, seq) AS root, arg_max(folded, seq) AS folded, min(start_at) AS start_at,
  max(occurred_at) FILTER (WHERE type = 'alarm.fired') AS fired_at, min(recorded_at) AS learned_at,
  CASE WHEN arg_max(type, seq) = 'alarm.resolved' THEN arg_max(occurred_at, seq) END AS resolved_at,
  arg_max(type, seq) = 'alarm.withdrawn' AS is_withdrawn,
  max(value) FILTER (WHERE type = 'alarm.fired') AS value
FROM alarm_events GROUP BY alarm
"""

declare(
    FactTable(
        "alarm_events",
        ("alarm.fired", "alarm.resolved", "alarm.withdrawn"),
        tuple(pa.field(*one) for one in COLUMNS.items()),
        alarm_row,
        "start_at",
    ),
    View("alarms", ALARMS, "每条告警一行"),
)
