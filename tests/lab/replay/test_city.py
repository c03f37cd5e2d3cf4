"""The replay's own city: a directory of its own, a driven clock, its own database."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from citybrain.base import clock
from citybrain.base.errors import Conflict, Unavailable
from citybrain.lab.replay.city import City, free_ports, prepare

START = datetime(2013, 3, 1, tzinfo=UTC)


def test_its_clock_begins_with_the_recording_and_goes_on_where_it_stood(tmp_path: Path) -> None:
    driven = City(tmp_path / "new").declare_clock(START)
    assert driven.now() == START
    driven.move_to(datetime(2013, 4, 1, tzinfo=UTC))
    driven.close()
    again = City(tmp_path / "new").declare_clock(START)
    assert again.now() == datetime(2013, 4, 1, tzinfo=UTC)
    again.close()


def test_a_city_with_a_clock_of_its_own_is_never_poured_into(tmp_path: Path) -> None:
    (tmp_path / "city.sqlite3").touch()
    with pytest.raises(Conflict) as refused:
        City(tmp_path).declare_clock(START)
    assert refused.value.code == "replay.not_driven"
    assert not (tmp_path / "clock.json").exists()

    clock.declare(tmp_path, "scaled", speed=60)
    with pytest.raises(Conflict):
        City(tmp_path).declare_clock(START)


def test_its_database_is_its_own_whatever_the_environment_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CITYBRAIN_DATABASE_URL", "postgresql://nobody@127.0.0.1:1/live")
    said: list[str] = []
    prepare(City(tmp_path / "new", say=said.append), [["token", "list"]])
    assert said[0] == "citybrain migrate"
    assert (tmp_path / "new" / "city.sqlite3").is_file()


def test_a_command_that_fails_is_told_with_its_words(tmp_path: Path) -> None:
    city = City(tmp_path / "new")
    with pytest.raises(Unavailable) as refused:
        city.command("city", "grid", "--bbox", "nowhere", "--tz", "UTC")
    assert "citybrain city grid --bbox nowhere" in refused.value.title("en")


def test_ports_in_a_row_are_free() -> None:
    first = free_ports(4)
    assert 1024 < first < 65_532
