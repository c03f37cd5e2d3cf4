"""The bus: what happened in the city, in order, told to everybody who subscribed; nothing lost, all replayable.

A change publishes a typed `Message` in its own transaction (outbox). Each subscription has a durable cursor and gets
every event of its types in order; its handler runs in one transaction with that cursor, so that its effects in the
database happen exactly once, and everything else at least once. Delivery itself stands in `delivery`.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from citybrain.base.bus.publishing import current_cause, following, publish, publish_many
from citybrain.base.bus.registry import declare_reader, subscribe
from citybrain.base.bus.types import Draft, Event, Message
from citybrain.base.bus.waking import wake

if TYPE_CHECKING:
    from citybrain.base.bus.actions import mark_read
    from citybrain.base.bus.delivery import drain, lag, run_once

__all__ = [
    "Draft",
    "Event",
    "Message",
    "current_cause",
    "declare_reader",
    "drain",
    "following",
    "lag",
    "mark_read",
    "publish",
    "publish_many",
    "run_once",
    "subscribe",
    "wake",
]


def __getattr__(name: str) -> Any:
    """Delivery needs the models, and models import this package: it is imported when it is first asked for."""
    if name == "mark_read":
        return import_module("citybrain.base.bus.actions").mark_read
    if name in ("drain", "lag", "run_once"):
        return getattr(import_module("citybrain.base.bus.delivery"), name)
    raise AttributeError(name)
