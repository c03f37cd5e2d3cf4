"""From the outbox to the lake, exactly once.

Events are read in the order of the outbox, a batch at a time. Each fact table takes its rows of the batch in one commit
that says how far it reaches; the archive of all events takes the batch last, and its reach is where the next batch
begins. A kill in between leaves some tables ahead of the archive: they pass over what they already have.
"""

from __future__ import annotations

import json
import logging
import shutil
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path

import pyarrow as pa

from citybrain.base import bus
from citybrain.base.bus import Event
from citybrain.base.bus.outbox import place_of, read_after
from citybrain.hubs.data.facts import archive, references
from citybrain.hubs.data.facts.registry import facts
from citybrain.hubs.data.facts.store import Store, folder, only_writer, reach_of
from citybrain.hubs.data.facts.types import FactTable, Row

log = logging.getLogger(__name__)
READER = "data.facts"


def project(data: Path) -> int:
    """Bring the lake up to the newest event that was settled when it began; returns the number of events taken.

    What comes meanwhile is for the next time: in a busy city it would never end, and others wait for the lake.
    """
    with only_writer(data):
        if not _is_complete(data):
            log.warning("fact tables were added or changed: all are made again from the archive")
            _rebuild(data, log.info)
        return _project(data)


def _project(data: Path) -> int:
    kept = archive.store_of(data)
    place, last = reach_of(kept.table)
    types: set[str] = set()
    taken = 0
    while events := read_after(place, archive.BATCH):
        for table in facts().tables():
            add(Store(folder(data) / table.name, table.schema), table, events)
        place = place_of(events[-1])
        kept.append([archive.row_of(last + n, event) for n, event in enumerate(events, 1)], place=place)
        bus.mark_read(READER, place)
        last += len(events)
        types |= {event.type for event in events}
        taken += len(events)
        if len(events) < archive.BATCH:
            break
    references.look(data, types)
    return taken


def add(store: Store, table: FactTable, events: Sequence[Event]) -> int:
    """Append a batch's rows to one table, without those that it already has; returns how many."""
    wanted = [event for event in events if table.wants(event.type)]
    if not wanted:
        return 0
    place, last = reach_of(store.table)
    rows: list[Row] = []
    for event in wanted:
        own = table.row(event) if place_of(event) > place else None
        if own is not None:
            rows.append(_enveloped(last + len(rows) + 1, event) | own)
    if rows:
        store.append(rows, place=place_of(events[-1]))
    return len(rows)


def _enveloped(seq: int, event: Event) -> Row:
    return {
        "seq": seq,
        "event": event.id,
        "type": event.type,
        "subject": event.subject,
        "occurred_at": event.occurred_at,
        "recorded_at": event.recorded_at,
        "cause": event.cause,
        "region_path": event.region_path,
        "organisation_paths": list(event.organisation_paths),
        "month": archive.month_of(event.recorded_at),
    }


def rebuild(data: Path, say: Callable[[str], None] = log.info) -> dict[str, int]:
    """Make every fact table again from archive and outbox; readers see the old tables until all new ones are whole.

    Returns the rows of each table. Reference data is not touched: its history is known nowhere else.
    """
    with only_writer(data):
        _project(data)
        return _rebuild(data, say)


def _rebuild(data: Path, say: Callable[[str], None]) -> dict[str, int]:
    new, old = data / "lake" / "facts.new", data / "lake" / "facts.old"
    for left in (new, old):
        shutil.rmtree(left, ignore_errors=True)
    new.mkdir(parents=True)
    counts = dict.fromkeys((table.name for table in facts().tables()), 0)
    read = 0
    for events in archive.read(data):
        for table in facts().tables():
            counts[table.name] += add(Store(new / table.name, table.schema), table, events)
        read += len(events)
        say(f"{read:,} events read")
    (new / "tables.json").write_text(json.dumps(_declared()), encoding="utf-8")
    if folder(data).exists():
        folder(data).rename(old)
    new.rename(folder(data))
    shutil.rmtree(old, ignore_errors=True)
    return counts


def _declared() -> dict[str, list[str]]:
    return {table.name: [*table.types, *table.schema.names] for table in facts().tables()}


def _is_complete(data: Path) -> bool:
    """The tables were all there when the archive began, or were made again since."""
    known = folder(data) / "tables.json"
    if known.exists():
        return bool(json.loads(known.read_text(encoding="utf-8")) == _declared())
    if archive.store_of(data).table is not None:
        return False
    known.parent.mkdir(parents=True, exist_ok=True)
    known.write_text(json.dumps(_declared()), encoding="utf-8")
    return True


def newest(data: Path) -> datetime | None:
    """When the newest event in the lake was recorded; None while there is none."""
    table = archive.store_of(data).table
    if table is None:
        return None
    actions = pa.table(table.get_add_actions(flatten=True))
    return max((one for one in actions.column("max.recorded_at").to_pylist() if one), default=None)


def compact(data: Path) -> int:
    """Put months in many pieces together, in every table; returns how many months that were."""
    with only_writer(data):
        stores = [Store(folder(data) / table.name, table.schema) for table in facts().tables()]
        stores += [references.store_of(data, one) for one in facts().references()]
        return sum(store.compact() for store in [*stores, archive.store_of(data)])
