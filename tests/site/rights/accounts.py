"""Signing in, accounts, duties, tokens."""

from __future__ import annotations

from citybrain.base.accounts import actions
from tests.cast import PASSWORD, Cast
from tests.site.rights import ADMINISTRATORS, EVERYBODY, Row, Target

READING = ADMINISTRATORS | {"auditor"}
NEW_PASSWORD = "another horse, another battery"


def a_user(cast: Cast) -> Target:
    user = cast.user("nobody")
    return Target({"user_id": user.pk}, marker='"nobody"')


def a_reach(cast: Cast) -> Target:
    return Target(a_user(cast).params, marker='"case"')


def a_locked_user(cast: Cast) -> Target:
    user = actions.deactivate_user(cast.user("nobody"), actor=cast.viewer("administrator"))
    return Target({"user_id": user.pk})


def a_duty(cast: Cast) -> Target:
    duty = actions.grant_duty(cast.user("nobody"), actor=cast.viewer("administrator"), role="citizen")
    return Target({"duty_id": duty.pk})


def a_duty_somewhere(cast: Cast) -> Target:
    a_duty(cast)
    return Target(marker='"nobody"')


def a_token(cast: Cast) -> Target:
    token, _ = actions.create_token(actor=cast.viewer("administrator"), name="marked token", role="citizen")
    return Target({"token_id": token.pk}, marker="marked token")


# fmt: off
ROWS = [
    Row("GET", "/platform", EVERYBODY, besides=frozenset({"anonymous", "revoked token"})),
    Row("GET", "/session", EVERYBODY, besides=frozenset({"anonymous"})),
    Row("POST", "/session", EVERYBODY, body={"username": "leader", "password": PASSWORD},
        besides=frozenset({"anonymous", "revoked token"})),
    Row("DELETE", "/session", EVERYBODY),
    Row("POST", "/session/password", EVERYBODY, body={"old": PASSWORD, "new": NEW_PASSWORD}, tokens=False),
    Row("GET", "/roles", EVERYBODY),
    Row("GET", "/users", READING, a_user),
    Row("POST", "/users", ADMINISTRATORS, body={"username": "new", "password": NEW_PASSWORD}),
    Row("GET", "/users/{user_id}", READING, a_user),
    Row("GET", "/users/count", READING),
    Row("PATCH", "/users/{user_id}", ADMINISTRATORS, a_user, body={"display_name": "王芳"}),
    Row("GET", "/users/{user_id}/reach", READING, a_reach, query={"role": "dispatcher"}),
    Row("GET", "/duties", READING, a_duty_somewhere),
    Row("POST", "/users/{user_id}/activate", ADMINISTRATORS, a_locked_user),
    Row("POST", "/users/{user_id}/deactivate", ADMINISTRATORS, a_user),
    Row("POST", "/users/{user_id}/password", ADMINISTRATORS, a_user, body={"password": NEW_PASSWORD}),
    Row("POST", "/users/{user_id}/duties", ADMINISTRATORS, a_user, body={"role": "citizen"}),
    Row("DELETE", "/duties/{duty_id}", ADMINISTRATORS, a_duty),
    Row("GET", "/tokens", READING | {"integrator"}, a_token, sees=READING),
    Row("POST", "/tokens", ADMINISTRATORS | {"integrator"}, body={"name": "x", "role": "integrator"}, tokens=False),
    Row("DELETE", "/tokens/{token_id}", ADMINISTRATORS, a_token),
]
# fmt: on
