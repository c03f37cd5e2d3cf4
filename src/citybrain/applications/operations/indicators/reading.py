"""Asking for stored values: SQL over DIR/lake/indicators. Nothing here knows who asks; `queries` does."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from citybrain.applications.operations.indicators import values
from citybrain.applications.operations.indicators.manifest import IndicatorDefinition
from citybrain.applications.operations.indicators.models import Indicator
from citybrain.base.errors import NotFound
from citybrain.hubs.data.facts.engine import scratch

Found = dict[str, Any]
NEWEST = "QUALIFY row_number() OVER (PARTITION BY indicator, dimension, code, start ORDER BY seq DESC) = 1"


def definition_of(row: Indicator) -> IndicatorDefinition:
    assert row.version is not None
    return IndicatorDefinition.model_validate(row.version.definition)


def check_known(keys: Collection[str]) -> None:
    """Raises NotFound `indicator.unknown` for the first that never was an indicator."""
    known = set(Indicator.objects.filter(key__in=keys).values_list("key", flat=True))
    for key in keys:
        if key not in known:
            raise NotFound("indicator.unknown", key=key)


def ask(
    data: Path, where: str, parameters: Sequence[Any], *, rest: str = "", known_at: datetime | None = None
) -> list[Found]:
    """The values (as known now, or at a moment) for which a condition holds; `rest` selects among and sorts them."""
    files = values.files(data)
    if not files:
        return []
    known = "recorded_at <= ? AND" if known_at else ""
    bound = [files, *([known_at] if known_at else []), *parameters]
    columns = ", ".join(f'"{name}"' for name in ("seq", *values.COLUMNS))
    rows = f"SELECT {columns} FROM read_parquet(?, union_by_name = true) WHERE {known} {where} {NEWEST}"  # noqa: S608
    sql = f"SELECT * FROM ({rows}) {rest}"  # noqa: S608 - conditions of our own, values bound
    with scratch(data) as connection:
        found: list[Found] = connection.sql(sql, params=bound).to_arrow_table().to_pylist()
    return found


def news_since(data: Path, seq: int) -> tuple[int, datetime | None]:
    """Number of the newest value, and the earliest end of a period among the values written after `seq`."""
    files = values.files(data)
    if not files:
        return seq, None
    sql = (
        'SELECT coalesce(max(seq), ?) AS newest, min("end") FILTER (seq > ?) AS earliest'
        " FROM read_parquet(?, union_by_name = true)"
    )
    with scratch(data) as connection:
        (found,) = connection.sql(sql, params=[seq, seq, files]).to_arrow_table().to_pylist()
    return found["newest"], found["earliest"]


def every_value(data: Path, key: str, dimension: str, code: str, start: datetime) -> list[Found]:
    """Every value that was ever shown for one period, the newest last."""
    files = values.files(data)
    if not files:
        return []
    sql = (
        "SELECT * FROM read_parquet(?, union_by_name = true)"
        " WHERE indicator = ? AND dimension = ? AND code = ? AND start = ? ORDER BY seq"
    )
    with scratch(data) as connection:
        bound = [files, key, dimension, code, start]
        found: list[Found] = connection.sql(sql, params=bound).to_arrow_table().to_pylist()
    return found


def newest_whole(data: Path, keys: Sequence[str], *, now: datetime) -> list[Found]:
    """For each number of these indicators the value of the newest period that is over."""
    return ask(
        data,
        'indicator IN (SELECT unnest(?)) AND "end" <= ?',
        [list(keys), now],
        rest="QUALIFY row_number() OVER (PARTITION BY indicator, dimension, code ORDER BY start DESC) = 1"
        " ORDER BY indicator, dimension, code",
    )
