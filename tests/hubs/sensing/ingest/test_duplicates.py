"""New, repeated or corrected: exact over all time, wherever the first one lies by now."""

from __future__ import annotations

import os
import tempfile
from collections import Counter
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from citybrain.base import clock as city_clock
from citybrain.hubs.sensing.ingest import known, lakekeys, segments
from citybrain.hubs.sensing.ingest.columns import Rows
from citybrain.hubs.sensing.ingest.store import Store
from citybrain.hubs.sensing.telemetry import moving
from citybrain.hubs.sensing.telemetry.lake import open_table
from tests.hubs.sensing.ingest.world import folders

BEGIN = city_clock.to_micros(datetime(2026, 3, 1, 12, tzinfo=UTC))
HALF_DAY = 43_200 * 1_000_000
One = tuple[int, int, float, int]  # stream, at, value, quality

readings = st.tuples(
    st.integers(1, 3),
    st.integers(0, 7).map(lambda n: BEGIN + n * HALF_DAY),
    st.sampled_from([1.0, 2.0, -0.0, 0.0]),
    st.sampled_from([0, 0, 1]),
)
groups = st.lists(readings, min_size=1, max_size=12)
steps = st.lists(st.one_of(groups, st.sampled_from(["close", "move", "restart", "forget"])), max_size=25)


class Oracle:
    """Every content ever recorded under (stream, at), in order."""

    def __init__(self) -> None:
        self.contents: dict[tuple[int, int], list[tuple[float, int]]] = {}

    def take(self, one: One) -> bool:
        stream, at, value, quality = one
        contents = self.contents.setdefault((stream, at), [])
        if (value, quality) in contents:
            return False
        contents.append((value, quality))
        return True

    def rows(self) -> Counter[tuple[int, int, float, int, int]]:
        return Counter(
            (stream, at, value, quality, sequence)
            for (stream, at), contents in self.contents.items()
            for sequence, (value, quality) in enumerate(contents)
        )


def send(store: Store, group: list[One]) -> list[bool]:
    columns = list(zip(*group, strict=True))
    rows = Rows(
        np.array(columns[0], np.int32),
        np.array(columns[1], np.int64),
        np.array(columns[2], np.float64),
        np.array(columns[3], np.int8),
    )
    prepared = store.decide(rows, np.ones(len(rows), np.int32), store.arrange(rows))
    if len(prepared.stored.rows):
        store.write(prepared.stored)
        store.apply(prepared.stored)
    return [bool(kept) for kept in prepared.verdict.keep]


def stored(data: Path) -> Counter[tuple[int, int, float, int, int]]:
    found: Counter[tuple[int, int, float, int, int]] = Counter()
    table = open_table(data)
    tables = [pq.read_table(file) for file in (table.file_uris() if table else ())]
    tables += [batch for _, path in segments.segments(data / "hot") for batch, _ in segments.read(path)]
    for one in tables:
        for row in one.to_pylist():
            at = city_clock.to_micros(row["at"])
            found[row["stream"], at, row["value"], row["quality"], row["sequence"]] += 1
    return found


def checkpointed(store: Store) -> None:
    store.rotate()
    store.save_checkpoint(store.take_checkpoint())


