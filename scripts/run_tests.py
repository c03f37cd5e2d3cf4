"""Run every test: SQLite and, beside it, the domain on a real PostgreSQL; real processes alone; then journeys."""

from __future__ import annotations

import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
NOT_HERE = 77
PYTEST = [sys.executable, "-m", "pytest", "--durations=10"]
ON_POSTGRES = [
    sys.executable, "tests/with_postgres.py", *PYTEST, "-m", "not soak and not processes and not one_database",
    "tests/base", "tests/hubs", "tests/applications", "tests/guarantees", "tests/site",
]  # fmt: skip
BEGAN = time.monotonic()


def say(what: str) -> None:
    print(f"{what} (after {time.monotonic() - BEGAN:.0f} s)", flush=True)


def run(*arguments: str) -> bool:
    return subprocess.run([*PYTEST, *arguments], cwd=ROOT).returncode == 0


def run_on_both() -> bool:
    """Two databases, two cores: PostgreSQL's output is kept until SQLite's is through."""
    with tempfile.TemporaryFile() as kept:
        other = subprocess.Popen(ON_POSTGRES, cwd=ROOT, stdout=kept, stderr=subprocess.STDOUT)
        try:
            say("tests on SQLite, and beside them on PostgreSQL")
            is_well = run("-m", "not soak and not journey and not processes", "tests")
            is_well &= other.wait() in (0, NOT_HERE)
        finally:
            other.send_signal(signal.SIGINT)  # it takes its server with it; nothing where it has ended
            other.wait()
        say("what the tests on PostgreSQL said")
        kept.seek(0)
        print(kept.read().decode(errors="replace"), flush=True)
    return is_well


def main() -> int:
    is_well = run_on_both()
    say("tests with real processes")
    is_well &= run("-m", "processes and not soak and not journey", "tests")
    say("journeys in a browser")
    is_well &= run("tests/journeys")
    say("tests are through")
    return 0 if is_well else 1


if __name__ == "__main__":
    sys.exit(main())
