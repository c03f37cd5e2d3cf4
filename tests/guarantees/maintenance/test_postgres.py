"""A city on PostgreSQL: backed up by pg_dump, restored into another database of the same server."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest

from tests.processes.city_platform import GRID_CITY
from tests.processes.ground import CITYBRAIN

URL = os.environ.get("CITYBRAIN_DATABASE_URL", "")
pytestmark = pytest.mark.skipif(not URL or shutil.which("pg_dump") is None, reason="needs PostgreSQL and pg_dump")


@pytest.fixture
def two_databases():
    """The addresses of two empty databases."""
    names = ("backup_from", "backup_to")
    with psycopg.connect(URL, autocommit=True) as server:
        for name in names:
            server.execute(f"DROP DATABASE IF EXISTS {name}")
            server.execute(f"CREATE DATABASE {name}")
        yield [urlsplit(URL)._replace(path=f"/{name}").geturl() for name in names]
        for name in names:
            server.execute(f"DROP DATABASE {name} WITH (FORCE)")


def citybrain(url: str, data: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "CITYBRAIN_DATABASE_URL": url, "LANG": "C.UTF-8"}
    command = [*CITYBRAIN, *arguments, "--data", str(data)]
    return subprocess.run(command, capture_output=True, text=True, env=environment, timeout=120)


def rows(url: str) -> dict[str, int]:
    with psycopg.connect(url) as database:
        names = [row[0] for row in database.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")]
        return {name: database.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0] for name in names}


def test_a_city_on_postgresql_there_and_back(two_databases, tmp_path):
    here, there = two_databases
    for words in (["migrate"], GRID_CITY):
        done = citybrain(here, tmp_path / "data", *words)
        assert done.returncode == 0, done.stderr
    done = citybrain(here, tmp_path / "data", "backup", "--to", str(tmp_path / "city.tar"))
    assert done.returncode == 0, done.stderr
    done = citybrain(here, tmp_path / "data", "backup", "verify", str(tmp_path / "city.tar"))
    assert (done.returncode, "nothing is wrong with it" in done.stdout) == (0, True), done.stdout + done.stderr

    done = citybrain(here, tmp_path / "again", "restore", str(tmp_path / "city.tar"))
    assert (done.returncode, "has tables already" in done.stderr) == (2, True), done.stderr
    assert not (tmp_path / "again").exists()
    done = citybrain(there, tmp_path / "again", "restore", str(tmp_path / "city.tar"))
    assert done.returncode == 0, done.stderr
    before, after = rows(here), rows(there)
    told = {"audit_record", "audit_block"}
    assert {name: count for name, count in after.items() if name not in told} == {
        name: count for name, count in before.items() if name not in told
    }
    assert after["places_region"] > 100
    assert "intact" in citybrain(there, tmp_path / "again", "audit", "verify").stdout


def test_without_pg_dump_it_is_refused_in_a_sentence(two_databases, tmp_path, monkeypatch):
    citybrain(two_databases[0], tmp_path / "data", "migrate")
    monkeypatch.setenv("PATH", str(tmp_path))
    done = citybrain(two_databases[0], tmp_path / "data", "backup", "--to", str(tmp_path / "city.tar"))
    assert (done.returncode, "pg_dump is not installed" in done.stderr) == (2, True), done.stderr
    assert not (tmp_path / "city.tar").exists()