@pytest.mark.parametrize("whole_day_rows", [2_000_000, 0])
def test_every_reading_is_stored_once(whole_day_rows: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Against an oracle, while segments close, move to the lake and are forgotten, and `sense` starts anew."""
    monkeypatch.setattr(os, "fdatasync", lambda descriptor: None)
    monkeypatch.setattr(lakekeys, "WHOLE_DAY_ROWS", whole_day_rows)

    @settings(max_examples=int(os.environ.get("CITYBRAIN_EXAMPLES", "60")), deadline=None)
    @given(steps)
    def prove(story: list[list[One] | str]) -> None:
        with tempfile.TemporaryDirectory() as folder:
            data = folders(Path(folder))
            store, oracle = Store(data), Oracle()
            for step in story:
                if isinstance(step, list):
                    assert send(store, step) == [oracle.take(one) for one in step]
                elif step == "restart":
                    store.close()
                    store = Store(data)
                elif step == "forget":
                    with pytest.MonkeyPatch.context() as patched:
                        patched.setattr(known, "HOT_ROWS", 0)
                        checkpointed(store)
                else:
                    checkpointed(store)
                    if step == "move":
                        moving.move_segments(data, lambda streams: {})
            store.close()
            assert stored(data) == oracle.rows()

    prove()


@pytest.fixture
def store(tmp_path: Path) -> Iterable[Store]:
    opened = Store(folders(tmp_path))
    yield opened
    opened.close()


def test_many_late_readings_at_once(store: Store) -> None:
    """A year of hours sent backwards, twice, and once more with one value changed."""
    hours = [(1, BEGIN - n * 3600 * 1_000_000, float(n), 0) for n in range(8760)]
    assert all(send(store, hours))
    assert not any(send(store, hours[::-1]))
    changed = [*hours[:50], (1, hours[50][1], 999.0, 0), *hours[51:]]
    assert [n for n, kept in enumerate(send(store, changed)) if kept] == [50]


def test_a_million_keys_are_held_in_few_runs(store: Store) -> None:
    for n in range(40):
        at = BEGIN - n * 60 * 1_000_000
        send(store, [(stream, at, 1.0, 0) for stream in range(1, 200)])
    assert not any(send(store, [(stream, BEGIN - 39 * 60 * 1_000_000, 1.0, 0) for stream in range(1, 200)]))
    (keys,) = store.known._segments.values()
    assert keys._runs is not None
    assert all(len(runs) <= 8 for runs in keys._runs._by_day.values())


def test_the_latest_is_the_newest_correction_of_the_newest_time(store: Store) -> None:
    send(store, [(1, BEGIN, 1.0, 0), (1, BEGIN + 5, 2.0, 0), (1, BEGIN + 3, 3.0, 0)])
    assert float(store.latest.records[1]["value"]) == 2.0
    send(store, [(1, BEGIN + 5, 7.0, 0), (1, BEGIN + 5, 8.0, 0), (1, BEGIN, 9.0, 0)])
    assert float(store.latest.records[1]["value"]) == 8.0
    assert int(store.latest.records[1]["sequence"]) == 2


def test_the_hot_index_forgets_what_the_lake_has(store: Store, tmp_path: Path) -> None:
    send(store, [(1, BEGIN, 1.0, 0)])
    checkpointed(store)
    assert moving.move_segments(tmp_path, lambda streams: {}) == 1
    checkpointed(store)
    assert not store.known._segments
    assert send(store, [(1, BEGIN, 1.0, 0), (1, BEGIN, 4.0, 0)]) == [False, True]


def test_a_clock_that_stands_still_is_refused_beyond_a_thousand_corrections(store: Store) -> None:
    """Of its own moment only: what others send in the same group is stored, and what was stored stays known."""
    stuck = [(1, BEGIN, float(n), 0) for n in range(known.MAX_CORRECTIONS + 1)]
    assert all(send(store, stuck))
    assert send(store, [(1, BEGIN, -1.0, 0), (1, BEGIN, -2.0, 0), (2, BEGIN, 1.0, 0)]) == [False, False, True]
    rows = Rows(np.array([1, 1, 1], np.int32), np.full(3, BEGIN), np.array([-1.0, 7.0, -1.0]), np.zeros(3, np.int8))
    prepared = store.decide(rows, np.ones(3, np.int32), store.arrange(rows))
    assert prepared.verdict.refused.tolist() == [True, False, True]
    assert int(store.latest.records[1]["sequence"]) == known.MAX_CORRECTIONS


def test_days_far_apart_do_not_collide(store: Store) -> None:
    far = int(timedelta(days=40_000).total_seconds()) * 1_000_000
    group = [(1, BEGIN, 1.0, 0), (1, BEGIN - far, 1.0, 0), (2**20, BEGIN - far, 1.0, 0)]
    assert send(store, group) == [True, True, True]
    assert send(store, group) == [False, False, False]
