"""`make check`: everything that a machine can say about the source, one line each."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
BIN = Path(sys.executable).parent
PYTHON = [sys.executable]

Check = tuple[str, Sequence[str | Path]]

CHECKS: tuple[Check, ...] = (
    ("format", [BIN / "ruff", "format", "--check", "src", "tests", "bench", "scripts"]),
    ("lint", [BIN / "ruff", "check", "src", "tests", "bench", "scripts"]),
    ("layers", [BIN / "lint-imports"]),
    ("types", [BIN / "mypy"]),
    ("sizes", [*PYTHON, "scripts/size_report.py"]),
    ("migrations", [*PYTHON, "-m", "django", "makemigrations", "--check", "--dry-run"]),
    ("packs", [BIN / "citybrain", "packs", "check"]),
    ("docs", [*PYTHON, "scripts/write_reference.py", "--check"]),
    ("web schema", ["npm", "--prefix", "web", "run", "--silent", "schema"]),
    ("web types", ["npm", "--prefix", "web", "run", "--silent", "types"]),
    ("web lint", ["npm", "--prefix", "web", "run", "--silent", "lint"]),
    ("web unit", ["npm", "--prefix", "web", "run", "--silent", "unit"]),
)


def main(chosen: list[str]) -> int:
    """Run all checks, or the named ones, those of the pages beside the others; exit code 1 when one is not clean."""
    wanted = [one for one in CHECKS if not chosen or one[0] in chosen]
    lanes = [[one for one in wanted if one[0].startswith("web ") == is_web] for is_web in (False, True)]
    with tempfile.TemporaryDirectory(prefix="citybrain-check-") as data, ThreadPoolExecutor(len(lanes)) as pool:
        environment = {**os.environ, "CITYBRAIN_DATA": data, "DJANGO_SETTINGS_MODULE": "citybrain.site.settings"}
        environment["CITYBRAIN_PYTHON"] = sys.executable
        environment.pop("CITYBRAIN_DATABASE_URL", None)
        failed = [name for lane in pool.map(lambda lane: run(lane, environment), lanes) for name in lane]
    print(f"checks: {'all clean' if not failed else 'not clean: ' + ', '.join(failed)}")
    return 1 if failed else 0


def run(lane: list[Check], environment: dict[str, str]) -> list[str]:
    """One check after the other, each said with its time; returns the names of those that are not clean."""
    failed = []
    for name, command in lane:
        began = time.monotonic()
        done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)
        is_clean = done.returncode == 0
        said = f"{'ok   ' if is_clean else 'WRONG'} {name} ({time.monotonic() - began:.1f} s)\n"
        sys.stdout.write(said if is_clean else said + (done.stdout + done.stderr)[-8000:])
        sys.stdout.flush()
        if not is_clean:
            failed.append(name)
    return failed


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
