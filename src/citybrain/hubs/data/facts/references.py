"""Reference data in the lake: what regions, organisations and things were called and where they belonged, when.

Nobody tells the lake of every change row by row (an import changes thousands at once). So whoever declared the data is
asked for all of it after a message about it, and once an hour; what differs from the lake is appended.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa

from citybrain.base import clock
from citybrain.hubs.data.facts.engine import scratch
from citybrain.hubs.data.facts.registry import facts
from citybrain.hubs.data.facts.store import Store, reach_of
from citybrain.hubs.data.facts.types import Reference, Row

LOOK_EVERY = timedelta(hours=1).total_seconds()
_looked: dict[Path, float] = {}


def store_of(data: Path, reference: Reference) -> Store:
    return Store(data / "lake" / "reference" / reference.name, reference.schema)


def look(data: Path, types: Collection[str]) -> int:
    """Append what changed of the reference data that these messages are about, and of all of it now and then."""
    all_of_it = clock.monotonic() - _looked.get(data, -LOOK_EVERY) >= LOOK_EVERY
    changed = 0
    for one in facts().references():
        if all_of_it or any(_matches(kind, one.types) for kind in types):
            changed += _append_changes(data, one)
    if all_of_it:
        _looked[data] = clock.monotonic()
    return changed


def _matches(kind: str, patterns: tuple[str, ...]) -> bool:
    return any(kind.startswith(one[:-1]) if one.endswith("*") else kind == one for one in patterns)


def _append_changes(data: Path, reference: Reference) -> int:
    store = store_of(data, reference)
    table = store.table
    last = reach_of(table)[1]
    known = _known(store, reference) if table is not None else {}
    names = [column.name for column in reference.columns]
    stands = {row[reference.key]: {name: row.get(name) for name in names} for row in _typed(reference)}
    changed: list[Row] = [row | {"is_gone": False} for key, row in stands.items() if known.get(key) != row]
    changed += [row | {"is_gone": True} for key, row in known.items() if key not in stands]
    changed.sort(key=lambda row: str(row[reference.key]))
    if changed:
        seen = clock.now() if last else clock.EPOCH  # what the lake began with counts as known ever since
        own = {"recorded_at": seen, "month": f"{seen:%Y-%m}"}
        store.append([row | own | {"seq": last + n} for n, row in enumerate(changed, 1)])
    return len(changed)


def _typed(reference: Reference) -> list[Row]:
    """The rows as the lake will give them back, so that comparing them is fair."""
    schema = pa.schema(reference.columns)
    found: list[Row] = pa.Table.from_pylist(list(reference.rows()), schema=schema).to_pylist()
    return found


def _known(store: Store, reference: Reference) -> dict[Any, Row]:
    """The newest row of each entry that is not gone, without the lake's own columns."""
    table = store.table
    assert table is not None
    with scratch(store.path.parents[2]) as connection:
        names = ", ".join(f'"{column.name}"' for column in reference.columns)
        found = connection.sql(
            f"SELECT {names} FROM (SELECT * FROM ({store.read_sql(connection, table)})"  # noqa: S608 - own names
            f' QUALIFY row_number() OVER (PARTITION BY "{reference.key}" ORDER BY seq DESC) = 1) WHERE NOT is_gone'
        ).to_arrow_table()
    rows = found.cast(pa.schema(reference.columns)).to_pylist()
    return {row[reference.key]: row for row in rows}
