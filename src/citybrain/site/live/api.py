"""The door where a signed-in viewer gets his ticket for `live`."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.conf import settings
from ninja import Field, Router, Schema

from citybrain.base import clock
from citybrain.base.accounts.http import CityRequest
from citybrain.base.accounts.queries import first_end_of
from citybrain.site.live import tickets
from citybrain.site.live.families import ticket_of

router = Router(tags=["live"])


class TicketShown(Schema):
    """Open `url` with EventSource within a minute; after an `end` event get a new ticket."""

    ticket: str = Field(examples=["eNqrVsrOzEtRslJQKi1OLVLSUUrLLMpNLVayU..."])
    url: str = Field(examples=["http://127.0.0.1:8002/events?ticket=eNqrVsrOzEtRslJQKi1OLVLSUUrLLMpNLVayU..."])
    expires_at: datetime = Field(examples=["2026-03-02T01:01:00Z"])


@router.post("/live/ticket", response=TicketShown)
def create_ticket(request: CityRequest) -> Any:
    """A short-lived ticket for the stream of events that you may see."""
    request.viewer.check("live.read")
    now = clock.wall_now()
    ticket = ticket_of(request.viewer, first_end_of(request.viewer))
    text = tickets.sign(ticket, settings.SECRET_KEY, now=now)
    return {"ticket": text, "url": f"{settings.LIVE_URL}/events?ticket={text}", "expires_at": now + tickets.VALID_FOR}
