"""Notices to those who should know: the organisation that received a case, dispatchers, verifiers, supervisors."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from citybrain.hubs.business.cases.actions.change import Change


@dataclass(frozen=True)
class Announcement:
    """A notice to be sent with a change. The audience is named by relation; `data` holds no personal data."""

    key: str
    audience: tuple[str, ...]
    data: dict[str, Any]


def send(change: Change) -> None:
    """Hand all notices of a change over, in its transaction."""


def tell_operators(key: str, *, subject: str, **data: Any) -> None:
    """Tell those who run the platform."""
