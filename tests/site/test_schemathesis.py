"""Made-up requests of every shape the document allows, and of many it forbids, on real objects: never a 5xx."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections, transaction
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from citybrain.site.api import api
from citybrain.site.http.openapi import METHODS, document_of
from tests.cast import Cast
from tests.site.rights import all_rows

DOCUMENT = document_of(api)
OPERATIONS = [
    (method.upper(), path)
    for path, methods in sorted(DOCUMENT["paths"].items())
    for method in METHODS
    if method in methods
]
ROWS = {(row.method, f"/api/v1{row.path}"): row for row in all_rows()}
EXAMPLES = 10
CHECKS = [status_code_conformance, content_type_conformance, response_schema_conformance]
HURRY = settings(
    max_examples=EXAMPLES,
    deadline=None,
    database=None,
    derandomize=True,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)


@cache
def described() -> Any:
    """The document as it is read for all tests, with the application that answers."""
    schema = schemathesis.openapi.from_dict(DOCUMENT)
    schema.app = get_wsgi_application()
    return schema


@contextmanager
def one_connection() -> Iterator[None]:
    """A server gives its connection back after each request; here it is the test's own, and stays."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    try:
        yield
    finally:
        for signal in (request_started, request_finished):
            signal.connect(close_old_connections)


@pytest.mark.parametrize(("method", "path"), OPERATIONS, ids=lambda part: part)
@pytest.mark.django_db
def test_no_request_breaks_it(method: str, path: str, cast: Cast, clock: Any, settings: Any) -> None:
    """Half of the requests are about an object that is there; all are made by somebody who may do everything."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher",
                                 "django.contrib.auth.hashers.PBKDF2PasswordHasher"]  # fmt: skip
    row = ROWS.get((method, path))
    there = dict(row.make(cast).params) if row else {}
    operation = described()[path][method]
    cases = st.one_of(
        operation.as_strategy(generation_mode=GenerationMode.POSITIVE),
        operation.as_strategy(generation_mode=GenerationMode.NEGATIVE),
    )
    headers = {"Authorization": f"Bearer {cast.secret('administrator')}", "Accept-Language": "en"}

    @HURRY
    @given(case=cases, on_what_is_there=st.booleans())
    def ask(case: Any, on_what_is_there: bool) -> None:
        if on_what_is_there:
            case.path_parameters = {name: str(there.get(name, value)) for name, value in case.path_parameters.items()}
        case.headers = {**(case.headers or {}), **headers}
        with transaction.atomic():
            response = case.call()
            transaction.set_rollback(True)
        assert response.status_code < 500, f"{case.as_curl_command()}\n{response.text}"
        case.validate_response(response, checks=CHECKS)

    with one_connection():
        ask()
