"""Tokens: keys for machines, of which only the hash is kept."""

from __future__ import annotations

import io
from contextlib import redirect_stdout
from datetime import timedelta

import pytest

from citybrain.base import clock as city_clock
from citybrain.base import conditions
from citybrain.base.accounts import actions
from citybrain.base.accounts.models import Token
from citybrain.base.accounts.queries import hash_of, tokens_with, viewer_of_token
from citybrain.base.audit.models import Record
from citybrain.base.bus.models import OutboxEvent
from citybrain.base.errors import Forbidden
from tests.cast import CityClient

TOKENS = "/api/v1/tokens"
BODY = {"name": "air stations", "role": "source_system", "mode": "live"}


def use(secret: str) -> int:
    return CityClient(headers={"Authorization": f"Bearer {secret}"}).get("/api/v1/roles").status_code


def test_a_token_is_made_used_and_revoked(cast):
    client = cast.client("administrator")

    made = client.post(TOKENS, BODY)
    assert made.status_code == 201
    secret, shown = made.json()["secret"], made.json()["token"]

    assert use(secret) == 200
    assert shown["prefix"] == secret[:11]
    assert shown["mode"] == "live"
    assert client.delete(f"{TOKENS}/{shown['id']}").status_code == 200
    assert use(secret) == 401
    assert client.delete(f"{TOKENS}/{shown['id']}").status_code == 409
    assert OutboxEvent.objects.filter(type__in=["token.created", "token.revoked"]).count() == 2
    assert Record.objects.filter(action__in=["token.created", "token.revoked"]).count() == 2


def test_the_secret_is_kept_nowhere(cast):
    secret = cast.client("administrator").post(TOKENS, BODY).json()["secret"]

    token = Token.objects.get(hash=hash_of(secret))
    assert secret not in str(token.__dict__)
    assert not OutboxEvent.objects.filter(data__contains=secret[12:]).exists()
    assert secret not in str(list(Record.objects.values()))
    assert secret not in cast.client("administrator").get(TOKENS).content.decode()


@pytest.mark.parametrize("wrong", ["Bearer", "Bearer ", "Basic YTpi", "Bearer cb_nonsense", "nonsense"])
def test_what_is_not_a_token_is_refused_even_on_open_doors(cast, wrong):
    client = CityClient(headers={"Authorization": wrong})
    assert client.get("/api/v1/roles").status_code == 401
    assert client.get("/api/v1/session").status_code == 401


def test_an_expired_token_is_worth_nothing(cast):
    soon = city_clock.wall_now() + timedelta(hours=1)
    token, secret = actions.create_token(actor=cast.viewer("administrator"), name="x", role="citizen", expires_at=soon)
    assert use(secret) == 200
    Token.objects.filter(pk=token.pk).update(expires_at=city_clock.wall_now())
    assert use(secret) == 401


def test_an_expiry_in_the_past_is_refused(cast):
    answer = cast.client("administrator").post(TOKENS, {**BODY, "expires_at": "2020-01-01T00:00:00Z"})
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == "expires_at"


def test_a_token_gives_no_more_than_its_owner_holds_now(cast):
    """When the owner loses the duty, the keys he handed out lose it with him."""
    secret = cast.client("integrator").post(TOKENS, {"name": "gateway", "role": "integrator"}).json()["secret"]
    assert use(secret) == 200

    actions.revoke_duty(cast.user("integrator").duties.get(), actor=cast.viewer("administrator"))

    assert use(secret) == 401
    assert hash_of(secret) not in {one.hash for one in tokens_with("observation.write")}


def test_nobody_makes_a_token_stronger_than_himself(cast):
    refused = cast.client("integrator").post(TOKENS, {"name": "x", "role": "administrator"})
    deeper = cast.client("integrator").post(TOKENS, {"name": "x", "role": "integrator", "level": 4})
    without = cast.client("dispatcher").post(TOKENS, {"name": "x", "role": "dispatcher"})

    assert {refused.status_code, deeper.status_code, without.status_code} == {403}


def test_a_token_for_somebody_else_is_bound_by_what_he_holds(cast):
    client = cast.client("administrator")
    assert client.post(TOKENS, {**BODY, "owner": "handler"}).status_code == 403
    assert client.post(TOKENS, {**BODY, "owner": "integrator", "level": 1}).status_code == 201
    assert (
        cast.client("integrator").post(TOKENS, {"name": "x", "role": "integrator", "owner": "leader"}).status_code
        == 404
    )


