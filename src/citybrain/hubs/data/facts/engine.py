"""DuckDB as this platform uses it: in memory, bounded, spilling into the data directory."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb

THREADS = 2
MEMORY = "4GB"


@contextmanager
def scratch(data: Path) -> Iterator[Any]:
    """A DuckDB of its own, in memory, that spills into DIR/run; it reads files and nothing from outside."""
    spill = data / "run" / "duckdb"
    spill.mkdir(parents=True, exist_ok=True)
    settings = {"threads": THREADS, "memory_limit": MEMORY, "temp_directory": str(spill)}
    connection = duckdb.connect(config=settings | {"autoinstall_known_extensions": "false"})
    try:
        connection.execute("SET TimeZone = 'UTC'")
        yield connection
    finally:
        connection.close()
