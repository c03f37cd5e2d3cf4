"""What a ticket says of the families of events."""

from __future__ import annotations

from datetime import datetime

from citybrain.base.accounts.families import READ_BY, reaches_of
from citybrain.base.accounts.types import Viewer
from citybrain.site.live.tickets import Ticket

__all__ = ["READ_BY", "ticket_of"]


def ticket_of(viewer: Viewer, until: datetime | None) -> Ticket:
    """A ticket that sees what the viewer may read now; `until` is when the first of his duties ends."""
    return Ticket(viewer.kind, viewer.id, viewer.security_epoch, reaches_of(viewer), until)
