"""Run every test, two streams at a time: SQLite and, beside it, the domain on a real PostgreSQL; real processes; then
journeys in a browser, alone.
"""

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
PROCESSES = ["-m", "processes and not soak and not journey"]
LONGEST = "tests/processes/test_backup.py"  # beside the others, so that both streams end at about the same time
BEGAN = time.monotonic()


def say(what: str) -> None:
    print(f"{what} (after {time.monotonic() - BEGAN:.0f} s)", flush=True)


def side_by_side(what: str, command: list[str], beside: str, other: list[str]) -> bool:
    """Two commands on two cores; what the other said is kept until the first is through."""
    with tempfile.TemporaryFile() as kept:
        running = subprocess.Popen(other, cwd=ROOT, stdout=kept, stderr=subprocess.STDOUT)
        try:
            say(f"{what}, and beside them {beside}")
            is_well = subprocess.run(command, cwd=ROOT).returncode == 0
            is_well &= running.wait() in (0, NOT_HERE)
        finally:
            running.send_signal(signal.SIGINT)  # it takes its server with it; nothing where it has ended
            running.wait()
        say(f"what was said {beside}")
        kept.seek(0)
        print(kept.read().decode(errors="replace"), flush=True)
    return is_well


def main() -> int:
    on_sqlite = [*PYTEST, "-m", "not soak and not journey and not processes", "tests"]
    is_well = side_by_side("tests on SQLite", on_sqlite, "on PostgreSQL", ON_POSTGRES)
    whole = [*PYTEST, *PROCESSES, "tests/processes", f"--ignore={LONGEST}"]
    folders = [str(one) for one in sorted((ROOT / "tests").iterdir()) if one.is_dir() and one.name != "processes"]
    parts = [*PYTEST, *PROCESSES, *folders, LONGEST]
    is_well &= side_by_side("tests of the whole platform", whole, "of single processes and backups", parts)
    say("journeys in a browser")
    is_well &= subprocess.run([*PYTEST, "tests/journeys"], cwd=ROOT).returncode == 0
    say("tests are through")
    return 0 if is_well else 1


if __name__ == "__main__":
    sys.exit(main())
