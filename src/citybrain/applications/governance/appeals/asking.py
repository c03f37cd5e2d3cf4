"""Between the door and the rest: who sends, how often, and a body's fields as one call."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from citybrain.applications.governance.appeals import actions, queries, throttling
from citybrain.applications.governance.appeals.actions.reporting import is_exempt
from citybrain.applications.governance.appeals.queries.near import PublicCase
from citybrain.applications.governance.appeals.schemas import NearIn, PublicCasesWanted
from citybrain.base.accounts.http import session_or_token
from citybrain.base.accounts.types import Viewer
from citybrain.base.errors import BadInput, FieldError
from citybrain.base.places.types import Point


def sender_of(request: HttpRequest) -> Viewer | None:
    """Whose token came with it, or None: sessions mean nothing here. A token that is not valid is refused."""
    return session_or_token(request) if request.headers.get("Authorization") else None


def near(body: NearIn, *, address: str, sender: Viewer | None) -> list[PublicCase]:
    """Near duplicates of what somebody is about to report; raises TooMany."""
    if not is_exempt(sender):
        throttling.take(throttling.QUESTIONS, address)
    return queries.near_duplicates(Point(body.lon, body.lat, body.crs), category=body.category, text=body.text)


def public_cases(wanted: PublicCasesWanted) -> list[PublicCase]:
    """Raises BadInput for half a point."""
    if (wanted.lon is None) is not (wanted.lat is None):
        raise BadInput("input.invalid", fields=(FieldError("lon" if wanted.lon is None else "lat", "input.required"),))
    around = Point(wanted.lon, wanted.lat) if wanted.lon is not None and wanted.lat is not None else None
    return queries.public_cases(solved=wanted.solved, around=around)


def rate(code: str, *, address: str, level: int, comment: str) -> dict[str, Any]:
    """Rate, and answer what the code tells now."""
    appeal = queries.find_appeal(code, address=address)
    throttling.take(throttling.ANSWERS, address)
    actions.rate(appeal, level=level, comment=comment)
    return queries.track(appeal)


def reopen(code: str, *, address: str, reason: str) -> dict[str, Any]:
    """Reopen, and answer what the code tells now."""
    appeal = queries.find_appeal(code, address=address)
    throttling.take(throttling.ANSWERS, address)
    actions.reopen(appeal, reason=reason)
    return queries.track(appeal)
