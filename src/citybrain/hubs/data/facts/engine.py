"""DuckDB as this platform uses it: in memory, bounded, spilling into the data directory."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path
from typing import Any

import duckdb

THREADS = 2
LEAST_MEMORY = 1 << 30
CONTAINER_LIMIT = Path("/sys/fs/cgroup/memory.max")


@contextmanager
def scratch(data: Path) -> Iterator[Any]:
    """A DuckDB of its own, in memory, that spills into DIR/run; it reads the lake's files and nothing else.

    It may take half of the machine's memory: a median over millions of rows does not spill gracefully.
    """
    spill = data / "run" / "duckdb"
    spill.mkdir(parents=True, exist_ok=True)
    settings = {"threads": THREADS, "memory_limit": f"{half_of_memory()}B", "temp_directory": str(spill)}
    connection = duckdb.connect(config=settings | {"autoinstall_known_extensions": "false"})
    try:
        connection.execute("SET TimeZone = 'UTC'")
        connection.execute(f"SET allowed_directories = ['{_quoted(data / 'lake')}', '{_quoted(spill)}']")
        connection.execute("SET enable_external_access = false")
        yield connection
    finally:
        connection.close()


@cache
def half_of_memory() -> int:
    """Bytes: half of what the machine has, or of what its container may take."""
    total = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    with suppress(OSError, ValueError):  # no container, or one without a limit ("max")
        total = min(total, int(CONTAINER_LIMIT.read_text(encoding="ascii")))
    return max(LEAST_MEMORY, total // 2)


def _quoted(path: Path) -> str:
    return str(path.resolve()).replace("'", "''")
