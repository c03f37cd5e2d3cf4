"""`citybrain rehearse`: what would have been different with other rules."""

from __future__ import annotations

import argparse
import sys
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    Words = argparse._SubParsersAction[argparse.ArgumentParser]


def register(words: Words) -> None:
    rehearse = words.add_parser(
        "rehearse",
        help="run recorded casework again with changed rules, and say what would have been different",
        description="Run a recorded period twice in scratch cities, with the rules as they are and with a changed"
        " responsibility list or pack, and compare case by case. The city itself is only read.",
    )
    rehearse.add_argument("--from", dest="start", type=_moment, metavar="TIME", help="ISO 8601; a date is its midnight")
    rehearse.add_argument("--to", dest="end", type=_moment, metavar="TIME", help="not included")
    rehearse.add_argument(
        "--responsibilities", type=Path, metavar="FILE", help="changed lines of the list, CSV or YAML"
    )
    rehearse.add_argument("--pack-layer", type=Path, metavar="FILE", help="values laid over packs, YAML")
    rehearse.add_argument("--out", type=Path, metavar="FILE.json", help="write the whole result")
    rehearse.add_argument("--scratch", choices=("prepare", "before", "after"), help=argparse.SUPPRESS)
    rehearse.add_argument("--order", type=Path, help=argparse.SUPPRESS)
    rehearse.set_defaults(run=run, parser=rehearse)


def _moment(text: str) -> datetime:
    try:
        return datetime.fromisoformat(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from error


def run(options: argparse.Namespace) -> int:
    from citybrain.lab.rehearsal import running

    if options.scratch == "prepare":
        running.prepare_scratch(options.order)
        return 0
    if options.scratch:
        running.play_scratch(options.order, options.scratch)
        return 0
    if options.start is None or options.end is None:
        options.parser.error("name the period with --from and --to")
    return _rehearse(options)


def _rehearse(options: argparse.Namespace) -> int:
    import msgspec

    from citybrain.hubs.business.cases.queries import catalogue
    from citybrain.lab.rehearsal.changing import read_layers, read_lines
    from citybrain.lab.rehearsal.running import Order, rehearse
    from citybrain.lab.rehearsal.types import Changes

    zone = catalogue().zone
    start, end = (at if at.tzinfo else at.replace(tzinfo=zone) for at in (options.start, options.end))
    changes = Changes(
        lines=read_lines(options.responsibilities) if options.responsibilities else [],
        layers=read_layers(options.pack_layer) if options.pack_layer else [],
    )
    result = rehearse(Order(start, end, changes), _say)
    _print(result)
    if options.out:
        options.out.write_bytes(msgspec.json.format(msgspec.json.encode(result), indent=1))
    return 0


def _say(done: float, note: str) -> None:
    if sys.stderr.isatty():
        print(f"\r{done:4.0%}  {note}   ", end="", file=sys.stderr, flush=True)


def _print(result: dict[str, Any]) -> None:
    summary, base, speed = result["summary"], result["reproduction"], result["speed"]
    print(f"{summary['cases_before']} cases as the rules are, {summary['cases_after']} as changed; "
          f"{summary['differ']} differ")  # fmt: skip
    for kind, count in summary["by_kind"].items():
        print(f"  {kind:<14}{count:>7}")
    print(f"late: {summary['late_before']} -> {summary['late_after']}")
    for row in summary["by_organisation"]:
        if row["cases_before"] != row["cases_after"] or row["late_before"] != row["late_after"]:
            print(f"  {row['organisation'] or '(nobody)':<28} cases {row['cases_before']} -> {row['cases_after']}, "
                  f"late {row['late_before']} -> {row['late_after']}")  # fmt: skip
    for one in result["differences"][:20]:
        now, then = one["now"] or {}, one["then"] or {}
        print(f"  {one['number'] or one['key']}: {', '.join(one['kinds'])}; "
              f"{now.get('organisation', one['now_in'])} -> {then.get('organisation', one['then_in'])}")  # fmt: skip
    print(f"the record is reproduced exactly in {base['exact']} of {base['cases']} cases; others: {base['by_why']}")
    print(f"assumed: {result['assumptions']['counts']}")
    print(f"digests: {result['digests']['before'][:16]} {result['digests']['after'][:16]}")
    print(f"{speed['cases_per_second']} cases a second, {speed['seconds']} s in all")
