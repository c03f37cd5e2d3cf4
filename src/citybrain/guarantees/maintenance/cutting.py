"""Which bytes of a running city belong together.

While nothing goes to the lake, neither readings (`lake.lock`) nor facts (`facts.lock`), and nobody commits what the
folders depend on (`standing_still`), in this order:

1. the checkpoint of `sense`, 2. the alarm journal, 3. the hot segments, each as long as it is then, 4. the database.

So the checkpoint finds every segment from its own on; the journal tells nothing that the segments do not cause, and
holds at least what the database's cursor says was taken in; every stream in the segments has its name in the database.
It is a state in which a kill could have left the city, and starting from such a state loses and doubles nothing.
The lake's version is looked up after the segments, and a segment that it holds already is known by its number. Fact
tables reach as far as the outbox says that they were read, and no further than it goes.
Uploads lie there before their rows are committed, so they are read last.
"""

from __future__ import annotations

import os
import re
import signal
import time
from collections.abc import Collection
from contextlib import suppress
from pathlib import Path

from deltalake import DeltaTable

from citybrain.base.errors import Unavailable
from citybrain.guarantees.maintenance.databases import Source
from citybrain.guarantees.maintenance.staging import Stage, files_below
from citybrain.hubs.data.facts.store import only_writer as facts_writer
from citybrain.hubs.sensing.ingest import checkpoint, segments
from citybrain.hubs.sensing.telemetry.lake import only_writer

KEYS = ("secret.key", "master.key", "sign.key", "mqtt.password")
OWN_WAY = frozenset({"hot", "journal", "lake", "files", "mqtt", *KEYS})
LEFT_OUT = frozenset({"run", "logs", "backups"})
"""Of this run or of this place only: process ids and locks, logs, earlier backups."""
DATABASE = re.compile(r"(city|test)\.sqlite3(-wal|-shm|-journal)?\Z")
LOG_FILE = re.compile(r"(\d{20})\.")
TRIES = 5
BROKER_SECONDS = 2.0


def cut(stage: Stage, source: Source, *, with_keys: bool, leave_out: Collection[Path] = ()) -> float:
    """Hold everything but uploads; answers for how many seconds writers of the database had to wait.

    `leave_out` are folders of backups that may lie in the data directory.
    """
    data = stage.data
    hold_waiting_messages(stage)
    with facts_writer(data), only_writer(data):
        with source.standing_still():
            began = time.monotonic()
            hold_sense(stage)
            hold_rest(stage, with_keys=with_keys, leave_out=leave_out)
        stood = time.monotonic() - began
        hold_lake(stage)
    _trim(stage)
    return stood


def hold_waiting_messages(stage: Stage) -> None:
    """What the broker has taken and `sense` has not: Mosquitto writes it down when asked to.

    Before the moment itself: a message that has gone on to `sense` meanwhile comes a second time and is recognised.
    """
    kept = stage.data / "mqtt" / "mosquitto.db"
    with suppress(OSError, ValueError):
        before = kept.stat().st_mtime_ns if kept.exists() else 0
        os.kill(int((stage.data / "run" / "mqtt.pid").read_text(encoding="ascii")), signal.SIGUSR1)
        end = time.monotonic() + BROKER_SECONDS
        while time.monotonic() < end and (kept.stat().st_mtime_ns if kept.exists() else 0) == before:
            time.sleep(0.02)
    stage.hold(kept)


def hold_sense(stage: Stage) -> None:
    hot = stage.data / "hot"
    stage.hold(hot / checkpoint.FILE)
    for path in sorted((stage.data / "journal").glob("alarms-*.jsonl")):
        stage.hold(path, growing=True)
    for path in sorted(hot.glob("segment-*")):
        stage.hold(path, growing=True)


def hold_rest(stage: Stage, *, with_keys: bool, leave_out: Collection[Path]) -> None:
    """Keys, clock, witness, snapshot, models, the demo city: whatever else stands in the data directory."""
    for name in KEYS if with_keys else ():
        stage.hold(stage.data / name)
    for path in sorted(stage.data.iterdir()):
        if path.name in OWN_WAY | LEFT_OUT or DATABASE.match(path.name) or path.resolve() in leave_out:
            continue
        if path.is_dir():
            stage.hold_all(path)
        elif path.is_file() and path.suffix != ".part":
            stage.hold(path)


def hold_lake(stage: Stage) -> None:
    """Every table, and the files that stand beside tables."""
    tables = sorted(path.parent for path in (stage.data / "lake").rglob("_delta_log"))
    for table in tables:
        hold_table(stage, table)
    for path in files_below(stage.data / "lake"):
        if not any(path.is_relative_to(table) for table in tables):
            stage.hold(path)


def hold_table(stage: Stage, folder: Path) -> None:
    """The newest version of a Delta table: its log up to there, and the files that this version names."""
    for _ in range(TRIES):
        table = DeltaTable(str(folder))
        files = [folder / uri.removeprefix(f"{folder}/") for uri in table.file_uris()]
        mark = len(stage.held)
        if all(stage.hold(path, growing=True) for path in files):
            for path in sorted((folder / "_delta_log").iterdir()):
                numbered = LOG_FILE.match(path.name)
                if path.is_file() and (not numbered or int(numbered[1]) <= table.version()):
                    stage.hold(path)
            return
        del stage.held[mark:]  # compacted and cleared away meanwhile: a newer version is there
    raise Unavailable("backup.table_busy", table=str(folder.relative_to(stage.data)))


def _trim(stage: Stage) -> None:
    """What was being written at the moment ends with its last whole batch or line."""
    hot = [held for held in stage.held if held.name.startswith("hot/segment-") and held.path.suffix == ".arrow"]
    for held in hot[-2:]:  # a new one is begun before the old one has its end mark
        stage.cut(held, whole_batches(held.path, held.length))
    for held in [one for one in stage.held if one.name.startswith("journal/")][-1:]:
        with held.path.open("rb") as file:
            stage.cut(held, file.read(held.length).rfind(b"\n") + 1)


def whole_batches(path: Path, length: int) -> int:
    """Of the first `length` bytes of a segment, those up to the end of the last whole batch."""
    good = len(segments.HEAD) if length >= len(segments.HEAD) else 0
    for _, end in segments.read(path, end=length):
        if end <= length:
            good = end
    return good


def uploads(data: Path) -> list[Path]:
    """The content of files; small pictures are drawn again when somebody asks."""
    return [path for path in files_below(data / "files") if path.suffix != ".small"]
