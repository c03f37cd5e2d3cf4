"""kill -9 in the middle of acting: no case is half-changed, and nothing that was promised is missing."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

ROOT = Path(__file__).resolve().parents[4]


@pytest.fixture
def environment() -> Iterator[dict[str, str]]:
    """The same kind of database as the other tests use, but one of its own."""
    url = os.environ.get("CITYBRAIN_DATABASE_URL", "")
    if not url:
        yield dict(os.environ)
        return
    name = f"killed_{os.getpid()}"
    with psycopg.connect(url, autocommit=True) as there:
        there.execute(f"CREATE DATABASE {name}")
        yield {**os.environ, "CITYBRAIN_DATABASE_URL": url.rsplit("/", 1)[0] + f"/{name}"}
        there.execute(f"DROP DATABASE {name} WITH (FORCE)")


def kill_workers(data: Path, environment: dict[str, str], kills: int) -> dict[str, object]:
    seed = random.randrange(2**31)
    print(f"seed {seed}")
    module = "tests.hubs.business.cases.killed_workers"
    command = [sys.executable, "-m", module, str(data), str(kills), str(seed)]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=250)
    assert done.returncode == 0, done.stderr[-3000:]
    found: dict[str, object] = json.loads(done.stdout.splitlines()[-1])
    return found


@pytest.mark.processes
def test_no_case_is_half_changed_when_workers_are_killed(tmp_path: Path, environment: dict[str, str]):
    found = kill_workers(tmp_path, environment, kills=20)

    assert found["wrong"] == []
    assert int(str(found["acts"])) >= 20, "the workers did something before they died"


@pytest.mark.soak
@pytest.mark.timeout(600)
def test_no_case_is_half_changed_in_a_hundred_kills(tmp_path: Path, environment: dict[str, str]):
    found = kill_workers(tmp_path, environment, kills=100)

    assert found["wrong"] == []
