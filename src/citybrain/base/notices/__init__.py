"""Notices: what a person or an organisation should know, delivered to inboxes, retried, counted.

`notify(to, key, *, subject, **data)` stands in actions, in the transaction of the change.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from citybrain.base.notices.actions import notify
    from citybrain.base.notices.types import Recipient, to_duty, to_organisation, to_user

__all__ = ["Recipient", "notify", "to_duty", "to_organisation", "to_user"]


def __getattr__(name: str) -> Any:
    """What needs the models is imported when it is first asked for: apps import this package before models exist."""
    if name in __all__:
        return getattr(import_module(f"citybrain.base.notices.{'actions' if name == 'notify' else 'types'}"), name)
    raise AttributeError(name)
