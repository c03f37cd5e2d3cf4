"""What every door needs: who asks (a session cookie with CSRF, or a bearer token), and pages of a list."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from ipaddress import ip_address, ip_network
from typing import Annotated, Any, Generic, TypeVar

from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse
from ninja import Field, Schema
from ninja.security.base import AuthBase
from ninja.utils import check_csrf
from pydantic import AfterValidator, AwareDatetime, ConfigDict

from citybrain.base.accounts.queries import viewer_of, viewer_of_token
from citybrain.base.accounts.types import Viewer
from citybrain.base.errors import Forbidden, NotSignedIn
from citybrain.base.querying import Page, keyset_page

T = TypeVar("T")
M = TypeVar("M", bound=Model)

EARLIEST, LATEST = 1900, 2199
LOOPBACK = frozenset({"127.0.0.1", "::1"})
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
MINIMAL = "return=minimal"


class CityRequest(HttpRequest):
    """What every view gets: `def list_cases(request: CityRequest, …)`. `language` is `zh` or `en`."""

    viewer: Viewer
    language: str
    request_id: str


def _in_utc(moment: datetime) -> datetime:
    if not EARLIEST <= moment.year <= LATEST:
        raise ValueError(f"the year is not between {EARLIEST} and {LATEST}")
    return moment.astimezone(UTC)


Moment = Annotated[AwareDatetime, AfterValidator(_in_utc)]
"""A time that comes in: with a zone, from 1900 to 2199 (what every database can hold), in UTC."""


class SessionOrToken(AuthBase):
    """Puts `request.viewer` there; a token wins over a cookie. Raises NotSignedIn, and Forbidden without CSRF token."""

    openapi_type = "http"
    openapi_scheme = "bearer"

    def __call__(self, request: HttpRequest) -> Viewer:
        authorization = request.headers.get("Authorization", "")
        viewer = _by_token(authorization) if authorization else _by_session(request)
        request.viewer = viewer  # type: ignore[attr-defined]  # what every door reads
        return viewer


def viewer_if_any(request: HttpRequest) -> Viewer | None:
    """For doors that are open to everybody: who asks, or None; a token that is not valid is still refused."""
    if request.headers.get("Authorization") or request.user.is_authenticated:
        return session_or_token(request)
    return None


def address_of(request: HttpRequest) -> str:
    """Where the request comes from (of IPv6 the network, which one subscriber has as a whole).

    A proxy on this machine says for whom it asks.
    """
    address = str(request.META.get("REMOTE_ADDR", ""))
    forwarded = request.headers.get("X-Forwarded-For", "")
    if forwarded and address in LOOPBACK:
        address = forwarded.rpartition(",")[2].strip()
    try:
        parsed = ip_address(address)
    except ValueError:
        return address
    return str(ip_network((parsed, 64), strict=False)) if parsed.version == 6 else address


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


def answer_of(request: HttpRequest, whole: Callable[[], T]) -> T | HttpResponse:
    """What a change answers: the whole object, or nothing to whoever asks for no more (`Prefer`, RFC 7240)."""
    if MINIMAL in request.headers.get("Prefer", "").replace(" ", ""):
        return HttpResponse(status=204, headers={"Preference-Applied": MINIMAL})
    return whole()


class Given(Schema):
    """What a request's body may hold, and nothing else: a misspelt field is refused, not ignored."""

    model_config = ConfigDict(extra="forbid")


class Paging(Schema):
    """The query parameters of every list: `def list_cases(request, paging: Query[Paging])`."""

    limit: int = Field(50, ge=1, le=500, description="How many rows a page has", examples=[50])
    after: str | None = Field(None, max_length=1000, description="The `next` of the page before")


class PageOf(Schema, Generic[T]):
    """The answer of every list: `response=PageOf[CaseSummary]`."""

    items: list[T]
    next: str | None = Field(None, description="Pass it as `after` for the next page; null on the last")


class AboutShown(Schema):
    """About how many rows a list has."""

    count: int = Field(description="Exact up to 1,000", examples=[12])
    is_more: bool = Field(description="There are more than this", examples=[False])


def paged(rows: QuerySet[M], paging: Paging, *, order: Sequence[str]) -> Page[M]:
    """One page of rows that are already scoped; the last key of `order` is unique (`("-occurred_at", "-pk")`)."""
    return keyset_page(rows, order=order, after=paging.after, limit=paging.limit)
