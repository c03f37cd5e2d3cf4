"""`citybrain trace KIND ID`: the chain of a fact, on the terminal."""

from __future__ import annotations

import argparse
import json
from dataclasses import asdict
from pathlib import Path

from citybrain.applications.operations.trace.exporting import export
from citybrain.applications.operations.trace.queries import trace
from citybrain.applications.operations.trace.tree import draw
from citybrain.applications.operations.trace.types import KINDS, Chain
from citybrain.base.accounts.types import system_viewer
from citybrain.base.errors import NotFound


def register(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = subparsers.add_parser("trace", help="what led to a reading, alarm, signal or case, and what came of it")
    parser.add_argument("kind", choices=KINDS)
    parser.add_argument("id", help="for example AJ2026030200001, or air-001/pm25/2026-03-02T01:00:00Z/0")
    parser.add_argument("--json", action="store_true", help="the whole chain as JSON")
    parser.add_argument("--export", type=Path, help="write it to a file that scripts/verify_audit.py checks")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    chain = _chain(options.kind, options.id)
    if options.export:
        lines = list(export(chain, actor=system_viewer("trace")))
        options.export.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
        print(f"{len(chain.facts)} facts -> {options.export}")
    elif options.json:
        print(json.dumps(asdict(chain), ensure_ascii=False, indent=2, default=str))
    else:
        print("\n".join(draw(chain, options.language)))
    return 0


def _chain(kind: str, key: str) -> Chain:
    """Whoever types a number is told which one there is not; over HTTP it stands in the address."""
    try:
        return trace(system_viewer("trace"), kind, key)
    except NotFound as none:
        raise NotFound("trace.unknown_number", **none.data, id=key) from None
