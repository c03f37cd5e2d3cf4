"""What happens to every request, from the outside in: name it, measure it, check it, refuse it in one shape."""

from __future__ import annotations

import logging
import re
import secrets
import time
from collections.abc import Callable
from contextvars import ContextVar
from typing import Any

from django.conf import settings
from django.contrib.sessions.middleware import SessionMiddleware
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase

from citybrain.base.errors import CityError, TooLarge
from citybrain.site.http import metrics
from citybrain.site.http.problems import (
    DEFAULT_LIMIT,
    MEGABYTE,
    MediaType,
    Unreadable,
    language_of,
    problem_response,
    unreadable_answer,
)

Answer = Callable[[HttpRequest], HttpResponseBase]
log = logging.getLogger("citybrain.http")
slow = logging.getLogger("citybrain.slow_query")
current_request: ContextVar[str] = ContextVar("current_request", default="-")
REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{8,64}\Z")
UNSAFE = frozenset({"POST", "PUT", "PATCH", "DELETE"})
JSON = re.compile(r"application/(json|[a-z0-9.+-]+\+json)\Z")
UPLOAD_LIMIT = 26 * MEGABYTE
SLOW_SECONDS = 0.2
API_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Permissions-Policy": "geolocation=(self), camera=(self), microphone=()",
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
}


class Shell:
    """The outermost middleware: request id, measurement, limits, problem documents, security headers."""

    def __init__(self, get_response: Answer):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        request.request_id = _request_id(request)  # type: ignore[attr-defined]  # what logs and answers name
        request.language = language_of(request)  # type: ignore[attr-defined]  # what every door may read
        token = current_request.set(request.request_id)  # type: ignore[attr-defined]
        began = time.perf_counter()
        try:
            with connection.execute_wrapper(log_slow_query):
                response = self._answer(request)
        finally:
            current_request.reset(token)
        metrics.count_request(request, response.status_code, time.perf_counter() - began)
        response["X-Request-ID"] = request.request_id  # type: ignore[attr-defined]
        response["Content-Language"] = request.language  # type: ignore[attr-defined]
        response["Vary"] = ", ".join(filter(None, (response.get("Vary"), "Accept-Language")))
        for name, value in API_HEADERS.items():
            response.headers.setdefault(name, value)
        return response

    def _answer(self, request: HttpRequest) -> HttpResponseBase:
        refusal = refuse_early(request)
        if refusal is not None:
            return problem_response(request, refusal)
        response = self.get_response(request)
        error = unreadable_answer(request, response)
        if error is None or ("text/html" in request.headers.get("Accept", "") and not request.path.startswith("/api/")):
            return response
        return problem_response(request, error, allow=response.headers.get("Allow", ""))


class Sessions(SessionMiddleware):
    """Only signing out takes the session's cookie away.

    An answer to what was asked with an ended session may arrive after somebody has signed in again, and would take the
    new cookie with it: a browser knows cookies by name.
    """

    def process_response(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        answer = super().process_response(request, response)
        cookie = answer.cookies.get(settings.SESSION_COOKIE_NAME)
        if cookie is not None and not cookie.value and request.method != "DELETE":
            del answer.cookies[settings.SESSION_COOKIE_NAME]
        return answer


def _request_id(request: HttpRequest) -> str:
    given = request.headers.get("X-Request-ID", "")
    return given if REQUEST_ID.match(given) else secrets.token_hex(8)


def refuse_early(request: HttpRequest) -> CityError | None:
    """What can be refused before anything is read: its size, its media type, characters that no database keeps."""
    if "\0" in request.path or "%00" in request.META.get("QUERY_STRING", ""):
        return Unreadable("input.character")
    length = request.META.get("CONTENT_LENGTH") or "0"
    if not length.isdigit():
        return Unreadable("http.bad_request")
    media_type = request.content_type or ""
    limit = UPLOAD_LIMIT if media_type == "multipart/form-data" else DEFAULT_LIMIT
    if int(length) > limit:
        return TooLarge("http.too_large", limit=limit // MEGABYTE)
    if request.method in UNSAFE and int(length) and request.path.startswith("/api/"):
        return refuse_media_type(media_type)
    return None


def refuse_media_type(media_type: str) -> CityError | None:
    """Only what a browser does not send across sites without asking first, or an upload with its CSRF token."""
    if JSON.match(media_type) or media_type == "multipart/form-data":
        return None
    return MediaType("http.media_type", type=media_type or "?", allowed="application/json")


def log_slow_query(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
    """Statements over 200 ms are logged without their values (they may be personal)."""
    began = time.perf_counter()
    try:
        return execute(sql, params, many, context)
    finally:
        took = time.perf_counter() - began
        if took >= SLOW_SECONDS:
            slow.warning("%d ms in request %s: %s", took * 1000, current_request.get(), sql)
