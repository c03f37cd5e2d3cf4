"""citybrain lake project|rebuild|reconcile|sql: the lake of facts, by hand."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    Words = argparse._SubParsersAction[argparse.ArgumentParser]


def register(words: Words) -> None:
    parser = words.add_parser("lake", help="facts in the lake: bring up to date, make again, count both sides, ask")
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="project|rebuild|reconcile|sql")
    verbs.add_parser("project", help="take what happened since").set_defaults(run=run_project)
    verbs.add_parser("rebuild", help="make every fact table again from the archive").set_defaults(run=run_rebuild)
    verbs.add_parser("reconcile", help="count in database and lake").set_defaults(run=run_reconcile)
    sql = verbs.add_parser("sql", help="a SELECT over the lake, as CSV")
    sql.add_argument("select", help="for example: SELECT state, count(*) FROM cases GROUP BY 1")
    sql.set_defaults(run=run_sql)


def _data() -> Path:
    from django.conf import settings

    return Path(settings.DATA_DIR)


def run_project(options: argparse.Namespace) -> int:
    from citybrain.hubs.data.facts.projecting import project

    print(f"{project(_data()):,} events taken")
    return 0


def run_rebuild(options: argparse.Namespace) -> int:
    from citybrain.hubs.data.facts.projecting import rebuild

    for name, rows in rebuild(_data(), print).items():
        print(f"{name}: {rows:,} rows")
    return 0


def run_reconcile(options: argparse.Namespace) -> int:
    from citybrain.hubs.data.facts.models import Reconciliation
    from citybrain.hubs.data.facts.reconciling import reconcile

    drift = reconcile(_data())
    last = Reconciliation.objects.first()
    assert last is not None
    print(f"{last.compared} counts compared up to {last.until:%Y-%m-%d %H:%M:%S}, {drift} differ")
    for one in last.differences:
        print(f"  {one['tally']} {one['name']}: database {one['database']}, lake {one['lake']}")
    return 1 if drift else 0


def run_sql(options: argparse.Namespace) -> int:
    import sys

    import pyarrow.csv as csv

    from citybrain.hubs.data.facts.lake import lake

    with lake(_data()) as opened:
        csv.write_csv(opened.query(options.select), sys.stdout.buffer)
    return 0
