"""Notices: what a person or an organisation should know, delivered to inboxes, retried, counted.

`notify(to, key, *, subject, **data)` stands in actions, in the transaction of the change; `settle(subject, keys)` where
the change makes earlier ones pointless.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from citybrain.base.notices.actions import notify, settle
    from citybrain.base.notices.types import Recipient, to_duty, to_organisation, to_user

__all__ = ["Recipient", "notify", "settle", "to_duty", "to_organisation", "to_user"]


def __getattr__(name: str) -> Any:
    """What needs the models is imported when it is first asked for: apps import this package before models exist."""
    if name in __all__:
        home = "actions" if name in ("notify", "settle") else "types"
        return getattr(import_module(f"citybrain.base.notices.{home}"), name)
    raise AttributeError(name)
