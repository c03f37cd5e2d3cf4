"""Browsers that somebody has signed in with before, by a signed cookie that only the door of sessions is sent.

The cookie opens nothing. It only says: the attempts of this browser on this name are not those of a stranger.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse

COOKIE = "citybrain_device"
PATH = "/api/v1/session"
DAYS = 180
MOST_USERS = 5
SALT = "citybrain.accounts.devices"


@dataclass(frozen=True)
class Device:
    """A browser, and who signed in with it, the latest first; an unknown one has neither."""

    id: str = ""
    users: tuple[int, ...] = ()

    def of(self, user_id: int | None) -> str:
        """The id of the browser, if that user has signed in with it."""
        return self.id if user_id in self.users else ""


def device_of(request: HttpRequest) -> Device:
    """The browser of a request; a cookie that is forged or old is none."""
    try:
        found = signing.loads(request.COOKIES.get(COOKIE, ""), salt=SALT, max_age=DAYS * 86_400)
        return Device(str(found["id"]), tuple(map(int, found["users"])))
    except (signing.BadSignature, KeyError, TypeError, ValueError):
        return Device()


def remember(response: HttpResponse, device: Device, user_id: int) -> None:
    """Let the browser say next time that this user has signed in with it."""
    users = [user_id, *(one for one in device.users if one != user_id)][:MOST_USERS]
    response.set_cookie(
        COOKIE,
        signing.dumps({"id": device.id or secrets.token_hex(16), "users": users}, salt=SALT),
        max_age=DAYS * 86_400,
        path=PATH,
        httponly=True,
        samesite="Lax",
        secure=bool(settings.SESSION_COOKIE_SECURE),
    )
