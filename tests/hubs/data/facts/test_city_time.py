"""City time by a number that is added is the city time that DuckDB's calendar knows."""

from __future__ import annotations

import duckdb
import pytest

from citybrain.hubs.data.facts.lake import local_sql

MOMENTS = """
SELECT unnest(range(TIMESTAMPTZ '1900-01-01', TIMESTAMPTZ '2205-01-01', INTERVAL 61 HOUR)) AS t
UNION ALL SELECT unnest([TIMESTAMPTZ '1991-09-14 15:59:59.999999Z', TIMESTAMPTZ '1991-09-14 16:00:00Z',
  TIMESTAMPTZ '2026-03-01 15:59:59.999999Z', 'infinity'::TIMESTAMPTZ, '-infinity'::TIMESTAMPTZ, NULL])
"""


@pytest.mark.parametrize(
    ("zone", "is_added"),
    [("Asia/Shanghai", True), ("UTC", True), ("America/Los_Angeles", False), ("Africa/Casablanca", False)],
)
def test_it_is_what_the_calendar_says(zone: str, is_added: bool) -> None:
    assert ("epoch_us" in local_sql(zone)) is is_added
    with duckdb.connect() as connection:
        connection.execute("SET TimeZone = 'UTC'")
        connection.execute(f"CREATE MACRO local(t) AS {local_sql(zone)}")
        differ = f"SELECT count(*), count(*) FILTER (local(t) IS DISTINCT FROM timezone('{zone}', t)) FROM ({MOMENTS})"
        total, wrong = connection.execute(differ).fetchall()[0]
    assert total > 40_000
    assert wrong == 0
