"""`citybrain replay FILE… --as MAPPING.yaml`: pour recorded data through the front door."""

from __future__ import annotations

import argparse
import os
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    Words = argparse._SubParsersAction[argparse.ArgumentParser]


def register(words: Words) -> None:
    replay = words.add_parser(
        "replay",
        help="pour recorded data through the front door, in a city of its own",
        description="Pour CSV files through the front door as a mapping says, and report what came out. "
        "The city has a data directory of its own, whose clock the replay drives; broken off, it goes on.",
    )
    replay.add_argument("files", nargs="*", type=Path, metavar="FILE", help="CSV, also .csv.gz")
    replay.add_argument("--as", dest="mapping", type=Path, metavar="MAPPING.yaml")
    replay.add_argument(
        "--check", type=Path, metavar="MAPPING.yaml", help="only check a mapping, with files against them"
    )
    replay.add_argument(
        "--speed", type=_speed, default=None, metavar="max|N", help="city seconds a second (default max)"
    )
    replay.add_argument("--limit", type=int, metavar="N", help="only the first N readings or reports")
    replay.add_argument("--report", type=Path, metavar="OUT.json", help="write the whole report")
    replay.add_argument("--port", type=int, default=0, help="of the city it starts (default: free ports)")
    replay.add_argument("--url", default="", help="pour into a city that runs already, whose clock is its own")
    replay.add_argument("--sense-url", default="", help="its door for readings (default: the next port)")
    replay.add_argument("--token", default="", help="a token of mode history (default: $CITYBRAIN_TOKEN)")
    replay.set_defaults(run=run, parser=replay)


def _speed(text: str) -> float | None:
    if text == "max":
        return None
    speed = float(text)
    if not 0 < speed < float("inf"):
        raise argparse.ArgumentTypeError("a speed is above 0, or max")
    return speed


def run(options: argparse.Namespace) -> int:
    if options.check:
        return run_check(options)
    if not options.mapping or not options.files:
        options.parser.error("name the files, and the mapping with --as")
    from citybrain.lab.replay.reports.printing import print_report
    from citybrain.lab.replay.running import Order, run_replay

    order = Order(
        files=tuple(options.files),
        mapping=options.mapping,
        data=options.data,
        speed=options.speed,
        limit=options.limit,
        report=options.report,
        url=options.url,
        sense_url=options.sense_url,
        token=options.token or os.environ.get("CITYBRAIN_TOKEN", ""),
        port=options.port,
    )
    try:
        report = run_replay(order, lambda text: print(text, flush=True))
    except KeyboardInterrupt:
        print("broken off; the same command goes on")
        return 130
    print_report(report)
    return 0


def run_check(options: argparse.Namespace) -> int:
    """The mapping alone, or with its files: every column there, and how many rows could be read."""
    from citybrain.lab.replay.mapping import read_mapping
    from citybrain.lab.replay.running import Order, read_source

    mapping, _ = read_mapping(options.check)
    print(f"{options.check.name}: {mapping.kind} {mapping.key}, right")
    if options.files:
        source = read_source(Order(tuple(options.files), options.check, options.data))
        for table in source.tables:
            wrong = len(table.unreadable)
            print(
                f"{table.path.name}: {table.count:,} rows, {table.filtered:,} left out by filters, {wrong:,} problems"
            )
            for one in table.unreadable[:10]:
                print(f"  {one.file}:{one.line} {one.reason}")
        print(f"{len(source.stream):,} to pour, {source.stream.first:%Y-%m-%d} to {source.stream.last:%Y-%m-%d}")
    return 0
