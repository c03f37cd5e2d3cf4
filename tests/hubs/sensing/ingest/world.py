"""A small city for the tests of `sense`: its snapshot files, and how a reader of the journal sees its alarms."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import msgspec

from citybrain.hubs.sensing.ingest import journal
from citybrain.hubs.sensing.ingest.journal import Entry, micros
from tests.hubs.sensing.ingest.reference import Episode

SECRET, HISTORY, SOUTH = "a-live-secret", "a-history-secret", "a-southern-secret"
PROPERTIES: dict[str, Any] = {
    "pm25": {"type": "number", "unit": "µg/m³", "min": 0, "max": 1000},
    "count": {"type": "integer", "unit": "", "min": 0, "max": None},
    "door": {"type": "boolean"},
    "mode": {"type": "enum", "values": ["off", "idle", "busy"]},
}
PM25_HIGH = {
    "key": "air/pm25-high", "model": "air", "property": "pm25", "kind": "threshold", "op": "gt",
    "raise_at": 100, "clear_at": 80, "for_seconds": 0, "clear_for_seconds": 0,
}  # fmt: skip


def write_snapshot(
    data: Path, *, things: int = 4, rules: list[Any] | None = None, tokens: list[Any] | None = None, version: int = 1
) -> None:
    """Things air-1 … air-n with four properties each; even ones stand in the south, odd ones in the north."""
    names = list(PROPERTIES)
    rows = [[n, f"air-{n}", "air", "/42/south/" if n % 2 == 0 else "/42/north/", "/1/"] for n in range(1, things + 1)]
    streams = [[(n - 1) * 4 + place + 1, n, name] for n in range(1, things + 1) for place, name in enumerate(names)]
    south = {"field": "region_path", "is": "within", "value": "/42/south/"}
    if tokens is None:
        tokens = [token(1, SECRET), token(2, HISTORY, mode="history"), token(3, SOUTH, scope=south)]
    write(data, "tokens", {"version": version, "tokens": tokens})
    models = {"air": {"properties": PROPERTIES}}
    write(data, "things", {"version": version, "models": models, "things": rows, "streams": streams})
    write(data, "rules", {"version": version, "rules": [PM25_HIGH] if rules is None else rules})


def token(number: int, secret: str, *, mode: str = "live", scope: Any = True) -> dict[str, Any]:
    return {"id": number, "hash": hashlib.sha256(secret.encode()).hexdigest(), "mode": mode, "scope": scope}


def write(data: Path, name: str, content: Any) -> None:
    folder = data / "snapshot"
    folder.mkdir(parents=True, exist_ok=True)
    part = folder / f"{name}.part"
    part.write_text(json.dumps(msgspec.to_builtins(content)))
    part.replace(folder / f"{name}.json")


def folders(data: Path) -> Path:
    for name in ("hot", "journal", "run", "snapshot", "lake"):
        (data / name).mkdir(parents=True, exist_ok=True)
    return data


def told(data: Path) -> list[Entry]:
    """The whole journal; its numbers must be contiguous."""
    found = [entry for _, path in journal.files(data / "journal") for entry in journal.entries(path)]
    assert [entry.seq for entry in found] == list(range(1, len(found) + 1))
    return found


def alarms(entries: list[Entry]) -> dict[tuple[str, str, str], list[Episode]]:
    """The episodes that stand after all lines, by (rule, thing, property)."""
    standing: dict[tuple[str, str, str, int], Episode] = {}
    for entry in entries:
        key = (entry.rule, entry.thing, entry.property, micros(entry.start_at))
        before, at = standing.get(key), micros(entry.at)
        if entry.state == "withdrawn":
            standing.pop(key, None)
        elif entry.state == "pending":
            standing[key] = Episode(key[3], "pending")
        elif entry.state == "firing":
            standing[key] = Episode(key[3], "firing", at)
        else:
            standing[key] = Episode(key[3], entry.state, before.fired if before else None, at)
    found: dict[tuple[str, str, str], list[Episode]] = {}
    for key in sorted(standing):
        found.setdefault(key[:3], []).append(standing[key])
    return found
