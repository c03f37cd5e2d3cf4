"""`citybrain packs`: check, test, list, new, schema, units, load."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    Words = argparse._SubParsersAction[argparse.ArgumentParser]


def register(words: Words) -> None:
    packs = words.add_parser("packs", help="sector packs: check, test, list, load, new, schema, units")
    actions = packs.add_subparsers(dest="action", required=True)

    check = actions.add_parser("check", help="prove packs: schema, files, dependencies, units, texts, references")
    check.add_argument("paths", nargs="*", type=Path, metavar="PATH", help="folders of packs (default: all installed)")
    check.add_argument("--zh", action="store_true", help="say it in Chinese")
    check.set_defaults(run=run_check, proving=False)

    test = actions.add_parser("test", help="check packs, then run their recorded history")
    test.add_argument("paths", nargs="*", type=Path, metavar="PATH")
    test.add_argument("--zh", action="store_true", help="say it in Chinese")
    test.set_defaults(run=run_check, proving=True)

    listing = actions.add_parser("list", help="the installed packs and their state")
    listing.add_argument("--json", action="store_true")
    listing.set_defaults(run=run_list)

    load = actions.add_parser("load", help="bring what the packs declare into the database")
    load.set_defaults(run=run_load)

    new = actions.add_parser("new", help="make a new pack with a thing, a rule, a case type and its test")
    new.add_argument("key", help="lower case letters, digits and hyphens")
    new.add_argument("--in", dest="folder", type=Path, help="where to make it (default: DIR/packs)")
    new.set_defaults(run=run_new)

    schema = actions.add_parser("schema", help="the JSON Schema of each file of a pack")
    schema.add_argument("--out", type=Path, metavar="DIR", help="write one file each (default: print all)")
    schema.set_defaults(run=run_schema)

    units = actions.add_parser("units", help="the units of measurement that packs may use")
    units.set_defaults(run=run_units)


def run_check(options: argparse.Namespace) -> int:
    from citybrain.base.packs.queries import check_packs

    problems = check_packs(options.paths, proving=options.proving)
    for problem in problems:
        print(problem.sentence("zh" if options.zh else "en"))
    print(f"{len(problems)} problem{'s' if len(problems) > 1 else ''}" if problems else "no problems")
    return 1 if problems else 0


def run_list(options: argparse.Namespace) -> int:
    from citybrain.base.accounts import system_viewer
    from citybrain.base.packs.queries import list_packs

    rows = list_packs(system_viewer("cli"))
    if options.json:
        print(json.dumps(rows, ensure_ascii=False, indent=2, default=str))
        return 0
    for row in rows:
        print(
            f"{row['key']:<24} {row['version']:<10} {row['state']:<12} {row['source']:<8} {row['title'].get('zh', '')}"
        )
        for problem in row["problems"]:
            print(f"    {problem['file']}:{problem['line']}: {problem['text']['en']}")
        for warning in row["warnings"]:
            print(f"    {warning}")
    return 0


def run_load(options: argparse.Namespace) -> int:
    from citybrain.base.accounts import system_viewer
    from citybrain.base.packs.actions import load_packs
    from citybrain.base.packs.queries import list_packs

    viewer = system_viewer("cli")
    before = {row["key"]: row["loaded_at"] for row in list_packs(viewer)}
    problems = load_packs(actor=viewer)
    rows = list_packs(viewer)
    for row in rows:
        if row["loaded_at"] != before[row["key"]]:
            print(f"{row['key']} {row['version']}: loaded")
        for warning in row["warnings"]:
            print(f"{row['key']}: {warning}")
    for problem in problems:
        print(problem, file=sys.stderr)
    if not problems and all(row["loaded_at"] == before[row["key"]] for row in rows):
        print(f"nothing changed: {len(rows)} packs are as they were")
    return 1 if problems else 0


def run_new(options: argparse.Namespace) -> int:
    from citybrain.base.packs.scaffold import make_pack

    folder = make_pack(options.key, options.folder)
    print(f"{folder}\nnext: citybrain packs check {folder} && citybrain packs test {folder}")
    return 0


def run_schema(options: argparse.Namespace) -> int:
    from citybrain.base.packs.published import json_schemas, write_schemas

    if options.out is None:
        print(json.dumps(json_schemas(), ensure_ascii=False, indent=2))
        return 0
    for path in write_schemas(options.out):
        print(path)
    return 0


def run_units(options: argparse.Namespace) -> int:
    from citybrain.base.packs.units import known_units

    for symbol, unit in known_units().items():
        if symbol == unit.symbol:
            print(f"{symbol:<8} {unit.quantity:<22} {unit.title['zh']} / {unit.title['en']}  {' '.join(unit.aliases)}")
    return 0
