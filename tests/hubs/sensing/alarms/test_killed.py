"""Intake killed at random while `sense` goes on writing: nothing is lost, doubled or half done."""

from __future__ import annotations

import json
import os
import random
import shutil
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path
from types import SimpleNamespace

import pytest

from tests.hubs.sensing.alarms.conftest import Journal

ROOT = Path(__file__).resolve().parents[4]
PREPARE = """
import json
from citybrain.base.accounts import system_viewer
from citybrain.base.audit import SYSTEM
from citybrain.hubs.sensing.alarms.actions import declare_rule
from citybrain.hubs.sensing.alarms.manifest import ThresholdRule
from citybrain.hubs.sensing.things.actions import declare_model, register_things
from citybrain.hubs.sensing.things.manifest import ModelDefinition
from citybrain.hubs.sensing.things.models import Thing
from tests.hubs.sensing.things.conftest import STATION
declare_model("test.station", ModelDefinition.model_validate(STATION), pack="", actor=SYSTEM)
rule = {"title": {"zh": "a", "en": "a"}, "model": "test.station", "property": "pm25", "kind": "threshold", "op": "gt",
        "raise_at": 150, "clear_at": 115, "severity": 2, "fold_within_seconds": 600}
declare_rule("test.high", ThresholdRule.model_validate(rule), pack="", actor=SYSTEM)
register_things([{"code": f"air-{n}", "model": "test.station"} for n in range(12)], actor=system_viewer())
print(json.dumps(list(Thing.objects.order_by("pk").values_list("pk", "code"))))
"""
TAKER = str(Path(__file__).with_name("taker.py"))
KILLS = 8
EPISODES = 200


def environment(data: Path) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if name != "CITYBRAIN_DATABASE_URL"}
    return {**kept, "CITYBRAIN_DATA": str(data), "DJANGO_SETTINGS_MODULE": "citybrain.site.settings",
            "PYTHONPATH": str(ROOT), "CITYBRAIN_LOG": "ERROR"}  # fmt: skip


def python(data: Path, *words: str) -> str:
    done = subprocess.run([sys.executable, *words], env=environment(data), cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture
def city(tmp_path: Path) -> tuple[Path, list[SimpleNamespace]]:
    """A data directory of its own (SQLite) with a rule and twelve stations."""
    python(tmp_path, "-m", "django", "migrate", "-v0", "--skip-checks")
    said = python(tmp_path, "-c", "import django; django.setup()\n" + PREPARE)
    with closing(sqlite3.connect(tmp_path / "city.sqlite3")) as ready:
        ready.execute("VACUUM INTO ?", [str(tmp_path / "prepared.sqlite3")])
    return tmp_path, [SimpleNamespace(pk=pk, code=code) for pk, code in json.loads(said)]


def episodes(journal: Journal, things: list[SimpleNamespace], dice: random.Random) -> list[list[dict[str, object]]]:
    """Lines in the order of the journal; each inner list is written at once."""
    clocks = dict.fromkeys((thing.code for thing in things), 0)
    groups = []
    for _ in range(EPISODES):
        thing = dice.choice(things)
        start = clocks[thing.code] + dice.randint(5, 40)
        clocks[thing.code] = start + 6
        lines = [
            journal.line(thing, "pending", start, start=start),
            journal.line(thing, "firing", start + 1, start=start),
        ]
        end = dice.choice(["resolved", "resolved", "withdrawn"])
        lines.append(journal.line(thing, end, start + 5 if end == "resolved" else start, start=start))
        groups += [lines[:2], lines[2:]] if dice.random() < 0.5 else [lines]
    return groups


def found_in(path: Path) -> dict[str, list[tuple[object, ...]]]:
    """Everything intake wrote, without what differs between two right runs (ids of messages, times of recording)."""
    queries = {
        "alarms": "SELECT id, state, fired_at, resolved_at, folded_into_id, episodes FROM alarms_alarm ORDER BY 1",
        "transitions": "SELECT alarm_id, seq, state, at, event_id <> '' FROM alarms_alarmtransition ORDER BY seq",
        "messages": "SELECT subject, type, data FROM bus_event WHERE type LIKE 'alarm.%' ORDER BY position",
    }  # fmt: skip
    with closing(sqlite3.connect(path)) as database:
        return {name: database.execute(query).fetchall() for name, query in queries.items()}


def start_taker(data: Path) -> subprocess.Popen[bytes]:
    """Runs when this returns."""
    taker = subprocess.Popen(
        [sys.executable, TAKER, str(data)], env=environment(data), cwd=ROOT, stdout=subprocess.PIPE
    )
    assert taker.stdout is not None
    with taker.stdout:
        assert taker.stdout.readline() == b"ready\n"
    return taker


def write_slowly(journal: Journal, lines: list[dict[str, object]], dice: random.Random) -> None:
    """The last line in two pieces, so that a reader in between sees a torn one."""
    torn = json.dumps(lines[-1]).encode() + b"\n"
    journal.append(*lines[:-1])
    with journal.path.open("ab") as file:
        file.write(torn[:30])
        file.flush()
        time.sleep(dice.random() / 300)
        file.write(torn[30:])


@pytest.mark.processes
def test_a_kill_at_any_moment_loses_and_doubles_nothing(city):
    data, things = city
    dice = random.Random(7)
    journal = Journal(data / "journal")
    groups = episodes(journal, things, dice)
    per_kill = len(groups) // KILLS
    for kill in range(KILLS):
        taker = start_taker(data)
        for lines in groups[kill * per_kill : (kill + 1) * per_kill]:
            write_slowly(journal, lines, dice)
        time.sleep(dice.random() / 20)
        taker.kill()
        taker.wait()
        if kill % 4 == 3:
            journal.number += 1
    for lines in groups[KILLS * per_kill :]:
        journal.append(*lines)
    python(data, TAKER, str(data), "--finish")

    disturbed = found_in(data / "city.sqlite3")
    for left in data.glob("city.sqlite3*"):
        left.unlink()
    shutil.copy(data / "prepared.sqlite3", data / "city.sqlite3")
    python(data, TAKER, str(data), "--finish")
    undisturbed = found_in(data / "city.sqlite3")

    assert len(undisturbed["transitions"]) == EPISODES * 3
    for name in undisturbed:
        assert disturbed[name] == undisturbed[name], name
