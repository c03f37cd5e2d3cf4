"""The HTTP API: every app's router under /api/v1, one way to sign in, one shape for everything refused."""

from __future__ import annotations

import importlib
import importlib.util
from collections.abc import Callable
from functools import wraps
from typing import Any

import msgspec
from django.http import Http404, HttpRequest, HttpResponse
from ninja import NinjaAPI, Router
from ninja.errors import HttpError, ValidationError
from ninja.operation import Operation
from ninja.parser import Parser
from ninja.renderers import BaseRenderer

from citybrain.base.accounts.http import session_or_token
from citybrain.base.accounts.words import unknown_parameters
from citybrain.base.errors import BadInput
from citybrain.site.http.problems import city_error, problem_response

ROUTERS = (
    "citybrain.base.accounts.api",
    "citybrain.base.places.api",
    "citybrain.base.parties.api",
    "citybrain.base.files.api",
    "citybrain.base.notices.api",
    "citybrain.base.jobs.api",
    "citybrain.base.bus.api",
    "citybrain.base.audit.api",
    "citybrain.base.packs.api",
    "citybrain.hubs.sensing.health.api",  # before things: /things/health is no code of a thing
    "citybrain.hubs.sensing.things.api",
    "citybrain.hubs.sensing.alarms.api",
    "citybrain.hubs.sensing.telemetry.api",
    "citybrain.hubs.intelligence.capabilities.api",
    "citybrain.hubs.business.cases.api",
    "citybrain.hubs.business.signals.api",
    "citybrain.applications.operations.map.api",
    "citybrain.applications.operations.trace.api",
    "citybrain.applications.operations.desk.api",
    "citybrain.applications.operations.indicators.api",
    "citybrain.applications.operations.cockpit.api",
    "citybrain.applications.operations.reports.api",
    "citybrain.lab.demo.api",
    "citybrain.lab.rehearsal.api",
    "citybrain.applications.governance.appeals.api",
    "citybrain.guarantees.watching.api",
    "citybrain.site.live.api",
    "citybrain.site.pages.api",
)
"""Each module has `router`, whose paths are whole below /api/v1 (`@router.get("/cases/{number}")`)."""

DESCRIPTION = """The API of CityBrain. Times are ISO 8601 with a zone; places are WGS-84 unless they say otherwise.
Lists answer `{"items": […], "next": cursor or null}`: pass `next` back as `after`. Query parameters and fields that
there are not are refused, and so are words that mean nothing. What is refused is a problem document (RFC 9457) that
says what to do, in Chinese or, with `Accept-Language: en`, in English."""


class StrictJson(Parser):
    """JSON as its standard says: no NaN, no half characters, no bytes that are not UTF-8."""

    def parse_body(self, request: HttpRequest) -> Any:
        body = msgspec.json.decode(request.body)
        refuse_nul(body)
        return body


def refuse_nul(value: Any) -> None:
    """PostgreSQL keeps no NUL in text; refused for every database alike."""
    if isinstance(value, str):
        if "\0" in value:
            raise ValueError("a text holds the character NUL")
    elif isinstance(value, list):
        for one in value:
            refuse_nul(one)
    elif isinstance(value, dict):
        for key, one in value.items():
            refuse_nul(key)
            refuse_nul(one)


class PlainJson(BaseRenderer):
    """JSON in UTF-8, times with all their digits; quicker than the standard library's."""

    media_type = "application/json"

    def render(self, request: HttpRequest, data: Any, *, response_status: int) -> bytes:
        return msgspec.json.encode(data, enc_hook=str)


class CityAPI(NinjaAPI):
    """Operations are named `<app>_<function>`, so that generated clients read well."""

    def get_openapi_operation_id(self, operation: Operation) -> str:
        module = operation.view_func.__module__
        return f"{module.split('.')[-2]}_{operation.view_func.__name__}"


def refusing_unknown_parameters(run: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """An operation that refuses query parameters it does not have, before it looks at anything else: a misspelt filter
    must not answer with everything.
    """
    operation: Operation = run.__self__  # type: ignore[attr-defined]  # ninja decorates the bound method
    known = parameters_of(operation)

    @wraps(run)
    def checked(request: HttpRequest, **path: Any) -> HttpResponse:
        wrong = unknown_parameters(request.GET, known)
        return answer_exception(request, BadInput("input.invalid", fields=wrong)) if wrong else run(request, **path)

    return checked


def parameters_of(operation: Operation) -> frozenset[str]:
    """The names of the query parameters that an operation has."""
    queries = (model for model in operation.models if model.__ninja_param_source__ == "query")
    return frozenset(name for model in queries for name in model.__ninja_flatten_map__)


def answer_exception(request: HttpRequest, error: Exception | type[Exception]) -> HttpResponse:
    """Every exception of a view becomes a problem document; the unforeseen ones are logged with their reference."""
    return problem_response(request, city_error(error, request))  # type: ignore[arg-type]  # ninja passes instances


def mount(api: NinjaAPI, names: tuple[str, ...] = ROUTERS) -> None:
    for name in names:
        spec = importlib.util.find_spec(name)
        if spec is None or spec.origin is None:  # an app without a door to HTTP
            continue
        router = importlib.import_module(name).router
        if not isinstance(router, Router):
            raise TypeError(f"{name}.router is not a ninja Router")
        api.add_router("", router)


api = CityAPI(
    title="CityBrain",
    version="1",
    description=DESCRIPTION,
    urls_namespace="api",
    auth=session_or_token,
    parser=StrictJson(),
    renderer=PlainJson(),
    openapi_url=None,
    docs_url=None,
)
for handled in (Exception, Http404, HttpError, ValidationError):
    api.add_exception_handler(handled, answer_exception)
api.add_decorator(refusing_unknown_parameters, mode="view")
mount(api)
