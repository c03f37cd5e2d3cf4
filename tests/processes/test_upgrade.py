"""A data directory that another version has written: an older one goes on, a newer one is refused.

`old_city.tar.xz` was written by this project's own code as it was when every app had its first migration only: one
station, a hundred readings, an alarm, two cases.
"""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
import tarfile
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

import pytest

from tests.processes.city_platform import CityPlatform
from tests.processes.ground import CITYBRAIN

pytestmark = [pytest.mark.processes, pytest.mark.skipif(sys.platform != "linux", reason="Linux")]
OLD_CITY = Path(__file__).with_name("old_city.tar.xz")


@pytest.fixture
def old_city(tmp_path):
    with tarfile.open(OLD_CITY) as tar:
        tar.extractall(tmp_path, filter="data")
    city = CityPlatform(tmp_path)
    city.token = (tmp_path / "token").read_text()
    yield city
    city.stop()


def migrations(city: CityPlatform) -> set[str]:
    with sqlite3.connect(city.data / "city.sqlite3") as database:
        found = {f"{app}.{name}" for app, name in database.execute("SELECT app, name FROM django_migrations")}
    database.close()
    return found


def test_a_city_of_an_older_version_goes_on(old_city):
    assert "places.0002_a_city_may_be_simulated" not in migrations(old_city)
    assert not (old_city.data / "version.json").exists()

    old_city.start()
    old_city.await_settled()

    assert "places.0002_a_city_may_be_simulated" in migrations(old_city)
    assert json.loads((old_city.data / "version.json").read_text())["version"]
    kinds = {row["case_type"] for row in old_city.pages("/api/v1/cases")}
    assert kinds == {"urban.facilities.street_light", "environment.air_pollution"}
    found = old_city.pages(
        "/api/v1/telemetry?thing=air-00&property=so2&from=2026-11-20T00:00:00Z&to=2026-11-30T00:00:00Z"
    )
    assert (len(found), sum(row["value"] == 600.0 for row in found)) == (100, 39)
    fresh = {"thing": "air-00", "property": "so2", "at": f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}", "value": 20.0}
    assert old_city.insist("POST", "/observations", [fresh], sense=True)["accepted"] == 1
    assert "intact" in old_city.command("audit", "verify")


@pytest.mark.parametrize("words", [["migrate"], ["up", "--empty", "--port", "8199"]])
def test_a_city_of_a_newer_version_is_refused(old_city, words):
    with sqlite3.connect(old_city.data / "city.sqlite3") as database:
        database.execute(
            "INSERT INTO django_migrations (app, name, applied) VALUES ('places', '0099_planets', '2030-01-01')"
        )
    database.close()
    (old_city.data / "version.json").write_text('{"version": "9.0", "format": 1}')
    before = migrations(old_city)

    done = subprocess.run(
        [*CITYBRAIN, *words, "--data", str(old_city.data)],
        capture_output=True, text=True, env={**os.environ, "LANG": "C.UTF-8"}, timeout=60,
    )  # fmt: skip

    assert done.returncode == 2
    own = version("citybrain")
    sentence = f"was written by a newer version, 9.0: this one, {own}, does not know places.0099_planets"
    assert done.stderr.splitlines()[0] == f"citybrain: {old_city.data} {sentence}"
    assert migrations(old_city) == before
