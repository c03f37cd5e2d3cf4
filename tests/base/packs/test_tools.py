"""What authors of packs have: a scaffold, JSON Schemas, the list of units, recorded history, installed packages."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from argparse import Namespace
from importlib.metadata import EntryPoint
from pathlib import Path

import pytest

from citybrain.base.audit import SYSTEM
from citybrain.base.packs import check_packs, convert, discovery, find_sources, load_packs
from citybrain.base.packs.commands import run_list
from citybrain.base.packs.published import json_schemas
from citybrain.base.packs.scaffold import make_pack
from citybrain.base.packs.sections import register_section, replaced_sections, sections
from citybrain.base.packs.units import known_units

pytestmark = pytest.mark.django_db


def citybrain(*words: str, data: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "citybrain.site.cli", *words, "--data", str(data)],
        capture_output=True, text=True, env={"LANG": "C.UTF-8", "PATH": "/usr/bin"},
    )  # fmt: skip


def test_a_new_pack_is_right_from_the_start_and_proves_itself(data_dir):
    made = citybrain("packs", "new", "river-level", data=data_dir)
    assert made.returncode == 0, made.stderr
    folder = data_dir / "packs" / "river-level"

    assert check_packs([folder], proving=True) == []
    again = citybrain("packs", "new", "river-level", data=data_dir)
    assert (again.returncode, "already" in again.stderr) == (2, True)


@pytest.mark.parametrize("key", ["River", "1st", "a_b", "", "x" * 40, "../x"])
def test_a_key_that_cannot_be_one(data_dir, key):
    from citybrain.base.errors import BadInput

    with pytest.raises(BadInput):
        make_pack(key)


def test_history_that_comes_out_otherwise_is_told(data_dir):
    folder = make_pack("demo", data_dir / "packs")
    day = folder / "history" / "example.yaml"
    day.write_text(day.read_text().replace("08:10:00", "08:11:00"))

    problems = check_packs([folder], proving=True)

    assert [problem.code for problem in problems] == ["alarms.history_missing", "alarms.history_unexpected"]
    assert problems[0].line == 6
    assert "fired_at: 2026-03-02T00:10:00Z" in str(problems[1])


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("2026-03-02T08:00:00+08:00,sensor-9,level,1", "sensor-9 has no property level"),
        ("2026-03-02T08:00:00+08:00,sensor-1,levle,1", "no property levle"),
        ("2026-03-02T08:00:00+08:00,sensor-1,level,high", "high"),
        ("2026-03-02T08:00:00,sensor-1,level,1", "no zone"),
        ("yesterday,sensor-1,level,1", "yesterday"),
    ],
)
def test_a_line_of_history_that_is_no_reading(data_dir, line, why):
    folder = make_pack("demo", data_dir / "packs")
    path = folder / "history" / "example.csv"
    path.write_text(path.read_text() + line + "\n")
    count = path.read_text().count("\n")

    problems = check_packs([folder])
    assert [problem.code for problem in problems] == ["alarms.history_row"]
    assert f"line {count}" in str(problems[0])
    assert why in str(problems[0])


def test_schemas_are_published_and_describe_what_is_read(data_dir):
    done = citybrain("packs", "schema", "--out", str(data_dir / "schemas"), data=data_dir)
    assert done.returncode == 0, done.stderr
    written = {path.name: json.loads(path.read_text()) for path in (data_dir / "schemas").iterdir()}
    assert {"pack.schema.json", "things.schema.json", "alarms.schema.json", "cases.schema.json",
            "history.schema.json"} <= set(written)  # fmt: skip
    assert written["things.schema.json"]["additionalProperties"] is False
    assert set(json_schemas()["pack.yaml"]["required"]) == {"key", "title", "version", "owner", "quality"}


def test_schemas_accept_the_packs_that_come_with_the_platform():
    import jsonschema_rs

    schemas = json_schemas()
    accepted = set()
    for source in find_sources():
        for file, schema in schemas.items():
            path = source.folder / file
            if "*" not in file and path.exists():
                from citybrain.base.packs.documents import read_document

                jsonschema_rs.validate(dict(schema), read_document(path).data)
                accepted.add((source.key, file))
    assert accepted >= {(key, "pack.yaml") for key in ("environment", "traffic", "urban")}


def test_list_says_what_is_installed_and_how_it_stands(data_dir, capsys):
    make_pack("demo", data_dir / "packs")
    load_packs(actor=SYSTEM)
    (data_dir / "packs" / "demo" / "alarms.yaml").write_text("rules: 1\n")
    load_packs(actor=SYSTEM)

    assert run_list(Namespace(json=False)) == 0

    said = capsys.readouterr().out
    assert re.search(r"environment +1\.0\.0 +loaded +builtin +生态环境", said)
    assert re.search(r"demo +0\.1\.0 +faulty", said)
    assert "alarms.yaml:1:" in said


def test_units_know_their_spellings_and_convert():
    assert known_units()["ug/m3"].symbol == "µg/m³"
    assert convert(60, "mph", "km/h") == pytest.approx(96.56064)
    assert convert(1200, "µg/m³", "mg/m³") == pytest.approx(1.2)
    assert convert(32, "°F", "°C") == pytest.approx(0, abs=1e-9)
    assert convert(-40, "°C", "°F") == pytest.approx(-40)
    with pytest.raises(ValueError, match="is a speed"):
        convert(1, "km/h", "µg/m³")
    with pytest.raises(ValueError, match="unknown unit"):
        convert(1, "furlong", "m")


def test_a_pack_installed_as_a_python_package_is_found(data_dir, tmp_path, monkeypatch):
    package = tmp_path / "site" / "river_pack"
    make_pack("river", tmp_path / "site").rename(package)
    (package / "__init__.py").write_text("")
    (package / "capabilities.py").write_text("FOUND = True\n")
    monkeypatch.syspath_prepend(str(tmp_path / "site"))
    points = [EntryPoint("river", "river_pack", discovery.ENTRY_POINTS)]
    monkeypatch.setattr(discovery, "entry_points", lambda group: points)

    source = next(source for source in find_sources() if source.key == "river")

    assert (source.kind, source.folder) == ("package", package)
    module = source.module("capabilities")
    assert module is not None
    assert module.FOUND


def test_the_data_directory_wins_over_what_is_built_in(data_dir):
    make_pack("traffic", data_dir / "packs")
    assert next(source for source in find_sources() if source.key == "traffic").kind == "data"


def test_sections_are_a_closed_list():
    from pydantic import BaseModel

    class Nothing(BaseModel):
        pass

    with pytest.raises(ValueError, match="twice"):
        register_section(file="things.yaml", schema=Nothing)
    with replaced_sections():
        assert sections() == []
    assert "things.yaml" in {section.file for section in sections()}


def test_a_pack_without_a_database_row_is_shown(cast, data_dir):
    make_pack("demo", data_dir / "packs")
    shown = {one["key"]: one["state"] for one in cast.client("leader").get("/api/v1/packs").json()}
    assert shown["demo"] == "not_loaded"
    load_packs(actor=SYSTEM)
    shown = {one["key"]: one["state"] for one in cast.client("leader").get("/api/v1/packs").json()}
    assert shown["demo"] == "loaded"

    import shutil

    shutil.rmtree(data_dir / "packs" / "demo")
    shown = {one["key"]: one["state"] for one in cast.client("leader").get("/api/v1/packs").json()}
    assert shown["demo"] == "gone"
