"""What `sense` knows at one point of the store, so that a restart need not read everything again.

    DIR/hot/checkpoint.npz

Written beside and renamed into place. Segments before the checkpoint's may be moved to the lake; those from it on are
worked through again at the next start, which yields the same transitions as the first time.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import msgspec
import numpy as np
from numpy.typing import NDArray

from citybrain.hubs.sensing.ingest.machine import State
from citybrain.hubs.sensing.ingest.rulebook import Named, RuleBook
from citybrain.hubs.sensing.ingest.segments import sync_folder
from citybrain.hubs.sensing.ingest.snapshot import Rule
from citybrain.hubs.sensing.ingest.windows import Slots, Windows

log = logging.getLogger("citybrain.sense")
FILE = "checkpoint.npz"
FORMAT = 1
T = TypeVar("T")
OLDER_ARRAYS = ("stream", "moments", "values", "sequences", "written", "last", "complete")
WINDOW_ARRAYS = (*OLDER_ARRAYS, "past", "heard", "heard_sequence")
SLOT_ARRAYS = ("rule", "window", "phase", "start", "since", "fired", "silent", "floor")


class Meta(msgspec.Struct, frozen=True):
    format: int
    segment: int
    offset: int
    journal_seq: int
    unevaluated: int
    rules: list[Rule]
    names: dict[int, Named]
    changes: dict[int, list[tuple[int, State]]]


@dataclass(frozen=True)
class Checkpoint:
    """Everything up to `offset` of `segment` is in the arrays; the journal was at `journal_seq`."""

    meta: Meta
    latest: NDArray[np.void]
    windows: Windows
    slots: Slots

    def book(self) -> RuleBook:
        book = RuleBook(self.meta.rules, self.windows, self.slots, self.meta.names)
        book.unevaluated = self.meta.unevaluated
        return book


def take(segment: int, offset: int, journal_seq: int, latest: NDArray[np.void], book: RuleBook) -> Checkpoint:
    """A copy of the state as it is now, to be written by another thread."""
    windows = Windows(*(getattr(book.windows, name).copy() for name in WINDOW_ARRAYS))
    slots = Slots(*(getattr(book.slots, name).copy() for name in SLOT_ARRAYS))
    changes = {slot: list(points) for slot, points in book.slots.changes.items()}
    meta = Meta(FORMAT, segment, offset, journal_seq, book.unevaluated, book.rules, book.names, changes)
    return Checkpoint(meta, latest.copy(), windows, slots)


def write(hot: Path, checkpoint: Checkpoint) -> None:
    """Put it in place, durably; raises OSError and leaves the old one."""
    arrays: dict[str, Any] = {name: getattr(checkpoint.windows, name) for name in WINDOW_ARRAYS}
    arrays |= {name: getattr(checkpoint.slots, name) for name in SLOT_ARRAYS}
    meta = np.frombuffer(msgspec.json.encode(checkpoint.meta), np.uint8)
    part = hot / f"{FILE}.part"
    try:
        with part.open("wb") as file:
            np.savez(file, meta=meta, latest=checkpoint.latest, **arrays)
            file.flush()
            os.fsync(file.fileno())
    except OSError:
        part.unlink(missing_ok=True)  # it would only fill the disk further
        raise
    part.replace(hot / FILE)
    sync_folder(hot)


def read_meta(hot: Path) -> Meta | None:
    """The position alone; None when there is no checkpoint that can be read."""
    return _whole(hot, _meta)


def _whole(hot: Path, part: Callable[[Any], T]) -> T | None:
    try:
        with np.load(hot / FILE) as stored:
            return part(stored)
    except FileNotFoundError:
        return None
    except (
        Exception
    ) as error:  # a flipped bit can look like anything: an encrypted file, a syntax error, a missing array
        log.error("%s cannot be read: %s", hot / FILE, error)
        return None


def _meta(stored: Any) -> Meta:
    meta = msgspec.json.decode(stored["meta"].tobytes(), type=Meta)
    if meta.format != FORMAT:
        raise ValueError(f"format {meta.format}, expected {FORMAT}")
    return meta


def read(hot: Path) -> Checkpoint | None:
    """The last checkpoint; None when there is none that can be read (the store is then worked through whole)."""
    return _whole(hot, _checkpoint)


def _checkpoint(stored: Any) -> Checkpoint:
    meta = _meta(stored)
    slots = Slots(*(stored[name] for name in SLOT_ARRAYS))
    slots.changes = meta.changes
    return Checkpoint(meta, stored["latest"], _windows(stored), slots)


def _windows(stored: Any) -> Windows:
    """The windows; in a checkpoint of before there were histories, every reading is a sign of life."""
    if "heard" in stored:
        return Windows(*(stored[name] for name in WINDOW_ARRAYS))
    old = {name: stored[name] for name in OLDER_ARRAYS}
    newest = (old["written"] - 1) % old["moments"].shape[1]
    heard_sequence = old["sequences"][np.arange(len(newest)), newest]
    past = np.zeros(old["moments"].shape, np.bool_)
    return Windows(**old, past=past, heard=old["last"].copy(), heard_sequence=heard_sequence)
