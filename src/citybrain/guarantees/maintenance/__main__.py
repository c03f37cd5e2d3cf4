"""`python -m citybrain.guarantees.maintenance --data DIR --to FOLDER`: one nightly backup, behind everybody else."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

NICE = 10


def main() -> int:
    parser = argparse.ArgumentParser(prog="maintenance")
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--to", type=Path, required=True)
    options = parser.parse_args()
    os.umask(0o077)
    os.nice(NICE)
    os.environ["CITYBRAIN_DATA"] = str(options.data)

    import django

    django.setup()
    from citybrain.base import clock
    from citybrain.base.audit import system_actor
    from citybrain.base.errors import CityError
    from citybrain.guarantees.maintenance.actions import NIGHTLY, make_backup

    clock.install(clock.open_clock(options.data))
    try:
        made = make_backup(options.data, options.to, actor=system_actor("backup"), prefix=NIGHTLY)
    except CityError as refusal:
        sys.stderr.write(f"{refusal}\n")
        return 2
    sys.stdout.write(f"{made.path.name}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
