"""Checking the chain in the database: every record, every link, every signature, and that nothing was cut off."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC

from citybrain.base.audit.chain import GENESIS, Seal, linked, record_text, unpack_links
from citybrain.base.audit.models import Block, Record, SealKey
from citybrain.base.audit.rows import count_after, rows_with
from citybrain.base.audit.sealing import is_witness_damaged, read_witness
from citybrain.base.crypto import SUITE, key_id

MOST_FINDINGS = 100


@dataclass(frozen=True)
class Finding:
    """One thing that is wrong: `record_changed`, `record_missing`, `signature_wrong` …, and where."""

    code: str
    block: int
    record: int | None = None


@dataclass
class Verification:
    """What was checked, and what is wrong with it (the first hundred findings)."""

    blocks: int = 0
    records: int = 0
    missing: int = 0
    unsealed: int = 0
    head: str = GENESIS
    keys: list[str] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)

    @property
    def intact(self) -> bool:
        return not self.findings

    def find(self, code: str, block: int, record: int | None = None) -> None:
        if len(self.findings) < MOST_FINDINGS:
            self.findings.append(Finding(code, block, record))


def verify(known_head: tuple[int, str] | None = None) -> Verification:
    """Check everything that is sealed. `known_head` is a block's number and head that somebody wrote down elsewhere.

    The witness that `work` leaves in the data directory is checked in the same way.
    """
    result = Verification()
    keys = {key.id: bytes.fromhex(key.public) for key in SealKey.objects.all()}
    result.keys = sorted(keys)
    witnesses = [one for one in (known_head, read_witness()) if one is not None]
    last: Block | None = None
    for block in all_blocks():
        _check_block(result, block, last, keys)
        for number, head in witnesses:
            if number == block.number and head != block.head:
                result.find("head_not_as_witnessed", block.number)
        result.blocks, result.head, last = result.blocks + 1, block.head, block
    if any(number > (last.number if last else 0) for number, _ in witnesses):
        result.find("blocks_cut_off", last.number if last else 0)
    if is_witness_damaged():
        result.find("witness_damaged", last.number if last else 0)
    _check_count(result, last)
    return result


def all_blocks() -> Iterator[Block]:
    """All blocks in order, a few at a time."""
    number = 0
    while found := list(Block.objects.filter(number__gt=number).order_by("number")[:50]):
        yield from found
        number = found[-1].number


def _check_block(result: Verification, block: Block, last: Block | None, keys: dict[str, bytes]) -> None:
    expected = (last.number + 1, last.head, last.total + block.count) if last else (1, GENESIS, block.count)
    if block.number != expected[0]:
        result.find("block_missing", block.number)
    elif block.previous != expected[1]:
        result.find("block_not_linked", block.number)
    elif block.total != expected[2]:
        result.find("block_count_wrong", block.number)
    seal = Seal(block.number, block.total, block.previous, block.head, block.sealed_at.astimezone(UTC))
    public = keys.get(block.key_id)
    if public is None or key_id(public, SUITE) != block.key_id:
        result.find("key_unknown", block.number)
    elif not SUITE.verify(public, seal.signed_text(), _hex(block.signature)):
        result.find("signature_wrong", block.number)
    _check_records(result, block)


def _check_records(result: Verification, block: Block) -> None:
    links = unpack_links(bytes(block.links))
    if len(links) != block.count or (links and links[-1][1].hex() != block.head):
        result.find("links_wrong", block.number)
    rows = rows_with([number for number, _ in links])
    before = block.previous
    for number, digest in links:
        row = rows.get(number)
        if row is None:
            result.find("record_missing", block.number, number)
            result.missing += 1
        elif linked(before, [record_text(row)])[0] != digest:
            result.find("record_changed", block.number, number)
        before = digest.hex()
    result.records += len(links)


def _check_count(result: Verification, last: Block | None) -> None:
    """Records that stand among sealed ones without being in a block were slipped in."""
    result.unsealed = count_after(last.last_xid, last.last_id) if last else Record.objects.count()
    if last and Record.objects.count() - result.unsealed > result.records - result.missing:
        result.find("record_slipped_in", last.number)


def _hex(text: str) -> bytes:
    try:
        return bytes.fromhex(text)
    except ValueError:
        return b""
