"""`make check`: everything that a machine can say about the source, one line each."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
BIN = Path(sys.executable).parent
PYTHON = [sys.executable]

CHECKS = (
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
    """Run all checks, or the named ones; exit code 1 when one is not clean."""
    failed = []
    with tempfile.TemporaryDirectory(prefix="citybrain-check-") as data:
        environment = {**os.environ, "CITYBRAIN_DATA": data, "DJANGO_SETTINGS_MODULE": "citybrain.site.settings"}
        environment["CITYBRAIN_PYTHON"] = sys.executable
        environment.pop("CITYBRAIN_DATABASE_URL", None)
        for name, command in CHECKS:
            if chosen and name not in chosen:
                continue
            began = time.monotonic()
            done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)
            print(
                f"{'ok   ' if done.returncode == 0 else 'WRONG'} {name} ({time.monotonic() - began:.1f} s)", flush=True
            )
            if done.returncode != 0:
                failed.append(name)
                print((done.stdout + done.stderr)[-8000:], flush=True)
    print(f"checks: {'all clean' if not failed else 'not clean: ' + ', '.join(failed)}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
