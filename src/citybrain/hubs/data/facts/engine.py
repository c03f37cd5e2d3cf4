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
    """A DuckDB of its own, in memory, that spills into DIR/run; it reads the lake's files and nothing else."""
    spill = data / "run" / "duckdb"
    spill.mkdir(parents=True, exist_ok=True)
    settings = {"threads": THREADS, "memory_limit": MEMORY, "temp_directory": str(spill)}
    connection = duckdb.connect(config=settings | {"autoinstall_known_extensions": "false"})
    try:
        connection.execute("SET TimeZone = 'UTC'")
        connection.execute(f"SET allowed_directories = ['{_quoted(data / 'lake')}', '{_quoted(spill)}']")
        connection.execute("SET enable_external_access = false")
        yield connection
    finally:
        connection.close()


def _quoted(path: Path) -> str:
    return str(path.resolve()).replace("'", "''")
