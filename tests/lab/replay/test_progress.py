"""How far a replay has come survives it."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from citybrain.base.errors import Conflict
from citybrain.lab.replay.client import Receipt, Refusal
from citybrain.lab.replay.progress import open_progress, source_hash
from citybrain.lab.replay.steps import Batch

BATCH = Batch(
    "observations",
    [{"thing": "east", "property": "pm25"}, {"thing": "east", "property": "co"}, {"thing": "west", "property": "co"}],
    [("rows.csv", 2), ("rows.csv", 2), ("rows.csv", 3)],
)


def test_tallies_and_the_last_moment_are_kept(tmp_path: Path) -> None:
    progress = open_progress(tmp_path, "air", "abc")
    refusal = Refusal(2, "value", "observation.out_of_range", "-1 is below 0")
    progress.tally("observations").add(BATCH, Receipt(1, 1, [refusal]))
    progress.done = datetime(2013, 3, 1, tzinfo=UTC)
    progress.is_prepared = True
    progress.save()

    again = open_progress(tmp_path, "air", "abc")
    tally = again.tally("observations")
    assert again.done == datetime(2013, 3, 1, tzinfo=UTC)
    assert again.is_prepared
    assert (tally.poured, tally.accepted, tally.duplicates) == (3, 1, 1)
    assert tally.rejected == {"observation.out_of_range": 1}
    assert tally.streams == {"west/co": 1}
    assert tally.examples == {"observation.out_of_range": ["rows.csv:3 value: -1 is below 0"]}
    tally.add(BATCH, Receipt(3))
    assert tally.accepted == 4


def test_another_source_under_the_same_key_is_refused(tmp_path: Path) -> None:
    open_progress(tmp_path, "air", "abc").save()
    with pytest.raises(Conflict) as refused:
        open_progress(tmp_path, "air", "xyz")
    assert refused.value.code == "replay.other_source"
    assert open_progress(tmp_path, "water", "xyz").done is None


def test_nothing_half_written_is_left(tmp_path: Path) -> None:
    progress = open_progress(tmp_path / "new", "air", "abc")
    for _ in range(3):
        progress.save()
    assert [path.name for path in (tmp_path / "new").iterdir()] == ["air.json"]
    assert json.loads((tmp_path / "new" / "air.json").read_text())["source"] == "abc"


def test_the_source_is_named_by_mapping_files_and_limit(tmp_path: Path) -> None:
    mapping, rows = tmp_path / "m.yaml", tmp_path / "rows.csv"
    mapping.write_text("a")
    rows.write_text("b")
    one = source_hash(mapping, [rows], None)
    assert one == source_hash(mapping, [rows], None)
    rows.write_text("bb")
    assert one != source_hash(mapping, [rows], None)
    rows.write_text("b")
    assert one != source_hash(mapping, [rows], 10)
