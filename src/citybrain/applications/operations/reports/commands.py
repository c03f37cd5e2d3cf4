"""citybrain reports list|build|export: reports, by hand."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    Words = argparse._SubParsersAction[argparse.ArgumentParser]


def register(words: Words) -> None:
    parser = words.add_parser("reports", help="daily and weekly reports: list them, make them, write one to a file")
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="list|build|export")
    listed = verbs.add_parser("list", help="the newest reports")
    listed.add_argument("--key", default="")
    listed.add_argument("--code", default="", help="of this region or organisation")
    listed.set_defaults(run=run_list)
    build = verbs.add_parser("build", help="make all that are due, or those of these plans")
    build.add_argument("keys", nargs="*")
    build.set_defaults(run=run_build)
    export = verbs.add_parser("export", help="write one to a file: .html, .pdf or .xlsx")
    export.add_argument("number", type=int)
    export.add_argument("file")
    export.set_defaults(run=run_export)


def run_list(options: argparse.Namespace) -> int:
    from citybrain.applications.operations.reports.queries import reports
    from citybrain.base.accounts.types import system_viewer

    found = reports(system_viewer("command-line"), key=options.key, code=options.code).order_by("-start", "pk")[:50]
    for one in found:
        name = one.head["place"]["name"][options.language]
        title = one.head["title"][options.language]
        print(f"{one.pk:>6} {one.start:%Y-%m-%dT%H:%MZ} v{one.version} {one.key:24} {name} {title}")
    print(f"{len(found)} reports")
    return 0


def run_build(options: argparse.Namespace) -> int:
    from citybrain.applications.operations.reports.actions import build_due
    from citybrain.base.accounts.types import system_viewer

    built = build_due(actor=system_viewer("command-line"), keys=options.keys)
    print(f"{len(built)} reports made")
    return 0


def run_export(options: argparse.Namespace) -> int:
    from pathlib import Path

    from citybrain.applications.operations.reports.actions import export_report
    from citybrain.applications.operations.reports.queries import get_report
    from citybrain.base.accounts.types import system_viewer

    target, viewer = Path(options.file), system_viewer("command-line")
    format = target.suffix.lstrip(".").lower()
    if format not in ("html", "pdf", "xlsx"):
        print("the file's name must end with .html, .pdf or .xlsx")
        return 2
    document = export_report(
        get_report(viewer, options.number), actor=viewer, format=format, language=options.language  # type: ignore[arg-type]  # one of the three
    )  # fmt: skip
    target.write_bytes(document.content)
    print(f"{target}: {len(document.content):,} bytes")
    return 0
