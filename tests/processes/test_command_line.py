"""What the command line refuses, it refuses in a sentence that says what to do, and leaves nothing behind."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from citybrain.site.ports import keep_port
from tests.processes.ground import CITYBRAIN, free_ports

pytestmark = pytest.mark.processes


def run(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*CITYBRAIN, *arguments],
        capture_output=True,
        text=True,
        timeout=120,
        env={**os.environ, "LANG": "C.UTF-8", **environment},
    )


def test_a_port_that_cannot_be_one(tmp_path: Path):
    done = run("up", "--port", "99999", "--data", str(tmp_path))
    assert done.returncode == 2
    assert "99999 cannot be used as a port" in done.stderr
    assert "Traceback" not in done.stderr

    done = run("doctor", "--data", str(tmp_path), CITYBRAIN_PORT="abc")
    assert done.returncode == 2
    assert "abc cannot be used as a port" in done.stderr


def test_a_port_in_use_is_named_before_anything_starts(tmp_path: Path):
    import socket

    port = free_ports(4)
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", port + 1))
        holder.listen()
        done = run("up", "--port", str(port), "--data", str(tmp_path))
    assert done.returncode == 2
    assert f"Port {port + 1} is in use" in done.stderr
    assert "--port" in done.stderr


@pytest.mark.parametrize("words", ["doctor", "indicators list", "packs list", "packs load", "lake sql x", "city show"])
def test_a_folder_that_is_no_city_is_not_made_into_one(tmp_path: Path, words: str):
    done = run(*words.split(), "--data", str(tmp_path / "nothing"))
    assert done.returncode == 2
    assert "is not a data folder" in done.stderr
    assert not (tmp_path / "nothing").exists()


@pytest.mark.parametrize("words", ["packs units", "packs schema", "--help", "up --help"])
def test_what_needs_no_city_leaves_none_behind(tmp_path: Path, words: str):
    done = run(*words.split(), "--data", str(tmp_path / "nothing"))
    assert done.returncode == 0, done.stderr
    assert done.stdout
    assert not (tmp_path / "nothing").exists()


def test_a_city_that_was_never_migrated_says_so(tmp_path: Path):
    done = run("audit", "verify", "--data", str(tmp_path))
    assert done.returncode == 2
    assert "citybrain migrate" in done.stderr
    assert "Traceback" not in done.stderr

    done = run("doctor", "--port", "9000", "--data", str(tmp_path))
    assert done.returncode == 1
    assert "WRONG migrations" in done.stdout
    assert "public address: http://127.0.0.1:9000\n" in done.stdout


def test_doctor_knows_where_the_city_was_started(tmp_path: Path):
    assert "public address: http://127.0.0.1:8000\n" in run("doctor", "--data", str(tmp_path)).stdout
    (tmp_path / "run").mkdir(exist_ok=True)
    keep_port(tmp_path, 9100)
    assert "public address: http://127.0.0.1:9100\n" in run("doctor", "--data", str(tmp_path)).stdout


def test_a_wrong_database_url(tmp_path: Path):
    done = run("migrate", "--data", str(tmp_path), CITYBRAIN_DATABASE_URL="mysql://a@b/c")
    assert done.returncode == 2
    assert "CITYBRAIN_DATABASE_URL has the scheme mysql" in done.stderr


def test_what_a_city_writes_is_its_own(tmp_path: Path):
    done = run("migrate", "--data", str(tmp_path / "city"))
    assert done.returncode == 0
    open_to_others = [
        str(path) for path in (tmp_path / "city", *(tmp_path / "city").rglob("*")) if path.stat().st_mode & 0o077
    ]
    assert open_to_others == []
