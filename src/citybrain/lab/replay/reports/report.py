"""The report of a replay: one JSON document; what people read of it is printed from it."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from datetime import UTC
from pathlib import Path
from typing import TYPE_CHECKING, Any

from citybrain.lab.replay.client import Client
from citybrain.lab.replay.mapping import ReadingsMapping
from citybrain.lab.replay.pace import Pace
from citybrain.lab.replay.pouring import describe
from citybrain.lab.replay.progress import Progress, Tally
from citybrain.lab.replay.readings import Readings
from citybrain.lab.replay.reports import gathering, merges, sources
from citybrain.lab.replay.reports.checks import run_checks, work_out_congestion
from citybrain.lab.replay.reports.figures import most
from citybrain.lab.replay.reports.gaps import count_gaps
from citybrain.lab.replay.rows import Table
from citybrain.lab.replay.signals import Reports

if TYPE_CHECKING:
    from citybrain.lab.replay.running import Order, Source

EXAMPLES = 10


def write_report(order: Order, source: Source, progress: Progress, pace: Pace, client: Client) -> dict[str, Any]:
    """Compose the report, and write it where the order says."""
    mapping, stream = source.mapping, source.stream
    report: dict[str, Any] = {
        "replay": mapping.key,
        "title": mapping.title,
        "files": [path.name for path in order.files],
        "limit": order.limit,
        "city_time": [stream.first.astimezone(UTC).isoformat(), stream.last.astimezone(UTC).isoformat()],
        "speed": order.speed or "max",
        "runs": progress.runs,
        "wall_seconds": round(progress.seconds, 1),
        "of_which_waiting_for_the_city": round(pace.waited, 1),
        "rows": describe_rows(source.tables),
        "poured": describe(progress),
    }
    if isinstance(mapping, ReadingsMapping) and isinstance(stream, Readings):
        tally = progress.tallies.get("observations", Tally())
        report["blank_cells"] = stream.blank
        report["gaps"] = count_gaps(stream.present(order.limit), tally.streams, mapping.every)
        report |= describe_checks(client, mapping, stream)
        found = gathering.gather(client, source="alarm")
        report["alarms"] = gathering.describe_alarms(found.alarms)
    else:
        assert isinstance(stream, Reports)
        found = gathering.gather(client, source=stream.mapping.signals.source)
        report |= describe_reports(stream, found, order, source)
    report["signals"] = gathering.describe_signals(found.signals)
    report["cases"] = gathering.describe_cases(found.cases)
    report["clocks"] = gathering.describe_clocks(client)
    if order.report:
        order.report.write_text(json.dumps(report, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    return report


def describe_checks(client: Client, mapping: ReadingsMapping, stream: Readings) -> dict[str, Any]:
    """What capabilities make of the stored readings."""
    checks = run_checks(client, mapping)
    described: dict[str, Any] = {}
    if checks:
        described["checks_that_agree"] = f"{sum(one['agrees'] for one in checks)} of {len(checks)}"
        described["checks"] = checks
    things = sorted({thing for thing, _ in stream.streams})
    congestion = work_out_congestion(client, mapping, things, stream.first, stream.last)
    return described | ({"congestion": congestion} if congestion else {})


def describe_reports(stream: Reports, found: gathering.Found, order: Order, source: Source) -> dict[str, Any]:
    """What can be compared with the source: duplicates, times, types, labels."""
    facts, how = stream.chosen_facts(order.limit), stream.mapping.evaluation
    described: dict[str, Any] = {
        "repeated_ids": stream.repeated_ids,
        "points": sources.describe_points(facts),
        "source_times": sources.describe_own_times(facts),
    }
    if stream.mapping.signals.type:
        described["types"] = sources.describe_types(facts, found.signals)
    if how.duplicate:
        described["merges"] = merges.compare(gathering.members_of(found), facts, how.partner_days)
    if how.label:
        unseen = Path(source.fill(how.unseen)) if how.unseen else None
        described["classification"] = sources.describe_classification(facts, found.signals, unseen)
    return described


def describe_rows(tables: Sequence[Table]) -> dict[str, Any]:
    """Rows of each file, and what could not be understood, with file, line and reason."""
    unreadable = [one for table in tables for one in table.unreadable]
    return {
        "read": sum(table.count for table in tables),
        "left_out_by_filters": sum(table.filtered for table in tables),
        "by_file": {table.path.name: table.count for table in tables},
        "problems": len(unreadable),
        "problems_by_reason": most(Counter(_kind_of(one.reason) for one in unreadable)),
        "examples": [f"{one.file}:{one.line} {one.reason}" for one in unreadable[:EXAMPLES]],
    }


def _kind_of(reason: str) -> str:
    """A reason without the value in quotes that it names."""
    parts = reason.split("'")
    return "…".join(parts[::2]) if len(parts) > 2 else reason
