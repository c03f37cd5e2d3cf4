"""Signing in and out, and what ends a session."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client

from citybrain.base.accounts import actions
from citybrain.base.accounts.devices import COOKIE
from citybrain.base.accounts.models import SignInThrottle, User
from citybrain.base.accounts.sessions import forget_old
from citybrain.base.accounts.throttling import ATTEMPTS_FROM_ADDRESS, ATTEMPTS_OF_ONE, ATTEMPTS_ON_NAME, WINDOW
from citybrain.base.audit.models import Record
from tests.cast import PASSWORD, CityClient

SESSION = "/api/v1/session"


@pytest.fixture(autouse=True)
def quick_hash(settings):
    """The real hasher takes half a second on purpose."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher",
                                 "django.contrib.auth.hashers.PBKDF2PasswordHasher"]  # fmt: skip


def sign_in(client: CityClient, username: str, password: str = PASSWORD):
    return client.post(SESSION, {"username": username, "password": password})


def test_a_person_signs_in_sees_who_he_is_and_signs_out(cast):
    client = cast.anonymous()
    assert client.get(SESSION).json() == {"signed_in": False, "me": None}

    answer = sign_in(client, "Dispatcher ")

    assert answer.status_code == 200
    assert answer.json()["label"] == "dispatcher@cast"
    me = client.get(SESSION).json()["me"]
    assert me["kind"] == "user"
    assert "case.dispatch" in me["grants"][0]["permissions"]
    assert client.delete(SESSION).status_code == 204
    assert client.get(SESSION).json()["signed_in"] is False
    assert client.get("/api/v1/roles").status_code == 401


def test_whatever_is_wrong_the_answer_is_the_same(cast):
    """Nobody learns from the answer which names exist, or which are locked."""
    actions.deactivate_user(cast.user("leader"), actor=cast.viewer("administrator"))

    answers = [
        sign_in(cast.anonymous(), "dispatcher", "wrong password"),
        sign_in(cast.anonymous(), "nobody-of-that-name", "wrong password"),
        sign_in(cast.anonymous(), "leader"),
    ]

    assert {answer.status_code for answer in answers} == {401}
    assert len({answer.content for answer in answers}) == 1


def test_guessing_is_stopped_and_the_right_password_with_it(cast):
    for _ in range(ATTEMPTS_OF_ONE):
        assert sign_in(cast.anonymous(), "dispatcher", "wrong password").status_code == 401

    stopped = sign_in(cast.anonymous(), "dispatcher")

    assert stopped.status_code == 429
    assert 0 < int(stopped["Retry-After"]) <= WINDOW.total_seconds()
    assert stopped.json()["code"] == "account.too_many"


def test_after_a_while_one_may_try_again(cast):
    for _ in range(ATTEMPTS_OF_ONE + 1):
        sign_in(cast.anonymous(), "dispatcher", "wrong password")
    for row in SignInThrottle.objects.all():
        row.window_started_at -= WINDOW
        row.save()

    assert sign_in(cast.anonymous(), "dispatcher").status_code == 200


def test_another_address_is_not_stopped_and_a_success_begins_anew(cast):
    for _ in range(ATTEMPTS_OF_ONE):
        sign_in(cast.anonymous(), "dispatcher", "wrong password")

    elsewhere = CityClient(REMOTE_ADDR="10.1.2.3")
    assert sign_in(elsewhere, "dispatcher").status_code == 200

    for _ in range(ATTEMPTS_OF_ONE - 1):
        sign_in(elsewhere, "commander", "wrong password")
    assert sign_in(elsewhere, "commander").status_code == 200
    assert sign_in(elsewhere, "commander", "wrong password").status_code == 401


def test_behind_a_proxy_on_this_machine_the_person_counts_not_the_proxy(cast):
    def through_proxy(address: str) -> CityClient:
        return CityClient(REMOTE_ADDR="127.0.0.1", headers={"X-Forwarded-For": f"6.6.6.6, {address}"})

    for _ in range(ATTEMPTS_OF_ONE):
        sign_in(through_proxy("10.0.0.1"), "dispatcher", "wrong password")

    assert sign_in(through_proxy("10.0.0.1"), "dispatcher").status_code == 429
    assert sign_in(through_proxy("10.0.0.2"), "dispatcher").status_code == 200


def test_a_subscriber_of_ipv6_gains_nothing_by_changing_his_address(cast):
    for number in range(ATTEMPTS_OF_ONE):
        sign_in(CityClient(REMOTE_ADDR=f"2001:db8:1:2::{number + 1}"), "dispatcher", "wrong password")

    assert sign_in(CityClient(REMOTE_ADDR="2001:db8:1:2:ffff::9"), "dispatcher").status_code == 429
    assert sign_in(CityClient(REMOTE_ADDR="2001:db8:1:3::9"), "dispatcher").status_code == 200


