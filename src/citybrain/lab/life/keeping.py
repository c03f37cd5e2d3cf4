"""What life remembers over a restart: JSON documents in `DIR/city`, written whole or not at all."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any


def keep(path: Path, document: Any, *, mode: int = 0o644) -> None:
    """Put a document in the place of the one before; `mode` says who may read it."""
    part = path.with_name(f"{path.name}.{os.getpid()}")
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        json.dump(document, file)
    part.replace(path)
