"""What files announce on the bus."""

from __future__ import annotations

from typing import ClassVar

from citybrain.base.bus import Message


class FileAttached(Message, frozen=True, kw_only=True):
    """Files now belong to the event's subject; the keys lead to them."""

    type: ClassVar[str] = "file.attached"
    owner_kind: str
    owner_key: str
    keys: list[str]
