"""Everything that is refused reads the same: a problem document (RFC 9457) in the reader's language."""

from __future__ import annotations

import errno
import json
import logging
import math
import traceback
from collections.abc import Mapping
from typing import Any

import pydantic
from django.core.exceptions import PermissionDenied, RequestDataTooBig, SuspiciousOperation
from django.db.utils import OperationalError
from django.http import Http404, HttpRequest, HttpResponse
from django.http.multipartparser import MultiPartParserError
from django.http.response import HttpResponseBase
from ninja.errors import HttpError, ValidationError

from citybrain.base.errors import (
    BadInput,
    CityError,
    FieldError,
    Forbidden,
    NotFound,
    TooLarge,
    Unavailable,
    catalogue,
)

log = logging.getLogger("citybrain.http")
CONTENT_TYPE = "application/problem+json"
MEGABYTE = 1024 * 1024
DEFAULT_LIMIT = 16 * MEGABYTE


class Unreadable(BadInput):
    """The request itself cannot be read (broken JSON, broken address)."""

    status = 400


class MethodNotAllowed(CityError):
    status = 405


class MediaType(CityError):
    status = 415


class Internal(CityError):
    status = 500


def language_of(request: HttpRequest) -> str:
    """`zh` or `en`, whichever the Accept-Language header likes better; Chinese without one."""
    best, weight = "zh", 0.0
    for part in request.headers.get("Accept-Language", "").split(","):
        tag, _, quality = part.strip().partition(";q=")
        language = {"zh": "zh", "en": "en"}.get(tag[:2].lower())
        try:
            liked = float(quality or 1)
        except ValueError:
            continue
        if language and liked > weight:
            best, weight = language, liked
    return best


def problem_response(request: HttpRequest, error: CityError, *, allow: str = "") -> HttpResponse:
    """The answer for a refusal, with the headers that belong to its status."""
    document = error.problem(language_of(request))
    if "reference" in error.data:
        document["reference"] = error.data["reference"]
    body = json.dumps(document, ensure_ascii=False)
    response = HttpResponse(body, status=error.status, content_type=CONTENT_TYPE)
    if error.retry_after is not None:
        response["Retry-After"] = str(max(1, math.ceil(error.retry_after)))
    if error.status == 401:
        response["WWW-Authenticate"] = "Bearer"
    if allow:
        response["Allow"] = in_order(allow)
    return response


def in_order(methods: str) -> str:
    return ", ".join(sorted(methods.split(", ")))


