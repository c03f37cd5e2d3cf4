"""What a SELECT keeps for those that follow, within the memory that there is."""

from __future__ import annotations

import pytest

from citybrain.hubs.data.facts import engine
from citybrain.hubs.data.facts.lake import blank_lake

ROWS = 3_000_000
pytestmark = pytest.mark.django_db


def test_what_is_kept_anew_does_not_lie_beside_what_was_kept_before(tmp_path):
    """The rows of a backlog of a year, twice, are more than the memory holds, and spill tens of gigabytes."""
    with blank_lake(tmp_path) as lake:
        lake._connection.execute("SET memory_limit = '100MB'; SET max_temp_directory_size = '1MB'")
        for seed in range(3):
            lake.keep("many", f"SELECT range AS n, hash(range + {seed}) AS h FROM range({ROWS})")

        (found,) = lake.query("SELECT count(*) AS rows, count(DISTINCT h % 2) AS halves FROM many").to_pylist()

    assert found == {"rows": ROWS, "halves": 2}


def test_what_is_kept_of_the_same_is_not_computed_again(tmp_path):
    with blank_lake(tmp_path) as lake:
        lake.keep("one", "SELECT random() AS dice", of="this")
        before = lake.query("SELECT dice FROM one").to_pylist()
        lake.keep("one", "SELECT random() AS dice", of="this")
        same = lake.query("SELECT dice FROM one").to_pylist()
        lake.keep("one", "SELECT 2.0 AS dice", of="that")
        other = lake.query("SELECT dice FROM one").to_pylist()

    assert same == before
    assert other == [{"dice": 2.0}]


@pytest.mark.parametrize(("limit", "half"), [("8589934592\n", 1 << 32), ("max\n", None), ("1048576\n", 1 << 30)])
def test_half_of_the_memory_of_the_container_is_taken(tmp_path, monkeypatch, limit: str, half: int | None):
    """No less than it takes to count anything at all; without a limit what the machine has."""
    monkeypatch.setattr(engine, "CONTAINER_LIMIT", tmp_path / "memory.max")
    monkeypatch.setattr(engine.os, "sysconf", {"SC_PAGE_SIZE": 4096, "SC_PHYS_PAGES": 16 << 20}.get)
    (tmp_path / "memory.max").write_text(limit)

    assert engine.half_of_memory.__wrapped__() == (half or 32 << 30)
