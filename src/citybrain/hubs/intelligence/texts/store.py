"""Trained models in `DIR/models/texts`: `<id>.npz`, `<id>.json` (manifest), and `current.json` naming the one in use.

A model is loaded only from there and only when its bytes have the hash that its manifest states; it is plain arrays,
so a foreign file could at worst classify wrongly.
"""

from __future__ import annotations

import hashlib
import json
import os
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from citybrain.base.errors import Unavailable
from citybrain.hubs.intelligence.texts.model import TextModel


class ModelStore:
    """The models of one data directory; the current one is kept in memory until another takes its place."""

    def __init__(self, folder: Path):
        self.folder = folder
        self._lock = threading.Lock()
        self._loaded: tuple[tuple[int, int, int], str, TextModel] | None = None

    def save(self, model: TextModel, manifest: Mapping[str, Any]) -> str:
        """Store a model and make it the current one; returns its id, the beginning of its hash."""
        content = model.to_bytes()
        digest = hashlib.sha256(content).hexdigest()
        name = digest[:16]
        self.folder.mkdir(parents=True, exist_ok=True)
        self._write(f"{name}.npz", content)
        self._write(f"{name}.json", _json({"model": name, "sha256": digest, **manifest}))
        self._write("current.json", _json({"model": name}))
        return name

    def current(self) -> tuple[str, TextModel]:
        """Id and model in use. Raises Unavailable (`texts.no_model`, `texts.model_damaged`)."""
        try:
            state = (self.folder / "current.json").stat()
        except FileNotFoundError as error:
            raise Unavailable("texts.no_model") from error
        stamp = (state.st_mtime_ns, state.st_ino, state.st_size)
        with self._lock:
            if self._loaded is None or self._loaded[0] != stamp:
                name = json.loads((self.folder / "current.json").read_text(encoding="utf-8"))["model"]
                self._loaded = (stamp, name, self._load(name))
            return self._loaded[1], self._loaded[2]

    def manifest(self) -> dict[str, Any]:
        name, _ = self.current()
        found: dict[str, Any] = json.loads((self.folder / f"{name}.json").read_text(encoding="utf-8"))
        return found

    def _load(self, name: str) -> TextModel:
        try:
            content = (self.folder / f"{name}.npz").read_bytes()
            stated = json.loads((self.folder / f"{name}.json").read_text(encoding="utf-8"))["sha256"]
        except (OSError, ValueError, KeyError) as error:
            raise Unavailable("texts.model_damaged", model=name, why=str(error)) from error
        if hashlib.sha256(content).hexdigest() != stated:
            raise Unavailable("texts.model_damaged", model=name, why="hash")
        return TextModel.from_bytes(content)

    def _write(self, name: str, content: bytes) -> None:
        part = self.folder / f"{name}.{os.getpid()}"
        with part.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        part.replace(self.folder / name)


def _json(content: Mapping[str, Any]) -> bytes:
    return (json.dumps(content, ensure_ascii=False, indent=1) + "\n").encode()
