"""Proof of single records: each with the links of its block, so that it can be checked without the rest of the trail.

A record's hash continues the hash before it, and the block's head is signed. Whoever has the text of a record, the
hashes of its block and the seal can tell that this record, and no other, stood there when the block was sealed.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from citybrain.base.audit.chain import moment, record_text, unpack_links
from citybrain.base.audit.models import Block, Record
from citybrain.base.audit.queries import block_of_record
from citybrain.base.audit.rows import rows_with
from citybrain.base.audit.sealing import seal_all
from citybrain.base.audit.types import Reader

CHUNK = 200
Object = tuple[str, str]


def proofs_of(viewer: Reader, objects: Iterable[Object]) -> list[dict[str, Any]]:
    """The sealed records about these objects (kind, key), by block: `{seal, links, records: [{at, text}]}`.

    Raises Forbidden without `audit.read`. What is settled is sealed first, so that nothing is left out for being new.
    """
    viewer.check("audit.read")
    seal_all()
    wanted = sorted(_ids(objects))
    found: list[dict[str, Any]] = []
    while wanted:
        block, places = _block_of(wanted[0])
        if block is None:
            wanted.pop(0)
            continue
        here = [number for number in wanted if number in places]
        rows = rows_with(here)
        found.append(
            {
                "seal": seal_of(block),
                "links": [digest.hex() for _, digest in unpack_links(bytes(block.links))],
                "records": [{"at": places[number], "text": record_text(rows[number])} for number in here],
            }
        )
        wanted = [number for number in wanted if number not in places]
    return sorted(found, key=lambda one: int(one["seal"]["number"]))


def _ids(objects: Iterable[Object]) -> set[int]:
    found: set[int] = set()
    for kind, key in objects:
        rows = Record.objects.filter(object_kind=kind, object_key=key)
        found |= set(rows.values_list("pk", flat=True)[:CHUNK])
    return found


def _block_of(number: int) -> tuple[Block | None, dict[int, int]]:
    """The block that a record is sealed in, and the place of each record in it."""
    block = block_of_record(Record.objects.get(pk=number))
    if block is None:
        return None, {}
    return block, {one: place for place, (one, _) in enumerate(unpack_links(bytes(block.links)))}


def seal_of(block: Block) -> dict[str, Any]:
    """What a seal says, as exports write it."""
    return {
        "number": block.number,
        "count": block.count,
        "total": block.total,
        "previous": block.previous,
        "head": block.head,
        "sealed_at": moment(block.sealed_at),
        "key": block.key_id,
        "signature": block.signature,
    }
