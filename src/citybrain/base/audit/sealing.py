"""Sealing: new records become the next block of the chain, signed, within a second."""

from __future__ import annotations

import json
import logging
import os
import secrets
from pathlib import Path

from django.conf import settings
from django.db import IntegrityError, transaction

from citybrain.base import clock
from citybrain.base.audit.chain import GENESIS, Seal, linked, pack_links, record_text
from citybrain.base.audit.models import Block, SealKey
from citybrain.base.audit.rows import rows_after
from citybrain.base.crypto import SigningKey, signing_key

log = logging.getLogger(__name__)
MOST_IN_A_BLOCK = 5000


def seal_once(most: int = MOST_IN_A_BLOCK) -> int:
    """Seal the next settled records into one block; returns how many (0 = nothing to seal, or somebody was faster).

    Hashing and signing happen outside a transaction, so that writers never wait for them: the block's number, which
    can be taken once only, makes sure that there is one sealer at a time.
    """
    last = Block.objects.order_by("-number").defer("links").first()
    found = rows_after(last.last_xid if last else 0, last.last_id if last else 0, most)
    if not found:
        return 0
    previous = last.head if last else GENESIS
    hashes = linked(previous, [record_text(row) for _, row in found])
    key = signing_key()
    seal = Seal(
        number=last.number + 1 if last else 1,
        total=(last.total if last else 0) + len(found),
        previous=previous,
        head=hashes[-1].hex(),
        sealed_at=clock.wall_now(),
    )
    block = Block(
        number=seal.number,
        count=len(found),
        total=seal.total,
        previous=seal.previous,
        head=seal.head,
        links=pack_links([row[0] for _, row in found], hashes),
        last_xid=found[-1][0],
        last_id=found[-1][1][0],
        sealed_at=seal.sealed_at,
        key_id=key.id,
        signature=key.sign(seal.signed_text()).hex(),
    )
    return len(found) if _keep(block, key) else 0


def _keep(block: Block, key: SigningKey) -> bool:
    try:
        with transaction.atomic():
            SealKey.objects.get_or_create(id=key.id, defaults={"public": key.public.hex(), "since": block.sealed_at})
            block.save(force_insert=True)
            transaction.on_commit(lambda: leave_witness(block))
    except IntegrityError:
        return False
    return True


def seal_all() -> int:
    """Seal until nothing settled is left; returns how many records."""
    total = 0
    while sealed := seal_once():
        total += sealed
    return total


def witness_path() -> Path:
    return Path(settings.DATA_DIR) / "audit.head"


def damaged_witness_path() -> Path:
    return witness_path().with_name("audit.head.damaged")


def leave_witness(block: Block) -> None:
    """Keep the newest head outside the database: without it, cutting off the end of both tables would not show.

    One that cannot be read is set aside before a new one is written. What it knew is lost with it: whether the end was
    cut off before this block, only a head that was written down elsewhere can tell. So verifying finds fault until
    somebody has looked and removes what was set aside; and from this block on there is a witness again.
    """
    path, before = witness_path(), read_witness()
    if before is not None and before[0] > block.number:
        return
    if before is None and path.exists():
        log.error("%s cannot be read and is set aside as %s", path, damaged_witness_path().name)
        path.replace(damaged_witness_path())
    part = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
    with part.open("w", encoding="ascii") as file:
        file.write(json.dumps({"block": block.number, "records": block.total, "head": block.head}))
        file.flush()
        os.fsync(file.fileno())
    part.replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def read_witness() -> tuple[int, str] | None:
    """Number and head of the newest block that this data directory has seen; None when there is none, or it is damaged
    (`is_witness_damaged`)."""
    try:
        kept = json.loads(witness_path().read_text(encoding="ascii"))
        return int(kept["block"]), str(kept["head"])
    except (FileNotFoundError, ValueError, KeyError, TypeError):
        return None


def is_witness_damaged() -> bool:
    """Whether the witness cannot be read, or one that could not be read was set aside and nobody has looked yet."""
    return damaged_witness_path().exists() or (witness_path().exists() and read_witness() is None)
