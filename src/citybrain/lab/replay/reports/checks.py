"""What capabilities make of the readings that the city keeps, asked through the front door.

Values worked by hand are compared with what comes out; a congestion index is worked out for the moments named.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from citybrain.lab.replay.client import Client
from citybrain.lab.replay.mapping import CheckRow, Congestion, DayCheck, ReadingsMapping

HOURS = 24
PAGE = 10_000
DAY, HOUR = timedelta(days=1), timedelta(hours=1)


def run_checks(client: Client, mapping: ReadingsMapping) -> list[dict[str, Any]]:
    """Each hand-worked value with what was expected, what came out, and whether they agree."""
    zone = ZoneInfo(mapping.time_zone)
    return [_run(client, check, row, zone) for check in mapping.checks for row in check.rows]


def _run(client: Client, check: DayCheck, row: CheckRow, zone: ZoneInfo) -> dict[str, Any]:
    given = row.input or {"hours": hours_of_day(client, row.thing, row.day, check.properties, zone)}
    status, answer = client.try_call(f"/api/v1/capabilities/{check.capability}", given)
    output = answer.get("output", {}) if status == 200 else {}
    got = {path: value_at(output, path) for path in row.expect}
    return {
        "what": f"{row.thing} {row.day}".strip() or row.why,
        "why": row.why,
        "expected": row.expect,
        "got": got if status == 200 else answer,
        "agrees": status == 200 and got == row.expect,
    }


def hours_of_day(
    client: Client, thing: str, day: str, properties: Sequence[str], zone: ZoneInfo
) -> list[dict[str, Any]]:
    """The 24 hourly values of a local day, from the stored readings; a missing hour lacks its name."""
    midnight = datetime.fromisoformat(day).replace(tzinfo=zone).astimezone(UTC)
    hours: list[dict[str, Any]] = [{} for _ in range(HOURS)]
    for name in properties:
        for at, value in readings_of(client, thing, name, midnight, midnight + DAY):
            hours[(at - midnight) // HOUR][name] = value
    return hours


def readings_of(client: Client, thing: str, name: str, begin: datetime, end: datetime) -> list[tuple[datetime, Any]]:
    """Stored readings from `begin` to before `end`."""
    query = {"thing": thing, "property": name, "from": begin.isoformat(), "to": end.isoformat()}
    items = client.pages("/api/v1/telemetry", page_size=PAGE, **query)
    return [(datetime.fromisoformat(one["at"]), one["value"]) for one in items]


def value_at(output: Any, path: str) -> Any:
    """What stands at `index.aqi` in an answer."""
    for name in path.split("."):
        output = output.get(name) if isinstance(output, Mapping) else None
    return output


def work_out_congestion(
    client: Client, mapping: ReadingsMapping, things: Sequence[str], first: datetime, last: datetime
) -> dict[str, Any] | None:
    """The index of all things at each named moment; free flow is that of the thing's own readings."""
    how = mapping.congestion
    if how is None:
        return None
    zone = ZoneInfo(mapping.time_zone)
    moments = {text: datetime.fromisoformat(text).replace(tzinfo=zone).astimezone(UTC) for text in how.at}
    sections: dict[str, list[dict[str, Any]]] = {text: [] for text in moments}
    for thing in things:
        stored = dict(readings_of(client, thing, how.property, first, last + mapping.every))
        if len(stored) < HOURS:
            continue
        free = client.call(f"/api/v1/capabilities/{how.free_flow}", {"speeds": list(stored.values())})["output"]
        for text, moment in moments.items():
            if moment in stored:
                section = {"thing": thing, "speed": stored[moment], "free_flow": free["free_flow"]}
                sections[text].append(section)
    return {text: _index(client, how, found) for text, found in sections.items() if found}


def _index(client: Client, how: Congestion, sections: list[dict[str, Any]]) -> dict[str, Any]:
    output = client.call(f"/api/v1/capabilities/{how.index}", {"sections": sections})["output"]
    return {"things": len(sections), **{key: value for key, value in output.items() if key != "sections"}}
