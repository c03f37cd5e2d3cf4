"""How a request says who it is: a session cookie with CSRF, or a bearer token."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from ninja.security.base import AuthBase
from ninja.utils import check_csrf

from citybrain.base.accounts.queries import viewer_of, viewer_of_token
from citybrain.base.accounts.types import Viewer
from citybrain.base.errors import Forbidden, NotSignedIn

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


class SessionOrToken(AuthBase):
    """Puts `request.viewer` there; a token wins over a cookie. Raises NotSignedIn, and Forbidden without CSRF token."""

    openapi_type = "http"
    openapi_scheme = "bearer"

    def __call__(self, request: HttpRequest) -> Viewer:
        authorization = request.headers.get("Authorization", "")
        viewer = _by_token(authorization) if authorization else _by_session(request)
        request.viewer = viewer  # type: ignore[attr-defined]  # what every door reads
        return viewer


def _by_token(authorization: str) -> Viewer:
    scheme, _, secret = authorization.partition(" ")
    if scheme.lower() != "bearer" or not secret.strip():
        raise NotSignedIn("account.authorization")
    viewer = viewer_of_token(secret.strip())
    if viewer is None:
        raise NotSignedIn("account.token")
    return viewer


def _by_session(request: HttpRequest) -> Viewer:
    user: Any = request.user
    if not user.is_authenticated:
        raise NotSignedIn("account.not_signed_in")
    if request.method not in SAFE and check_csrf(request) is not None:
        raise Forbidden("account.csrf")
    return viewer_of(user)


session_or_token = SessionOrToken()