class TestTheOwnerIsNotLockedOut:
    """A stranger who knows a name can spend his own attempts, and nobody else's."""

    def flood(self, username: str, *, addresses: int, each: int = ATTEMPTS_OF_ONE) -> None:
        for number in range(addresses):
            stranger = CityClient(REMOTE_ADDR=f"10.9.{number // 250}.{number % 250 + 1}")
            for _ in range(each):
                sign_in(stranger, username, "wrong password")

    def test_at_the_same_address(self, cast):
        """The whole office stands behind one address, and so does the stranger."""
        owner = cast.anonymous()
        sign_in(owner, "dispatcher")
        owner.delete(SESSION)
        for _ in range(ATTEMPTS_OF_ONE + 1):
            sign_in(cast.anonymous(), "dispatcher", "wrong password")
        assert sign_in(cast.anonymous(), "dispatcher").status_code == 429, "a strange browser there waits"

        assert sign_in(owner, "dispatcher").status_code == 200

    def test_when_the_address_has_guessed_too_often_altogether(self, cast):
        owner = cast.anonymous()
        sign_in(owner, "dispatcher")
        for number in range(ATTEMPTS_FROM_ADDRESS):
            sign_in(cast.anonymous(), f"somebody-{number // 5}", "wrong password")
        assert sign_in(cast.anonymous(), "commander").status_code == 429

        assert sign_in(owner, "dispatcher").status_code == 200

    def test_when_many_addresses_guess_together(self, cast):
        """They get a hundred guesses in a quarter of an hour, however many they are."""
        owner = cast.anonymous()
        sign_in(owner, "dispatcher")
        self.flood("dispatcher", addresses=ATTEMPTS_ON_NAME // ATTEMPTS_OF_ONE)
        assert sign_in(CityClient(REMOTE_ADDR="10.1.1.1"), "dispatcher").status_code == 429

        assert sign_in(owner, "dispatcher").status_code == 200
        assert sign_in(CityClient(REMOTE_ADDR="10.1.1.1"), "commander").status_code == 200
        assert Record.objects.filter(action="account.sign_ins_limited").count() == 1

    def test_one_address_alone_does_not_reach_that(self, cast):
        self.flood("dispatcher", addresses=1, each=ATTEMPTS_ON_NAME)
        assert sign_in(CityClient(REMOTE_ADDR="10.1.1.1"), "dispatcher").status_code == 200

    def test_a_known_browser_may_not_guess_more_than_another(self, cast):
        owner = cast.anonymous()
        sign_in(owner, "dispatcher")
        for _ in range(ATTEMPTS_OF_ONE):
            assert sign_in(owner, "dispatcher", "wrong password").status_code == 401
        assert sign_in(owner, "dispatcher").status_code == 429

    def test_a_browser_is_known_for_those_who_signed_in_with_it_and_cannot_be_invented(self, cast):
        mine = cast.anonymous()
        sign_in(mine, "commander")
        forged = cast.anonymous()
        forged.cookies[COOKIE] = mine.cookies[COOKIE].value + "x"
        for _ in range(ATTEMPTS_OF_ONE):
            sign_in(cast.anonymous(), "dispatcher", "wrong password")

        assert sign_in(mine, "dispatcher").status_code == 429
        assert sign_in(forged, "commander").status_code == 200, "it counts as any other browser"

    def test_two_people_at_one_browser_are_both_known(self, cast):
        shared = cast.anonymous()
        for name in ("dispatcher", "commander"):
            sign_in(shared, name)
        for name in ("dispatcher", "commander"):
            for _ in range(ATTEMPTS_OF_ONE):
                sign_in(cast.anonymous(), name, "wrong password")
        assert {sign_in(shared, name).status_code for name in ("dispatcher", "commander")} == {200}

    def test_the_cookie_goes_to_no_other_door_and_to_no_script(self, cast):
        client = cast.anonymous()
        sign_in(client, "dispatcher")
        cookie = client.cookies[COOKIE]
        assert (cookie["path"], cookie["httponly"], cookie["samesite"]) == (SESSION, True, "Lax")

    def test_a_stranger_keeps_nobody_from_changing_his_password(self, cast):
        client = cast.client("dispatcher")
        for _ in range(ATTEMPTS_OF_ONE + 1):
            sign_in(cast.anonymous(), "dispatcher", "wrong password")
        body = {"old": PASSWORD, "new": "another horse, another battery"}
        assert client.post(f"{SESSION}/password", body).status_code == 204


def test_a_session_needs_the_csrf_token_for_every_change(cast):
    client = Client(enforce_csrf_checks=True)
    client.force_login(cast.user("integrator"))
    body = {"name": "gateway", "role": "integrator"}

    refused = client.post("/api/v1/tokens", body, content_type="application/json")
    assert refused.status_code == 403
    assert refused.json()["code"] == "account.csrf"

    client.get(SESSION)
    token = client.cookies["csrftoken"].value
    headers = {"X-CSRFToken": token}
    accepted = client.post("/api/v1/tokens", body, content_type="application/json", headers=headers)
    assert accepted.status_code == 201


def test_a_form_of_another_site_cannot_sign_anybody_in(cast):
    """Signing in is open to everybody, so only what a browser never sends across sites by itself is taken."""
    form = {"username": "dispatcher", "password": PASSWORD}
    for media_type in ("application/x-www-form-urlencoded", "text/plain"):
        answer = Client().post(SESSION, "&".join(f"{k}={v}" for k, v in form.items()), content_type=media_type)
        assert answer.status_code == 415


def test_changing_the_password_ends_the_other_sessions_but_not_this_one(cast):
    here, there = cast.anonymous(), cast.anonymous()
    sign_in(here, "dispatcher")
    sign_in(there, "dispatcher")

    wrong = here.post(f"{SESSION}/password", {"old": "no", "new": "another horse, another battery"})
    weak = here.post(f"{SESSION}/password", {"old": PASSWORD, "new": "password1"})
    changed = here.post(f"{SESSION}/password", {"old": PASSWORD, "new": "another horse, another battery"})

    assert (wrong.status_code, weak.status_code, changed.status_code) == (422, 422, 204)
    assert wrong.json()["errors"][0]["field"] == "old"
    assert here.get("/api/v1/roles").status_code == 200
    assert there.get("/api/v1/roles").status_code == 401
    assert sign_in(cast.anonymous(), "dispatcher").status_code == 401
    assert sign_in(cast.anonymous(), "dispatcher", "another horse, another battery").status_code == 200


def test_a_password_is_not_guessed_through_the_door_that_changes_it(cast):
    client = cast.client("dispatcher")
    for _ in range(ATTEMPTS_OF_ONE):
        client.post(f"{SESSION}/password", {"old": "guess", "new": "another horse, another battery"})

    assert client.post(f"{SESSION}/password", {"old": PASSWORD, "new": "x" * 12}).status_code == 429


@pytest.mark.parametrize("how", ["revoke", "deactivate", "reset"])
def test_what_is_taken_away_ends_on_the_next_request(cast, how):
    administrator, client = cast.viewer("administrator"), cast.client("dispatcher")
    assert client.get("/api/v1/roles").status_code == 200
    user = User.objects.get(username="dispatcher")

    match how:
        case "revoke":
            actions.revoke_duty(user.duties.get(), actor=administrator)
        case "deactivate":
            actions.deactivate_user(user, actor=administrator)
        case "reset":
            actions.set_password(user, actor=administrator, password="another horse, another battery")

    assert client.get("/api/v1/roles").status_code == 401


def test_old_counts_and_sessions_are_swept(cast):
    sign_in(cast.anonymous(), "dispatcher", "wrong password")
    sign_in(cast.anonymous(), "dispatcher")
    assert forget_old() == 0

    from django.contrib.sessions.models import Session

    SignInThrottle.objects.update(window_started_at=SignInThrottle.objects.first().window_started_at - WINDOW)
    Session.objects.update(expire_date=Session.objects.first().expire_date - timedelta(days=60))

    assert forget_old() >= 2
    assert not SignInThrottle.objects.exists()
    assert not Session.objects.exists()


def test_an_account_without_a_password_opens_to_none(cast):
    """No text matches, not even an empty one, and the answer is the one for a wrong password."""
    user = actions.create_user(actor=cast.viewer("administrator"), username="no-password", password=None)

    for guess in ("", "!", user.password):
        answer = sign_in(cast.anonymous(), "no-password", guess)
        assert (answer.status_code, answer.json()["code"]) == (401, "account.credentials")


def test_only_signing_out_takes_the_cookie_away(cast):
    """A late answer to the ended session must not take the cookie of the next one with it."""
    client = cast.anonymous()
    sign_in(client, "dispatcher")
    actions.set_password(cast.user("dispatcher"), actor=cast.viewer("administrator"), password="a horse, a battery")
    late = client.get("/api/v1/roles")
    assert (late.status_code, "sessionid" in late.cookies) == (401, False)

    other = cast.anonymous()
    sign_in(other, "leader")
    assert other.delete(SESSION).cookies["sessionid"].value == ""