def test_a_token_makes_no_tokens_and_has_no_password(cast):
    client = cast.token_client("administrator")
    assert client.post(TOKENS, BODY).json()["code"] == "account.token_by_token"
    body = {"old": "x", "new": "another horse, another battery"}
    assert client.post("/api/v1/session/password", body).json()["code"] == "account.person_only"


def test_one_sees_and_revokes_ones_own_tokens_and_no_others(cast):
    client = cast.client("integrator")
    own = client.post(TOKENS, {"name": "gateway", "role": "integrator"}).json()["token"]["id"]

    seen = {token["owner"] for token in client.get(TOKENS).json()["items"]}

    assert seen == {"integrator"}
    assert client.delete(f"{TOKENS}/{cast.token('leader').pk}").status_code == 404
    assert client.delete(f"{TOKENS}/{own}").status_code == 200
    assert cast.client("handler").get(TOKENS).status_code == 403


def test_last_use_is_written_to_the_hour_at_most(cast, django_assert_max_num_queries):
    viewer_of_token(cast.secret("integrator"))
    first = cast.token("integrator").last_used_at
    assert first is not None

    with django_assert_max_num_queries(3):
        viewer_of_token(cast.secret("integrator"))
    assert cast.token("integrator").last_used_at == first


def test_what_sense_may_know_of_tokens(cast):
    administrator = cast.viewer("administrator")
    actions.create_token(
        actor=administrator, name="north", role="source_system", mode="history", region_path=cast.county.path
    )

    found = {one.hash: one for one in tokens_with("observation.write")}

    assert set(found) >= {hash_of(cast.secret(name)) for name in ("integrator", "source_system", "administrator")}
    assert hash_of(cast.secret("dispatcher")) not in found
    north = found[Token.objects.get(name="north").hash]
    assert north.mode == "history"
    inside = {"region_path": cast.street.path, "organisation_path": ""}
    assert conditions.test(north.condition, inside)
    assert not conditions.test(north.condition, {**inside, "region_path": cast.other_street.path})


def test_finding_the_tokens_costs_the_same_for_many(cast, django_assert_max_num_queries):
    administrator = cast.viewer("administrator")
    for number in range(20):
        actions.create_token(actor=administrator, name=f"gateway {number}", role="source_system")
    with django_assert_max_num_queries(2):
        assert len(tokens_with("observation.write")) >= 20


def run(*arguments: str) -> tuple[int, str]:
    from citybrain.site.cli import main

    out = io.StringIO()
    with redirect_stdout(out):
        code = main(arguments)
    return code, out.getvalue()


def test_the_command_line_makes_lists_and_revokes_tokens(cast):
    code, out = run("token", "create", "--role", "source_system", "--mode", "history", "--region", "420606",
                    "--organisation", "urban", "--name", "replay")  # fmt: skip
    secret = out.strip()
    assert code == 0
    assert use(secret) == 200
    token = Token.objects.get(hash=hash_of(secret))
    assert (token.region_path, token.organisation_path, token.owner) == (cast.county.path, cast.organisation.path, None)

    code, listed = run("token", "list")
    assert "replay" in listed
    assert secret not in listed
    assert run("token", "revoke", str(token.pk)) == (0, f"token {token.pk} is revoked\n")
    assert use(secret) == 401
    assert run("token", "revoke", str(token.pk))[0] == 2
    assert run("token", "create", "--role", "source_system", "--region", "nowhere")[0] == 2


def test_the_command_line_opens_an_account(cast):
    code, out = run("user", "create", "li.ming", "--display-name", "李明", "--role", "leader", "--region", "420606")
    password = out.split("password: ")[1].strip()

    assert code == 0
    answer = cast.anonymous().post("/api/v1/session", {"username": "li.ming", "password": password})
    assert answer.json()["grants"][0]["region_path"] == cast.county.path
    assert run("user", "grant", "li.ming", "--role", "auditor")[0] == 0
    code, out = run("user", "password", "li.ming")
    assert password not in out
    assert run("user", "password", "nobody-of-that-name")[0] == 2


def test_only_the_platform_itself_makes_tokens_without_an_owner(cast):
    token, _ = actions.create_token(actor=cast.viewer("administrator"), name="x", role="citizen")
    assert token.owner == cast.user("administrator")
    with pytest.raises(Forbidden):
        actions.create_token(actor=cast.viewer("handler"), name="x", role="citizen")