def city_error(error: BaseException, request: HttpRequest) -> CityError:
    """Any exception as one of ours: translated once, here, at the border."""
    match error:
        case CityError():
            return error
        case ValidationError(errors=errors):
            return BadInput("input.invalid", fields=tuple(field_error(one) for one in errors))
        case HttpError(status_code=400):
            return Unreadable("input.unreadable", why=str(error.__cause__ or error))
        case HttpError(status_code=403) | PermissionDenied():
            return Forbidden("http.forbidden")
        case Http404():
            return NotFound("input.not_found")
        case RequestDataTooBig():
            return TooLarge("http.too_large", limit=DEFAULT_LIMIT // MEGABYTE)
        case SuspiciousOperation() | HttpError() | MultiPartParserError():
            return Unreadable("http.bad_request")
        case OperationalError() if "locked" in str(error):
            return Unavailable("http.database_busy", retry_after=1)
        case OperationalError() | OSError() if is_full(error):
            log.error("request %s: the disk is full", getattr(request, "request_id", "-"))
            return Unavailable("http.disk_full", retry_after=60)
    reference = getattr(request, "request_id", "-")
    log_unforeseen(error, reference)
    return Internal("internal", reference=reference)


def is_full(error: BaseException) -> bool:
    """SQLite's and PostgreSQL's words for a full disk, and the system's own."""
    return "is full" in str(error) or "No space left" in str(error) or getattr(error, "errno", 0) == errno.ENOSPC


def log_unforeseen(error: BaseException, reference: str) -> None:
    """The kind of error and where it arose; its words may hold personal data, and are only logged at level DEBUG."""
    where = "".join(traceback.format_tb(error.__traceback__))
    log.error("request %s failed with %s%s\n%s", reference, type(error).__name__, _fields(error), where)
    log.debug("request %s: %s", reference, error)


def unreadable_answer(request: HttpRequest, response: HttpResponseBase) -> CityError | None:
    """The refusal that stands for an error answer which is not a problem document yet (made by Django itself)."""
    if response.status_code < 400 or response.headers.get("Content-Type", "").startswith(CONTENT_TYPE):
        return None
    match response.status_code:
        case 404:
            return NotFound("http.not_found", path=request.path)
        case 405:
            allowed = in_order(response.headers.get("Allow", ""))
            return MethodNotAllowed("http.method", method=request.method, allowed=allowed)
        case 403:
            return Forbidden("http.forbidden")
        case 413:
            return TooLarge("http.too_large", limit=DEFAULT_LIMIT // MEGABYTE)
        case code if code < 500:
            return Unreadable("http.bad_request")
        case 503:
            return Unavailable("http.unavailable", retry_after=5)
    return Internal("internal", reference=getattr(request, "request_id", "-"))


def _fields(error: BaseException) -> str:
    """Which fields of an answer did not fit its schema, without what they held."""
    if not isinstance(error, pydantic.ValidationError):
        return ""
    places = error.errors(include_url=False, include_context=False, include_input=False)
    return ": " + ", ".join(f"{'.'.join(map(str, one['loc']))} {one['type']}" for one in places[:10])


def field_error(error: Mapping[str, Any]) -> FieldError:
    """One pydantic error: where it stands (`items[3].at`), why in our words, and what would be right."""
    context = dict(error.get("ctx") or {})
    own = error["type"] in catalogue()  # a check of ours, raised with its code (PydanticCustomError)
    code = error["type"] if own else REASONS.get(error["type"], "input.schema")
    bound = next((context[name] for name in ("ge", "gt", "le", "lt") if name in context), None)
    data = {**context, "bound": bound, "why": _bare(error["msg"])}
    return FieldError(field_path(error["loc"]), code, data)


def _bare(message: str) -> str:
    return message.removeprefix("Value error, ").removeprefix("Assertion failed, ")


def field_path(location: tuple[str | int, ...]) -> str:
    """`("body", "readings", 3, "at")` -> `readings[3].at`; where it came from (body, query, path) is left out."""
    parts = location[2:] if location[:2] == ("body", "body") else location[1:]
    if location[0] == "query":  # parameters stand side by side, however the schemas that hold them are nested
        last = max((at for at, part in enumerate(parts) if isinstance(part, str)), default=0)
        parts = parts[last : last + 1]
    path = ""
    for part in parts:
        path += f"[{part}]" if isinstance(part, int) else f".{part}" if path else str(part)
    return path or str(location[0])


REASONS = {
    "missing": "input.required",
    "extra_forbidden": "input.unknown_field",
    **dict.fromkeys(("int_type", "int_parsing", "int_from_float", "int_parsing_size"), "input.integer"),
    **dict.fromkeys(("float_type", "float_parsing", "decimal_type", "decimal_parsing"), "input.number"),
    "finite_number": "input.finite",
    "string_type": "input.text",
    "string_unicode": "input.character",
    **dict.fromkeys(("bool_type", "bool_parsing"), "input.boolean"),
    **dict.fromkeys(("list_type", "tuple_type", "set_type"), "input.list"),
    **dict.fromkeys(("dict_type", "model_type", "model_attributes_type", "dataclass_type"), "input.object"),
    **dict.fromkeys(
        (
            "datetime_type",
            "datetime_parsing",
            "datetime_from_date_parsing",
            "datetime_object_invalid",
            "timezone_aware",
        ),
        "input.time",
    ),
    **dict.fromkeys(("date_type", "date_parsing", "date_from_datetime_parsing"), "input.date"),
    **dict.fromkeys(("string_too_long", "too_long"), "input.too_long"),
    **dict.fromkeys(("string_too_short", "too_short"), "input.too_short"),
    **dict.fromkeys(("greater_than", "greater_than_equal"), "input.too_small"),
    **dict.fromkeys(("less_than", "less_than_equal"), "input.too_great"),
    **dict.fromkeys(("literal_error", "enum"), "input.choice"),
    "string_pattern_mismatch": "input.pattern",
}
