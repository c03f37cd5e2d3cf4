"""What crosses the bus: typed messages on the way in, events on the way out."""

from __future__ import annotations

import builtins
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any, ClassVar, TypeVar

import msgspec

from citybrain.base.audit.types import Actor


class Message(msgspec.Struct, frozen=True, kw_only=True):
    """Base of every message: a subclass names its `type` (`case.opened`) and its JSON-able fields."""

    type: ClassVar[str] = ""


M = TypeVar("M", bound=Message)


@dataclass(frozen=True)
class Draft:
    """One message with its envelope, for `publish_many`; the fields are those of `publish`.

    `actor` is whoever did this one, where it was not the one named for all.
    """

    message: Message
    subject: str
    cause: str | None = None
    occurred_at: datetime | None = None
    region_path: str = ""
    organisation_paths: Sequence[str] = ()
    actor: Actor | None = None


@dataclass(frozen=True)
class Event:
    """A message as the outbox keeps it, with its place in the order (xid, position)."""

    id: str
    position: int
    type: str
    source: str
    subject: str
    occurred_at: datetime
    recorded_at: datetime
    cause: str | None
    actor: str
    text: str = field(repr=False)
    region_path: str = ""
    organisation_paths: tuple[str, ...] = ()
    xid: int = 0

    @cached_property
    def data(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.text)
        return found

    def read(self, cls: builtins.type[M]) -> M:
        """The message as it was published; fields that `cls` does not know are passed over."""
        return msgspec.json.decode(self.text, type=cls)

    def cloud_event(self) -> dict[str, Any]:
        """The event in the JSON format of CloudEvents 1.0, with the extensions `cause`, `actor` and `recordedat`."""
        attributes = {
            "specversion": "1.0",
            "id": self.id,
            "source": self.source,
            "type": self.type,
            "subject": self.subject,
            "time": self.occurred_at.isoformat(),
            "recordedat": self.recorded_at.isoformat(),
            "actor": self.actor,
            "datacontenttype": "application/json",
            "data": self.data,
        }
        return attributes if self.cause is None else {**attributes, "cause": self.cause}
