"""How far a replay has come, in `DIR/replay/<key>.json`: so that it can be broken off anywhere and run again."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from citybrain.base.errors import Conflict
from citybrain.lab.replay.client import Receipt
from citybrain.lab.replay.steps import Batch, Door

EXAMPLES = 3


@dataclass
class Tally:
    """What became of the rows of one door; rejections by reason with a few places in the files."""

    poured: int = 0
    accepted: int = 0
    duplicates: int = 0
    rejected: dict[str, int] = field(default_factory=dict)
    examples: dict[str, list[str]] = field(default_factory=dict)
    streams: dict[str, int] = field(default_factory=dict)  # rejected readings by thing/property

    def add(self, batch: Batch, receipt: Receipt) -> None:
        self.poured += len(batch.rows)
        self.accepted += receipt.accepted
        self.duplicates += receipt.duplicates
        for one in receipt.rejected:
            kind = one.code or one.reason
            row, (file, line) = batch.rows[one.index], batch.origins[one.index]
            self.rejected[kind] = self.rejected.get(kind, 0) + 1
            places = self.examples.setdefault(kind, [])
            if len(places) < EXAMPLES:
                places.append(f"{file}:{line} {one.field}: {one.reason}")
            if batch.door == "observations":
                stream = f"{row['thing']}/{row['property']}"
                self.streams[stream] = self.streams.get(stream, 0) + 1


@dataclass
class Progress:
    """The state of one replay in one data directory. `done` is the last moment that is poured and settled."""

    path: Path | None
    source: str
    is_prepared: bool = False
    done: datetime | None = None
    seconds: float = 0.0
    runs: int = 0
    tallies: dict[Door, Tally] = field(default_factory=dict)

    def tally(self, door: Door) -> Tally:
        return self.tallies.setdefault(door, Tally())

    def save(self) -> None:
        """Written aside and renamed: a kill leaves the old or the new state."""
        if self.path is None:
            return
        content = asdict(self) | {"path": None, "done": self.done.isoformat() if self.done else None}
        part = self.path.with_name(f"{self.path.name}.{os.getpid()}")
        part.write_text(json.dumps(content), encoding="utf-8")
        part.replace(self.path)


def source_hash(mapping: Path, files: Sequence[Path], limit: int | None) -> str:
    """Names what is poured: the mapping's bytes, the files' names and sizes, and the limit."""
    digest = hashlib.sha256(mapping.read_bytes())
    for path in files:
        digest.update(f"{path.name} {path.stat().st_size}\n".encode())
    digest.update(str(limit).encode())
    return digest.hexdigest()


def open_progress(folder: Path | None, key: str, source: str) -> Progress:
    """The progress of this replay; raises Conflict when the directory holds one of other files under this key."""
    if folder is None:
        return Progress(None, source)
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{key}.json"
    if not path.exists():
        return Progress(path, source)
    stored: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    if stored["source"] != source:
        raise Conflict("replay.other_source", key=key, file=str(path))
    tallies = {door: Tally(**tally) for door, tally in stored["tallies"].items()}
    done = datetime.fromisoformat(stored["done"]) if stored["done"] else None
    return Progress(path, source, stored["is_prepared"], done, stored["seconds"], stored["runs"], tallies)
