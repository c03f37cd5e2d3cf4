"""Every kind of principal × every endpoint × own and other region and organisation. See `tests/site/rights`."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import pytest
from django.db import connection, transaction
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.test.utils import CaptureQueriesContext

from citybrain.base.accounts import actions
from citybrain.base.audit.models import Record
from citybrain.base.bus.models import OutboxEvent
from citybrain.site.api import api
from citybrain.site.http.openapi import METHODS, document_of
from tests.cast import Cast, CityClient
from tests.site.rights import Row, Target, all_rows
from tests.site.rights.casework import a_case

ROWS = all_rows()
WRITE = re.compile(r'\s*(INSERT INTO|UPDATE|DELETE FROM)\s+"?(\w+)"?', re.IGNORECASE)
BOOKKEEPING = {"accounts_signinthrottle", "django_session", "accounts_token"}
"""Written by being asked at all: counts of attempts, the session, when a token was used last."""
TOKENS_OF = ("citizen", "dispatcher", "handler_elsewhere", "integrator", "source_system")


@dataclass(frozen=True)
class Principal:
    """Somebody who asks; `name` is the person of the cast whose rights he has (empty: none)."""

    label: str
    name: str
    client: Callable[[], CityClient]
    is_token: bool = False


def principals(cast: Cast) -> list[Principal]:
    """Each person signed in, tokens, and those that must never get in."""
    found = [Principal(name, name, lambda name=name: cast.client(name)) for name in cast.names]
    for name in TOKENS_OF:
        found.append(Principal(f"token:{name}", name, lambda name=name: cast.token_client(name), is_token=True))
    revoked, secret = actions.create_token(actor=cast.viewer("administrator"), name="old", role="administrator")
    actions.revoke_token(revoked, actor=cast.viewer("administrator"))
    bearer = {"Authorization": f"Bearer {secret}"}
    return [
        *found,
        Principal("anonymous", "", cast.anonymous),
        Principal("revoked token", "", lambda: CityClient(headers=bearer), is_token=True),
    ]


def ask(client: CityClient, row: Row, target: Target) -> tuple[HttpResponse | HttpResponseBase, str]:
    path = "/api/v1" + row.path.format_map({name: str(value) for name, value in target.params.items()})
    query = {**row.query, **target.query}
    body = target.body if target.body is not None else row.body
    data = body if isinstance(body, bytes) else json.dumps(body) if body is not None else ""
    answer = client.generic(row.method, path, data, content_type=target.content_type, query_params=query)
    if not answer.streaming:
        return answer, answer.content.decode("utf-8", "replace")
    return answer, b"".join(answer.streaming_content).decode("utf-8", "replace")


def is_refused(row: Row, status: int, text: str) -> bool:
    """Refused outright, or a list in which there is nothing."""
    if status in (401, 403, 404):
        return True
    if row.method != "GET" or status != 200:
        return False
    if row.path.endswith(".csv"):
        return len(text.strip().splitlines()) == 1
    found = json.loads(text or "null")
    rows = found.get("items", found.get("features")) if isinstance(found, dict) else found
    return rows == []


def evidence() -> tuple[int, int]:
    return Record.objects.count(), OutboxEvent.objects.count()


def writes(queries: CaptureQueriesContext) -> list[str]:
    tables = (WRITE.match(query["sql"]) for query in queries.captured_queries)
    return [found[0] for found in tables if found and found[2] not in BOOKKEEPING]


def judge(row: Row, principal: Principal, target: Target, before: tuple[int, int]) -> list[str]:
    """What is wrong with the answer that this principal gets; the attempt itself is undone."""
    wrong: list[str] = []
    client = principal.client()
    allowed = principal.name in row.may and (row.tokens or not principal.is_token)
    allowed |= principal.label in row.besides
    sees = allowed and principal.name in (row.may if row.sees is None else row.sees)
    with transaction.atomic(), CaptureQueriesContext(connection) as queries:
        answer, text = ask(client, row, target)
        status = answer.status_code
        if status >= 500 and status not in row.ok:
            wrong.append(f"{status} {text[:200]}")
        elif allowed and not row.lets_in(status):
            wrong.append(f"should get in, but gets {status} {text[:200]}")
        elif not allowed and not is_refused(row, status, text):
            wrong.append(f"gets in with {status} {text[:200]}")
        if not allowed and (writes(queries) or evidence() != before):
            wrong.append(f"was refused with {status}, and yet: {writes(queries) or 'audit or bus grew'}")
        if target.marker and row.method == "GET" and (target.marker in text) is not sees:
            wrong.append("does not see what he may see" if sees else "sees what is not his")
        transaction.set_rollback(True)
    return [f"{principal.label}: {one}" for one in wrong]


def judge_all(row: Row, target: Target, asking: list[Principal]) -> list[str]:
    before = evidence()
    return [one for principal in asking for one in judge(row, principal, target, before)]


@pytest.mark.parametrize("row", ROWS, ids=str)
@pytest.mark.django_db
def test_only_those_get_in_who_may_and_a_refusal_changes_nothing(
    row: Row, cast: Cast, clock: Any, settings: Any
) -> None:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher",
                                 "django.contrib.auth.hashers.PBKDF2PasswordHasher"]  # fmt: skip
    target = row.make(cast)

    wrong = judge_all(row, target, principals(cast))

    assert not wrong, "\n".join(wrong)


def test_every_endpoint_has_its_row():
    """A new endpoint is not reachable by a side door: it must say here who may call it."""
    document = document_of(api)
    there = {
        f"{method.upper()} {path.removeprefix('/api/v1')}"
        for path, methods in document["paths"].items()
        for method in METHODS
        if method in methods
    }
    rows = [str(row) for row in ROWS]
    assert sorted(there - set(rows)) == [], "endpoints without a row in tests/site/rights"
    assert sorted(set(rows) - there) == [], "rows without an endpoint"
    assert len(rows) == len(set(rows))


def test_the_machine_sees_an_open_door(cast):
    """The judge itself is judged: a row that is too strict or too lax must be found out."""
    everyone = principals(cast)
    too_strict = Row("GET", "/roles", frozenset({"leader"}))
    too_lax = Row("GET", "/users", frozenset(cast.names))

    assert any("gets in" in one for one in judge_all(too_strict, Target(), everyone))
    assert any("should get in" in one for one in judge_all(too_lax, Target(), everyone))


@pytest.mark.django_db(transaction=True)
def test_fifty_at_once_each_see_only_their_own(cast, clock):
    """What one request may see never leaks into another that is answered at the same moment."""
    number = a_case(cast).params["number"]
    people = ["county_dispatcher", "dispatcher_elsewhere", "handler", "handler_elsewhere", "leader", "citizen"]
    sees = {"county_dispatcher", "handler", "leader"}
    secrets = {name: cast.secret(name) for name in people}
    wrong: list[str] = []

    def look(name: str) -> None:
        client = CityClient(headers={"Authorization": f"Bearer {secrets[name]}"})
        try:
            for _ in range(3):
                found = number in client.get("/api/v1/cases").content.decode()
                one = client.get(f"/api/v1/cases/{number}").status_code
                if found is not (name in sees) or one != (200 if name in sees else 404):
                    wrong.append(f"{name}: list {found}, one {one}")
        finally:
            connection.close()

    with ThreadPoolExecutor(50) as pool:
        list(pool.map(look, people * 9))

    assert wrong == []
