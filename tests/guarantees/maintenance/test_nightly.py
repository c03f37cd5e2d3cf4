"""When tonight's backup is due, how many are kept, and what is said of it."""

from __future__ import annotations

import os
from datetime import UTC, datetime, time

import pytest

from citybrain.base import clock
from citybrain.base.errors import Misconfigured
from citybrain.base.jobs.models import Recurring
from citybrain.guarantees.maintenance import nightly
from citybrain.guarantees.maintenance.actions import keep_newest
from citybrain.guarantees.maintenance.agreed import backup_folder, backup_time, backups_kept

pytestmark = pytest.mark.django_db


@pytest.fixture
def folder(settings, tmp_path, monkeypatch):
    """Backups are agreed on for 03:00; it is four in the morning."""
    settings.BACKUPS_DIR, settings.BACKUP_TIME = tmp_path, time(3, 0)
    monkeypatch.setattr(clock, "wall_now", lambda: datetime(2026, 3, 2, 4, 0, tzinfo=UTC))
    return tmp_path


def test_a_backup_is_due_until_tonights_is_there(folder):
    assert nightly.status().due_since == datetime(2026, 3, 2, 3, 0, tzinfo=UTC)
    (folder / "nightly-20260301T030000Z.tar").touch()
    assert nightly.status().due_since == datetime(2026, 3, 2, 3, 0, tzinfo=UTC)
    (folder / "nightly-20260302T030005Z.tar").touch()
    assert nightly.status().due_since is None
    assert nightly.status().made_at == datetime(2026, 3, 2, 3, 0, 5, tzinfo=UTC)
    assert nightly.make_due() == ""


def test_before_three_it_is_still_last_nights(folder, monkeypatch):
    monkeypatch.setattr(clock, "wall_now", lambda: datetime(2026, 3, 2, 2, 59, tzinfo=UTC))
    (folder / "nightly-20260301T030005Z.tar").touch()
    assert nightly.status().due_since is None


def test_it_is_not_well_when_the_last_try_failed_or_none_came_in_time(folder, monkeypatch):
    assert nightly.status().well
    monkeypatch.setattr(clock, "wall_now", lambda: datetime(2026, 3, 2, 5, 1, tzinfo=UTC))
    assert not nightly.status().well

    (folder / "nightly-20260302T030005Z.tar").touch()
    assert nightly.status().well
    Recurring.objects.create(name=nightly.JOB, next_at=clock.wall_now(), failures_in_a_row=1, error="no room")
    assert not nightly.status().well
    assert nightly.status().error == "no room"


def test_none_are_made_where_no_folder_was_named(settings):
    settings.BACKUPS_DIR = None
    assert nightly.make_due() == ""
    assert nightly.status().well


def test_the_newest_are_kept_and_what_a_kill_left_goes(tmp_path):
    names = [f"nightly-2026030{day}T030000Z.tar" for day in range(1, 6)]
    for name in [*names, "city-20260101T000000Z.tar", "nightly-20260301T030000Z.tar.part", "mine.txt"]:
        (tmp_path / name).touch()
    os.utime(tmp_path / "nightly-20260301T030000Z.tar.part", (0, 0))

    gone = keep_newest(tmp_path, 2)

    assert sorted(path.name for path in gone) == [names[0], "nightly-20260301T030000Z.tar.part", *names[1:3]]
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "city-20260101T000000Z.tar", "mine.txt", names[3], names[4],
    ]  # fmt: skip


def test_what_was_agreed_is_read_in_a_sentence():
    assert backup_folder("") is None
    assert backup_time("23:05") == time(23, 5)
    assert backups_kept("14") == 14
    with pytest.raises(Misconfigured, match="CITYBRAIN_BACKUP_TIME cannot be 24:00"):
        backup_time("24:00")
    with pytest.raises(Misconfigured, match="CITYBRAIN_BACKUPS_KEPT cannot be 0"):
        backups_kept("0")
