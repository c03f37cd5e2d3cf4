"""A thing with what is known of its health."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from citybrain.hubs.sensing.things.models import Thing

Contact = Literal["online", "silent", "never"]
CONTACTS: tuple[Contact, ...] = ("never", "silent", "online")
"""By their number in arrays: nothing ever came, nothing came lately, something came lately."""


@dataclass(frozen=True)
class HealthFilter:
    """Which things: by model, region, words, state and whether a region contains them; by contact; by alarms that
    fire: any at all (`firing`), or one of at least a severity (1 is worst)."""

    model: str = ""
    region: str = ""
    q: str = ""
    unlocated: bool | None = None
    state: str = ""
    contact: Contact | None = None
    firing: bool | None = None
    severity: int | None = None


@dataclass(frozen=True)
class Headline:
    """The reading that says most about a thing now: of the property that fires, else of one that a rule watches."""

    property: str
    title: dict[str, str]
    unit: str
    at: datetime | None
    value: Any


@dataclass(frozen=True)
class Watched:
    """A thing with its contact (`last_at`: the newest reading of any property) and the alarms that fire on it."""

    thing: Thing
    contact: Contact
    last_at: datetime | None
    firing: int
    worst: int | None
    headline: Headline | None


@dataclass(frozen=True)
class HealthCount:
    """How many things a list has, by contact, and how many of them have an alarm that fires."""

    count: int
    online: int
    silent: int
    never: int
    firing: int
