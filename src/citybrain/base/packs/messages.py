"""What packs announce on the bus."""

from __future__ import annotations

from typing import ClassVar

from citybrain.base.bus import Message


class PackLoaded(Message, frozen=True, kw_only=True):
    """What a pack declares is in the database now; everything that caches declarations looks again."""

    type: ClassVar[str] = "pack.loaded"
    pack: str
    version: str
    content_hash: str


class PackAdjusted(Message, frozen=True, kw_only=True):
    """An operator changed, or gave back, one place of a pack."""

    type: ClassVar[str] = "pack.adjusted"
    pack: str
    section: str
    path: str
    version: int
