"""The file of a backup by itself: what is put in comes out, and what is wrong with it is said before it is used."""

from __future__ import annotations

import io
import subprocess
import tarfile
from pathlib import Path

import pytest

from citybrain.base.errors import BadInput, Conflict
from citybrain.guarantees.maintenance.archive import Reader, Writer
from citybrain.guarantees.maintenance.ground import needs_ground, restoring

LONG = "lake/" + "/".join(["a" * 60] * 4) + "/part-0.parquet"
CONTENT = {"city.sqlite3": b"0123456789" * 500_000, LONG: b"PAR1" * 1000, "empty": b"", "files/ab/cd": b"picture"}


def write(path: Path, content: dict[str, bytes]) -> Path:
    with Writer(path) as writer:
        for name, text in content.items():
            writer.add(name, io.BytesIO(text), packed=not name.endswith("parquet"))
        writer.finish({"tables": {}, "notes": []})
        writer.place()
    return path


@pytest.fixture
def file(tmp_path):
    return write(tmp_path / "backup.tar", CONTENT)


def test_what_is_put_in_comes_out(file, tmp_path):
    with Reader(file) as reader:
        assert reader.check() == []
        for entry in reader.entries.values():
            assert reader.extract(entry, tmp_path / "out").read_bytes() == CONTENT[entry.name]
    assert reader.entries["city.sqlite3"].stored < reader.entries["city.sqlite3"].size == 5_000_000


def test_any_tar_opens_it(file, tmp_path):
    subprocess.run(["tar", "-xf", file, "-C", tmp_path], check=True)
    assert (tmp_path / LONG).read_bytes() == CONTENT[LONG]


def test_a_file_that_ends_too_early_is_refused_with_the_last_readable_member(file):
    file.write_bytes(file.read_bytes()[:4000])
    with pytest.raises(BadInput) as refusal:
        Reader(file)
    assert (refusal.value.code, refusal.value.data["last"]) == ("backup.cut_short", LONG)


def test_a_file_of_another_kind_is_refused(tmp_path):
    (tmp_path / "letter.txt").write_text("Dear city, " * 100)
    with pytest.raises(BadInput) as refusal:
        Reader(tmp_path / "letter.txt")
    assert refusal.value.code == "backup.no_backup"


def test_what_the_manifest_does_not_name_is_not_taken(file):
    with tarfile.open(file, "a") as tar:
        info = tarfile.TarInfo("files/stranger")
        info.size = 3
        tar.addfile(info, io.BytesIO(b"odd"))
    with Reader(file) as reader:
        assert [(one.where, one.what) for one in reader.check()] == [
            ("files/stranger", "stands in the file and not in the manifest")
        ]


@pytest.mark.parametrize("name", ["../outside", "/etc/outside", "files/../../outside"])
def test_nothing_leaves_the_folder(tmp_path, name):
    with Reader(write(tmp_path / "backup.tar", {name: b"x"})) as reader:
        assert [one.what for one in reader.check()] == ["is no plain file of a data directory"]


def test_a_file_that_became_shorter_stops_the_backup_and_leaves_nothing(tmp_path):
    with pytest.raises(BadInput, match="became shorter"), Writer(tmp_path / "backup.tar") as writer:
        writer.add("hot/segment-1.arrow", io.BytesIO(b"abc"), packed=True, length=4)
    assert list(tmp_path.iterdir()) == []


def test_only_an_empty_folder_is_restored_into(tmp_path):
    (tmp_path / "mine.txt").write_text("mine")
    with pytest.raises(BadInput, match="not an empty folder"), restoring(tmp_path):
        pass
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


def test_what_a_killed_restore_left_is_cleared_away_and_two_at_once_are_refused(tmp_path):
    (tmp_path / ".city.restoring" / "files").mkdir(parents=True)
    with restoring(tmp_path / "city") as folder:
        assert list(folder.iterdir()) == []
        with pytest.raises(Conflict, match="Another restore"), restoring(tmp_path / "city"):
            pass
        folder.rename(tmp_path / "city")
    assert [path.name for path in tmp_path.iterdir()] == ["city"]


def test_which_words_need_no_city():
    assert needs_ground(["restore", "a.tar"])
    assert needs_ground(["backup", "verify", "a.tar"])
    assert not needs_ground(["backup", "--to", "verify"])
    assert not needs_ground(["restore", "--help"])
