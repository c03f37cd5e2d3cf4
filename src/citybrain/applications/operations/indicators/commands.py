"""citybrain indicators list|compute|verify: the numbers, by hand."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

MOST_TOLD = 20

if TYPE_CHECKING:
    Words = argparse._SubParsersAction[argparse.ArgumentParser]


def register(words: Words) -> None:
    parser = words.add_parser("indicators", help="the numbers the city steers by")
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="list|compute|verify")
    verbs.add_parser("list", help="every indicator with its newest value for the city").set_defaults(run=run_list)
    compute = verbs.add_parser("compute", help="compute all now, or these")
    compute.add_argument("keys", nargs="*")
    compute.set_defaults(run=run_compute)
    verify = verbs.add_parser("verify", help="compute what was shown again, from the lake as it stood then")
    verify.add_argument("keys", nargs="*", help="these indicators only")
    verify.add_argument("--days", type=float, default=1.0, help="periods that began in so many days (default: 1)")
    verify.set_defaults(run=run_verify)


def run_list(options: argparse.Namespace) -> int:
    from citybrain.applications.operations.indicators.queries import newest_for
    from citybrain.base.accounts.types import system_viewer
    from citybrain.base.places.queries import city

    found = newest_for(system_viewer("command-line"))
    for one in found:
        told = one.definition
        title, unit = (getattr(text, options.language) for text in (told.title, told.unit))
        number = "—" if one.value is None else f"{one.value:,.{told.decimals}f}"
        since = f"{one.values[-1].start.astimezone(city().zone):%Y-%m-%d %H:%M}" if one.values else "—"
        print(f"{one.key:40} {number:>12} {unit:8} {told.period:6} {since:16} {title}")
    print(f"{len(found)} indicators")
    return 0


def run_compute(options: argparse.Namespace) -> int:
    from pathlib import Path

    from django.conf import settings

    from citybrain.applications.operations.indicators.computing import compute

    run = compute(Path(settings.DATA_DIR), options.keys or None)
    if run is None:
        print("nothing to compute")
        return 0
    print(f"{run.computed} computed, {run.written:,} values written, {run.seconds:.1f} s")
    for key, why in sorted(run.failures.items()):
        print(f"  {key}: {why}")
    return 1 if run.failures else 0


def run_verify(options: argparse.Namespace) -> int:
    from datetime import timedelta
    from pathlib import Path

    from django.conf import settings

    from citybrain.applications.operations.indicators.verifying import verify
    from citybrain.base import clock

    began = clock.monotonic()
    done = verify(
        Path(settings.DATA_DIR), since=clock.now() - timedelta(days=options.days), keys=options.keys or None
    )  # fmt: skip
    for one in done.differences[:MOST_TOLD]:
        print(f"{one.key} of {one.dimension} {one.code} from {one.start:%Y-%m-%d %H:%M} UTC: {one.shown} was shown, "
              f"and {one.again} comes out")  # fmt: skip
    verdict = f"{len(done.differences):,} come out otherwise" if done.differences else "all come out as they were shown"
    print(f"{done.values:,} values of {len(done.keys)} indicators computed again: {verdict} "
          f"({clock.monotonic() - began:.0f} s)")  # fmt: skip
    return 1 if done.differences else 0
