"""Is a backup whole, and is what it holds sound? Works offline, in a folder to unpack into; nothing is believed.

Digests first. Then the database (SQLite's own check, the counts of the manifest, the audit chain with its signatures),
every hot segment to its last batch, every line of the journal, the checkpoint, and every table of the lake: its log,
the files that the log names, the footer of each.
"""

from __future__ import annotations

import io
import shutil
import sqlite3
import subprocess
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import Any

import msgspec
import pyarrow as pa
import pyarrow.parquet as pq
from deltalake import DeltaTable
from deltalake.exceptions import DeltaError
from django.db import DatabaseError, connections

from citybrain.base.audit.verifying import verify as verify_chain
from citybrain.guarantees.maintenance.archive import Entry, Reader, Wrong
from citybrain.guarantees.maintenance.databases import DUMP_FILE, SQLITE_FILE, count_sqlite
from citybrain.hubs.sensing.ingest import checkpoint, segments
from citybrain.hubs.sensing.ingest.journal import Entry as JournalLine

MOST = 100


def examine(reader: Reader, folder: Path) -> Iterator[Wrong]:
    """Everything that is wrong with a backup; what is damaged is not looked into any further."""
    damaged = reader.check()
    yield from damaged
    bad = {wrong.where for wrong in damaged}
    sound = [entry for entry in reader.entries.values() if entry.name not in bad]
    for entry in sound:
        found = _look_into(reader, entry, folder)
        if found:
            yield Wrong(entry.name, found)
    yield from _lake(reader, folder, bad)
    if SQLITE_FILE in reader.entries and SQLITE_FILE not in bad:
        yield from _database(reader, folder)
    elif DUMP_FILE in reader.entries and DUMP_FILE not in bad:
        yield from _dump(reader, folder)
    elif not bad & {SQLITE_FILE, DUMP_FILE}:
        yield Wrong(SQLITE_FILE, "is not there: the backup holds no database")


def _look_into(reader: Reader, entry: Entry, folder: Path) -> str:
    path = PurePosixPath(entry.name)
    try:
        if path.parts[0] == "hot" and path.suffix == ".arrow":
            return _segment(reader, entry, folder)
        if path.parts[0] == "hot" and path.name == checkpoint.FILE:
            reader.extract(entry, folder)
            return "" if checkpoint.read(folder / "hot") else "cannot be read as a checkpoint"
        if path.parts[0] == "journal" and path.suffix == ".jsonl":
            return _journal(b"".join(reader.content(entry)))
        if path.suffix == ".parquet":
            pq.read_metadata(io.BytesIO(b"".join(reader.content(entry))))
    except (pa.ArrowException, OSError, ValueError, KeyError) as error:
        return f"cannot be read: {error}"
    return ""


def _segment(reader: Reader, entry: Entry, folder: Path) -> str:
    path = reader.extract(entry, folder)
    whole = segments.is_whole(path)
    rows = sum(batch.num_rows for batch, _ in segments.read(path))
    path.unlink()
    was_damaged = any(note.startswith(f"{entry.name} ") for note in reader.manifest["notes"])
    return "" if whole or was_damaged else f"breaks off after {rows} readings"


def _journal(text: bytes) -> str:
    for number, line in enumerate(text.splitlines(), 1):
        try:
            msgspec.json.decode(line, type=JournalLine)
        except msgspec.DecodeError as error:
            return f"line {number} is no change of an alarm: {error}"
    return ""


def _lake(reader: Reader, folder: Path, bad: set[str]) -> Iterator[Wrong]:
    """Each table's log must open, and the backup must hold each file that it names."""
    logs: dict[str, list[Entry]] = {}
    for entry in reader.entries.values():
        table, found, _ = entry.name.partition("/_delta_log/")
        if found:
            logs.setdefault(table, []).append(entry)
    for table, entries in sorted(logs.items()):
        if any(entry.name in bad for entry in entries):
            continue  # said already, and what a damaged log names means nothing
        for entry in entries:
            reader.extract(entry, folder)
        try:
            named = DeltaTable(str(folder / table)).file_uris()
        except (DeltaError, OSError) as error:
            yield Wrong(f"{table}/_delta_log", f"cannot be opened as a table: {error}")
            continue
        for uri in named:
            name = str(Path(uri).relative_to(folder))
            if name not in reader.entries:
                yield Wrong(name, f"is named by the log of {table} and missing")


def _database(reader: Reader, folder: Path) -> Iterator[Wrong]:
    path = reader.extract(reader.entries[SQLITE_FILE], folder)
    try:
        with sqlite3.connect(path) as database:
            said = [row[0] for row in database.execute("PRAGMA integrity_check(20)")]
            counts = count_sqlite(database) if said == ["ok"] else {}
        database.close()
    except sqlite3.DatabaseError as error:
        yield Wrong(SQLITE_FILE, f"is no sound database: {error}")
        return
    if said != ["ok"]:
        yield Wrong(SQLITE_FILE, f"is damaged inside: {'; '.join(said)}")
        return
    for table, number in reader.manifest["tables"].items():
        if counts.get(table) != number:
            yield Wrong(SQLITE_FILE, f"has {counts.get(table, 'no')} rows in {table}, the manifest says {number}")
    yield from _chain(reader, folder)


def _chain(reader: Reader, folder: Path) -> Iterator[Wrong]:
    """The audit chain, checked by the code that checks it in the city, on the unpacked database."""
    witness = reader.entries.get("audit.head")
    if witness is not None:
        reader.extract(witness, folder)
    head = reader.manifest["audit_head"]
    try:
        result = verify_chain((head[0], head[1]) if head else None)
    except DatabaseError as error:
        yield Wrong(SQLITE_FILE, f"does not have the tables of this version: {str(error).strip()}")
        return
    finally:
        connections.close_all()
    for finding in result.findings:
        where = f"block {finding.block}" + (f", record {finding.record}" if finding.record is not None else "")
        yield Wrong(SQLITE_FILE, f"audit chain broken: {finding.code} at {where}")


def _dump(reader: Reader, folder: Path) -> Iterator[Wrong]:
    """What pg_restore says of the dump's own table of contents; the chain in it is checked after a restore."""
    found = shutil.which("pg_restore")
    if found is None:
        return
    path = reader.extract(reader.entries[DUMP_FILE], folder)
    done = subprocess.run([found, "--list", str(path)], capture_output=True, text=True)  # noqa: S603
    path.unlink()
    if done.returncode:
        yield Wrong(DUMP_FILE, f"cannot be read by pg_restore: {done.stderr.strip()[:200]}")


def about(reader: Reader) -> dict[str, Any]:
    """What a backup says of itself, for people."""
    manifest = reader.manifest
    return {
        "city": manifest["city"] or "-",
        "made": manifest["made_at"],
        "city time": manifest["city_time"],
        "version": manifest["version"],
        "database": manifest["database"],
        "rows": sum(manifest["tables"].values()),
        "members": len(reader.entries),
        "keys": "INCLUDED: who has this file can read everything" if manifest["keys"]["included"] else "not included",
    }
