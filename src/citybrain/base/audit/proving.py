"""Proof of single records: each with the links of its block, so that it can be checked without the rest of the trail.

A record's hash continues the hash before it, and the block's head is signed. Whoever has the text of a record, the
hashes of its block and the seal can tell that this record, and no other, stood there when the block was sealed.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from typing import Any

from citybrain.base.audit.chain import moment, record_text, unpack_links
from citybrain.base.audit.models import Block, Record
from citybrain.base.audit.queries import block_of_record
from citybrain.base.audit.rows import rows_with
from citybrain.base.audit.sealing import seal_all
from citybrain.base.audit.types import Reader

Object = tuple[str, str]
Place = tuple[int, int]
"""A record's xid and id, by which records are sealed."""


def proofs_of(viewer: Reader, objects: Iterable[Object]) -> Iterator[dict[str, Any]]:
    """All sealed records about these objects (kind, key), block by block in their order: `{seal, links, records: [{at,
    text}]}`, one block in memory at a time.

    Raises Forbidden without `audit.read`. What is settled is sealed first, so that nothing is left out for being new.
    """
    viewer.check("audit.read")
    seal_all()
    return _proofs(_places(objects))


def _proofs(wanted: list[Place]) -> Iterator[dict[str, Any]]:
    start = 0
    while start < len(wanted):
        block = block_of_record(Record.objects.get(pk=wanted[start][1]))
        if block is None:
            return  # what comes later is not sealed either
        links = unpack_links(bytes(block.links))
        places = {number: place for place, (number, _) in enumerate(links)}
        end = bisect_right(wanted, (block.last_xid, block.last_id))
        here = [number for _, number in wanted[start:end] if number in places]
        start = end
        if here:
            rows = rows_with(here)
            yield {
                "seal": seal_of(block),
                "links": [digest.hex() for _, digest in links],
                "records": [{"at": places[number], "text": record_text(rows[number])} for number in here],
            }


def _places(objects: Iterable[Object]) -> list[Place]:
    """Where the records about these objects stand, in the order in which they are sealed."""
    found: set[Place] = set()
    for kind, key in objects:
        found |= set(Record.objects.filter(object_kind=kind, object_key=key).values_list("xid", "pk"))
    return sorted(found)


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
