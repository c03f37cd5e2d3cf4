"""Which permission reads which family of events, and what a ticket says of them."""

from __future__ import annotations

from datetime import datetime

from citybrain.base.accounts.types import WHOLE, Viewer
from citybrain.base.conditions import FALSE
from citybrain.site.live.tickets import Ticket

LOCATED = frozenset(WHOLE)
OWNED = frozenset({"organisation_path"})
REFERENCE: frozenset[str] = frozenset()

READ_BY = {
    "account": ("account.read", OWNED),
    "alarm": ("alarm.read", LOCATED),
    "alarm_rule": ("alarm.read", REFERENCE),
    "appeal": ("case.read", LOCATED),
    "case": ("case.read", LOCATED),
    "clock": ("case.read", LOCATED),
    "duty": ("account.read", OWNED),
    "file": ("file.read", LOCATED),
    "handover": ("handover.read", LOCATED),
    "map_layer": ("place.read", REFERENCE),
    "organisation": ("party.read", REFERENCE),
    "pack": ("pack.read", REFERENCE),
    "person": ("audit.read", REFERENCE),
    "picture": ("picture.check", LOCATED),
    "region": ("place.read", REFERENCE),
    "responsibility": ("case.read", LOCATED),
    "shift": ("handover.read", LOCATED),
    "signal": ("signal.read", LOCATED),
    "text": ("signal.read", LOCATED),
    "thing": ("thing.read", LOCATED),
    "thing_model": ("thing.read", REFERENCE),
    "token": ("account.read", OWNED),
}
"""Each family of events (what stands before the dot): the permission that reads it, and which fields decide.

A family that is not here is not streamed to anybody.
"""


def ticket_of(viewer: Viewer, until: datetime | None) -> Ticket:
    """A ticket that sees what the viewer may read now; `until` is when the first of his duties ends."""
    reach = {family: viewer.reach(permission, fields=fields) for family, (permission, fields) in READ_BY.items()}
    seen = {family: condition for family, condition in reach.items() if condition != FALSE}
    return Ticket(viewer.kind, viewer.id, viewer.security_epoch, seen, until)
