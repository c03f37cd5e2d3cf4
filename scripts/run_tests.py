"""Run every test: once on SQLite, those of the domain once more on a real PostgreSQL, and journeys in a browser."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
NOT_HERE = 77
ON_BOTH = ["tests/base", "tests/hubs", "tests/applications", "tests/site"]


def main() -> int:
    pytest = [sys.executable, "-m", "pytest", "--durations=15"]
    began = time.monotonic()
    print("tests on SQLite", flush=True)
    first = subprocess.run([*pytest, "-m", "not soak and not journey", "tests"], cwd=ROOT).returncode
    print(f"tests on PostgreSQL (after {time.monotonic() - began:.0f} s)", flush=True)
    second = subprocess.run(
        [
            sys.executable,
            "tests/with_postgres.py",
            *pytest,
            "-m",
            "not soak and not processes and not one_database",
            *ON_BOTH,
        ],
        cwd=ROOT,
    ).returncode
    if second == NOT_HERE:
        second = 0
    print(f"journeys in a browser (after {time.monotonic() - began:.0f} s)", flush=True)
    third = subprocess.run([*pytest, "tests/journeys"], cwd=ROOT).returncode
    print(f"tests took {time.monotonic() - began:.0f} s", flush=True)
    return 1 if first or second or third else 0


if __name__ == "__main__":
    sys.exit(main())
