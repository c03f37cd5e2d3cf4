"""The chain itself: how a record reads as text, how it is linked, and what a seal signs. Pure functions.

    hash_0 = SM3("citybrain audit 1")        hash_i = SM3(hash_(i-1) ‖ text of record i)

The text of a record is JSON with sorted keys and no spaces; an export holds these very lines, so that nothing has to
be rebuilt to check it.
"""

from __future__ import annotations

import hashlib
import json
import struct
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

FORMAT = "citybrain audit 1"
GENESIS = hashlib.new("sm3", FORMAT.encode()).hexdigest()
LINK = struct.Struct(">q32s")


@dataclass(frozen=True)
class Seal:
    """What a signature over a block vouches for."""

    number: int
    total: int
    previous: str
    head: str
    sealed_at: datetime

    def signed_text(self) -> bytes:
        return (
            f"{FORMAT} block\n{self.number}\n{self.total}\n{self.previous}\n{self.head}\n{moment(self.sealed_at)}\n"
        ).encode()


def moment(value: datetime) -> str:
    """Always six digits of the second and a Z: `2026-03-02T01:00:00.000000Z`."""
    return value.astimezone(UTC).isoformat(timespec="microseconds")[:-6] + "Z"


def record_text(row: tuple[Any, ...]) -> str:
    """The canonical text of a row (id, at, wall_at, actor_key, actor_label, action, object_kind, object_key, data)."""
    number, at, wall_at, actor, label, action, kind, key, data = row
    return (
        f'{{"action":{_text(action)},"actor":{_text(actor)},"at":"{moment(at)}","data":{data},"id":{number},'
        f'"key":{_text(key)},"kind":{_text(kind)},"label":{_text(label)},"wall_at":"{moment(wall_at)}"}}'
    )


_text = json.JSONEncoder(ensure_ascii=False).encode


def linked(previous: str, texts: Iterable[str]) -> list[bytes]:
    """The chain hash of each text, continuing from `previous`."""
    hashes, last = [], bytes.fromhex(previous)
    for text in texts:
        digest = hashlib.new("sm3", last)
        digest.update(text.encode())
        last = digest.digest()
        hashes.append(last)
    return hashes


def pack_links(ids: Iterable[int], hashes: Iterable[bytes]) -> bytes:
    return b"".join(LINK.pack(number, digest) for number, digest in zip(ids, hashes, strict=True))


def unpack_links(links: bytes) -> list[tuple[int, bytes]]:
    """Record ids with their chain hashes; a blob of a wrong length gives what is whole of it."""
    return list(LINK.iter_unpack(links[: len(links) // LINK.size * LINK.size]))
