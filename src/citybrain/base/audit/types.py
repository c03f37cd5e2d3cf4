"""Who does something: what the audit trail and the bus need to know of an actor."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol


class Actor(Protocol):
    """A person, a token or a part of the system, by a key that never changes and a label that people read."""

    @property
    def actor_key(self) -> str: ...

    @property
    def actor_label(self) -> str: ...


@dataclass(frozen=True)
class SystemActor:
    """A part of the platform that acts by itself: `system:work`, `system:replay`."""

    actor_key: str
    actor_label: str


def system_actor(name: str) -> SystemActor:
    return SystemActor(f"system:{name}", name)


SYSTEM = system_actor("work")


class Reader(Protocol):
    """Whoever asks to read: a viewer of `accounts`, which stands above this floor."""

    def check(self, permission: str) -> None:
        """Raises Forbidden when no duty carries the permission."""
        ...
