"""`citybrain city organisations FILE`: who does the city's work."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from citybrain.base.audit import system_actor
from citybrain.base.parties.actions import import_organisations
from citybrain.base.parties.rosters import read_roster
from citybrain.base.places.commands import city_words, print_remarks


def register(subparsers: Any) -> None:
    parser = city_words(subparsers).add_parser(
        "organisations",
        help="make or update organisations and posts from YAML or CSV",
        description="Make or update organisations and posts from a file; nothing is taken away.",
    )
    parser.add_argument("file", type=Path, metavar="FILE", help="YAML (nested) or CSV: code,name,parent,kind,region")
    parser.set_defaults(run=run_organisations)


def run_organisations(options: argparse.Namespace) -> int:
    rows, problems = read_roster(options.file)
    done = import_organisations(rows, actor=system_actor("cli"))
    print_remarks("left out", [*problems, *done.problems], options.language)
    print(
        f"{len(done.created)} created, {len(done.changed)} changed, {len(done.moved)} moved, {done.posts} posts written"
    )
    return 0
