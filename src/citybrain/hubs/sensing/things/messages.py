"""What things announce on the bus; the subject is `thing/<code>` (`thing_model/<key>` for models)."""

from __future__ import annotations

from typing import ClassVar

from citybrain.base.bus import Message


class ThingRegistered(Message, frozen=True, kw_only=True):
    type: ClassVar[str] = "thing.registered"
    thing: str
    model: str


class ThingChanged(Message, frozen=True, kw_only=True):
    """Name, address, owner or attributes; `fields` names which."""

    type: ClassVar[str] = "thing.changed"
    thing: str
    model: str
    fields: list[str]


class ThingMoved(Message, frozen=True, kw_only=True):
    type: ClassVar[str] = "thing.moved"
    thing: str
    model: str
    old_region_path: str


class ThingRetired(Message, frozen=True, kw_only=True):
    type: ClassVar[str] = "thing.retired"
    thing: str
    model: str


class ThingsRelocated(Message, frozen=True, kw_only=True):
    """The regions around many things changed: they did not move, but lie elsewhere now."""

    type: ClassVar[str] = "thing.relocated"
    count: int


class ThingModelChanged(Message, frozen=True, kw_only=True):
    type: ClassVar[str] = "thing_model.changed"
    model: str
