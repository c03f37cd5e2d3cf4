"""citybrain audit verify|head|export: the proof that nothing was changed."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from django.conf import settings

from citybrain.base.audit.exporting import export
from citybrain.base.audit.models import Block
from citybrain.base.audit.verifying import verify
from citybrain.base.errors import BadInput, NotFound

if TYPE_CHECKING:
    Words = argparse._SubParsersAction[argparse.ArgumentParser]

WITNESS_DAMAGED = """\
  {folder}/audit.head could not be read, so it does not show whether newer blocks were cut off. Compare with a head that
  was written down elsewhere (`audit verify --head NUMBER:HASH`), then remove {folder}/audit.head.damaged."""


def register(words: Words) -> None:
    audit = words.add_parser("audit", help="check, show the head of, or export the audit trail")
    verbs = audit.add_subparsers(dest="verb", required=True, metavar="verify|head|export")
    check = verbs.add_parser("verify", help="check every record, link and signature")
    check.add_argument("--head", type=known_head, metavar="NUMBER:HASH", help="a head that was written down elsewhere")
    check.set_defaults(run=run_verify)
    verbs.add_parser("head", help="print the newest head and the public key").set_defaults(run=run_head)
    out = verbs.add_parser("export", help="write the whole chain to a file for scripts/verify_audit.py")
    out.add_argument("file", type=Path)
    out.set_defaults(run=run_export)


def known_head(text: str) -> tuple[int, str]:
    number, _, head = text.partition(":")
    if not number.isdigit() or len(head) != 64:
        raise BadInput("audit.head_form", given=text)
    return int(number), head.lower()


def run_verify(options: argparse.Namespace) -> int:
    result = verify(options.head)
    for finding in result.findings:
        where = f"block {finding.block}" + (f", record {finding.record}" if finding.record is not None else "")
        print(f"BROKEN {finding.code}: {where}", file=sys.stderr)
        if finding.code == "witness_damaged":
            print(WITNESS_DAMAGED.format(folder=settings.DATA_DIR), file=sys.stderr)
    word = "intact" if result.intact else "broken"
    print(f"{word}: {result.records} records in {result.blocks} blocks, {result.unsealed} not yet sealed")
    print(f"head {result.blocks}:{result.head}")
    return 0 if result.intact else 1


def run_head(options: argparse.Namespace) -> int:
    block = Block.objects.order_by("-number").defer("links").select_related("key").first()
    if block is None:
        raise NotFound("audit.nothing_sealed")
    print(f"{block.number}:{block.head}")
    print(f"public key {block.key.public}")
    return 0


def run_export(options: argparse.Namespace) -> int:
    blocks, records = export(options.file)
    print(f"{records} records in {blocks} blocks -> {options.file}")
    return 0
