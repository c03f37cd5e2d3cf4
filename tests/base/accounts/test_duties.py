"""Accounts and duties: nobody gives, takes or unlocks more than he holds himself."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from django.db import connection, connections, transaction

from citybrain.base.accounts import actions
from citybrain.base.accounts.models import Duty, Token, User
from citybrain.base.accounts.queries import viewer_of
from citybrain.base.audit.models import Record
from citybrain.base.bus.models import OutboxEvent
from citybrain.base.errors import Conflict, Forbidden, NotFound
from tests.cast import PASSWORD

USERS = "/api/v1/users"


def events(kind: str) -> int:
    return OutboxEvent.objects.filter(type=kind).count()


@pytest.fixture
def county_administrator(cast):
    """An administrator of one organisation with everything below it."""
    user = User.objects.create(username="county", organisation=cast.organisation)
    actions.grant_duty(
        user, actor=cast.viewer("administrator"), role="administrator", organisation_path=cast.organisation.path
    )
    return user


def test_an_administrator_opens_an_account_and_gives_it_a_duty(cast):
    client = cast.client("administrator")

    body = {"username": "Wang.Fang", "password": PASSWORD, "display_name": "王芳", "organisation": "eco"}
    made = client.post(USERS, body)
    assert made.status_code == 201
    user_id = made.json()["id"]
    granted = client.post(f"{USERS}/{user_id}/duties", {"role": "handler", "organisation_path": "/gov/eco/"})

    assert granted.status_code == 201
    shown = client.get(f"{USERS}/{user_id}").json()
    assert (shown["username"], shown["organisation"]) == ("wang.fang", "eco")
    assert [duty["role"] for duty in shown["duties"]] == ["handler"]
    assert Record.objects.filter(action__in=["account.created", "duty.granted"]).count() == 2
    assert events("account.created") == events("duty.granted") == 1


@pytest.mark.parametrize(
    ("body", "status", "field"),
    [
        ({"username": "dispatcher", "password": PASSWORD}, 409, None),
        ({"username": "DISPATCHER", "password": PASSWORD}, 409, None),
        ({"username": "a b", "password": PASSWORD}, 422, "username"),
        ({"username": "new", "password": "short"}, 422, "password"),
        ({"username": "new", "password": "password123"}, 422, "password"),
        ({"username": "new"}, 422, "password"),
        ({"username": "new", "password": PASSWORD, "organisation": "no-such"}, 404, None),
    ],
)
def test_a_wrong_account_is_refused_with_the_field(cast, body, status, field):
    answer = cast.client("administrator").post(USERS, body)

    assert answer.status_code == status
    if field:
        assert [error["field"] for error in answer.json()["errors"]] == [field]
    assert User.objects.count() == len(cast.names)


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"role": "emperor"}, "role"),
        ({"role": "handler", "organisation_path": "/no/such/"}, "organisation_path"),
        ({"role": "handler", "region_path": "/no/such/"}, "region_path"),
        ({"role": "handler", "region_path": "no path"}, "region_path"),
        ({"role": "handler", "level": 5}, "level"),
        ({"role": "handler", "valid_from": "2026-03-02T09:00:00"}, "valid_from"),
        ({"role": "handler", "valid_from": "2026-03-02T09:00:00Z", "valid_to": "2026-03-01T09:00:00Z"}, "valid_to"),
    ],
)
def test_a_wrong_duty_is_refused_with_the_field(cast, body, field):
    answer = cast.client("administrator").post(f"{USERS}/{cast.user('nobody').pk}/duties", body)

    assert answer.status_code == 422
    assert [error["field"] for error in answer.json()["errors"]] == [field]


def test_a_duty_counts_from_its_beginning_to_its_end_in_city_time(cast, clock):
    now = clock.now()
    actions.grant_duty(
        cast.user("nobody"), actor=cast.viewer("administrator"), role="leader",
        valid_from=now + timedelta(hours=1), valid_to=now + timedelta(hours=3),
    )  # fmt: skip

    assert not cast.viewer("nobody").may("case.read")
    clock.move(hours=1)
    assert cast.viewer("nobody").may("case.read")
    clock.move(hours=2)
    assert not cast.viewer("nobody").may("case.read")


def test_nobody_grants_beyond_his_organisation(cast, county_administrator):
    actor = viewer_of(county_administrator)

    actions.grant_duty(cast.user("handler"), actor=actor, role="handler", organisation_path=cast.team.path)
    for where in ({}, {"organisation_path": cast.other_organisation.path}):
        with pytest.raises(Forbidden):
            actions.grant_duty(cast.user("handler"), actor=actor, role="handler", **where)


def test_nobody_reads_deeper_through_somebody_he_appointed(cast):
    shallow = User.objects.create(username="shallow", organisation=cast.organisation)
    actions.grant_duty(shallow, actor=cast.viewer("administrator"), role="administrator", level=2)

    with pytest.raises(Forbidden):
        actions.grant_duty(cast.user("nobody"), actor=viewer_of(shallow), role="leader", level=3)


def test_whoever_may_not_administer_grants_nothing(cast):
    for role in ("dispatcher", "auditor", "integrator", "handler"):
        with pytest.raises(Forbidden):
            actions.grant_duty(cast.user("nobody"), actor=cast.viewer(role), role="citizen")
    assert not Duty.objects.filter(user=cast.user("nobody")).exists()


def test_a_smaller_administrator_cannot_take_over_a_greater_account(cast, county_administrator):
    """Setting the password of a stronger account would be a way to become it."""
    boss = User.objects.create(username="boss", organisation=cast.organisation)
    actions.grant_duty(boss, actor=cast.viewer("administrator"), role="commander")
    actor = viewer_of(county_administrator)

    for attempt in (
        lambda: actions.set_password(boss, actor=actor, password="another horse, another battery"),
        lambda: actions.deactivate_user(boss, actor=actor),
        lambda: actions.revoke_duty(boss.duties.get(), actor=actor),
    ):
        with pytest.raises(Forbidden):
            attempt()
    boss.refresh_from_db()
    assert boss.is_active
    assert boss.password == ""


def test_a_duty_over_a_part_does_not_carry_what_belongs_to_the_whole(cast, county_administrator):
    assert not viewer_of(county_administrator).may("audit.read")
    assert not viewer_of(county_administrator).may("job.write")
    assert cast.viewer("administrator").may("audit.read")


def test_the_last_administrator_stays(cast):
    administrator, user = cast.viewer("administrator"), cast.user("administrator")

    for attempt in (
        lambda: actions.revoke_duty(user.duties.get(), actor=administrator),
        lambda: actions.deactivate_user(user, actor=administrator),
    ):
        with pytest.raises(Conflict):
            attempt()

    actions.grant_duty(cast.user("nobody"), actor=administrator, role="administrator")
    actions.revoke_duty(user.duties.get(), actor=administrator)


@pytest.mark.django_db(transaction=True)
def test_two_administrators_who_lock_each_other_out_do_not_both_succeed(cast):
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has one writer at a time")
    first, second = cast.user("administrator"), cast.user("nobody")
    actions.grant_duty(second, actor=cast.viewer("administrator"), role="administrator")
    refused = []

    def lock_the_first():
        try:
            actions.deactivate_user(first, actor=viewer_of(second))
        except Conflict as error:
            refused.append(error.code)
        connections.close_all()

    other = threading.Thread(target=lock_the_first)
    with transaction.atomic():
        actions.deactivate_user(second, actor=viewer_of(first))
        other.start()
        other.join(0.5)  # it has begun, and waits for us
    other.join(20)

    assert refused == ["account.last_administrator"]


def test_a_duty_is_granted_once_and_revoked_once(cast):
    administrator, user = cast.viewer("administrator"), cast.user("nobody")
    duty = actions.grant_duty(user, actor=administrator, role="leader")

    with pytest.raises(Conflict):
        actions.grant_duty(user, actor=administrator, role="leader")
    actions.revoke_duty(duty, actor=administrator)
    with pytest.raises(Conflict):
        actions.revoke_duty(duty, actor=administrator)
    assert events("duty.revoked") == 1
    actions.grant_duty(user, actor=administrator, role="leader")


def test_a_locked_account_can_be_unlocked_with_its_duties(cast):
    administrator, client = cast.client("administrator"), cast.client("leader")
    pk = cast.user("leader").pk

    assert administrator.post(f"{USERS}/{pk}/deactivate").json()["is_active"] is False
    assert administrator.post(f"{USERS}/{pk}/deactivate").status_code == 409
    assert client.get("/api/v1/roles").status_code == 401
    assert administrator.post(f"{USERS}/{pk}/activate").json()["is_active"] is True
    assert cast.viewer("leader").may("case.supervise")


def test_duties_and_tokens_follow_an_organisation_that_moves(cast):
    actions.follow_move("organisation_path", "/gov/urban/", "/gov/eco/urban/")

    assert cast.viewer("handler").grants[0].organisation_path == "/gov/eco/urban/"
    assert cast.token("handler").organisation_path == "/gov/eco/urban/"
    assert cast.viewer("handler_elsewhere").grants[0].organisation_path == "/gov/eco/"


def test_the_first_start_makes_one_administrator_and_later_ones_none(db):
    password = actions.ensure_administrator()

    user = User.objects.get()
    assert user.check_password(password or "")
    assert viewer_of(user).may("account.write")
    assert actions.ensure_administrator() is None
    assert not Token.objects.exists()


def test_an_account_is_only_seen_by_whoever_administers_its_organisation(cast, county_administrator):
    seen = {user["username"] for user in _client_of(county_administrator).get(USERS).json()["items"]}

    assert seen == {"handler", "grid_worker", "county"}
    assert _client_of(county_administrator).get(f"{USERS}/{cast.user('leader').pk}").status_code == 404


def _client_of(user):
    from tests.cast import CityClient

    client = CityClient()
    client.force_login(user)
    return client


def test_accounts_are_found_by_name_organisation_and_role(cast):
    client = cast.client("administrator")

    def names(**wanted: object) -> set[str]:
        return {one["username"] for one in client.get(USERS, {"limit": 100, **wanted}).json()["items"]}

    assert names(q="HANDLER@") == {"handler"}
    assert names(organisation="urban") == {"handler", "grid_worker"}
    assert names(role="dispatcher") == {"dispatcher", "county_dispatcher", "dispatcher_elsewhere"}
    assert names(role="dispatcher", q="county") == {"county_dispatcher"}
    actions.deactivate_user(cast.user("nobody"), actor=cast.viewer("administrator"))
    assert names(is_active=False) == {"nobody"}
    assert client.get(f"{USERS}/count", {"organisation": "urban"}).json() == {"count": 2, "is_more": False}
    roles = {one["username"]: one["roles"] for one in client.get(USERS, {"limit": 100}).json()["items"]}
    assert (roles["handler"], roles["nobody"]) == (["handler"], [])


def test_an_account_gets_another_name_and_moves_to_another_organisation(cast):
    client = cast.client("administrator")
    user = cast.user("handler")

    changed = client.patch(f"{USERS}/{user.pk}", {"display_name": "李强", "organisation": "eco"}, "application/json")

    assert (changed.json()["display_name"], changed.json()["organisation"]) == ("李强", "eco")
    assert changed.json()["duties"][0]["organisation_path"] == "/gov/urban/", "duties are another matter"
    assert Record.objects.filter(action="account.changed", object_key=str(user.pk)).count() == 1
    client.patch(f"{USERS}/{user.pk}", {"display_name": "李强"}, "application/json")
    assert events("account.changed") == 1, "the same again is no change"


def test_nobody_moves_an_account_out_of_his_reach(cast, county_administrator):
    actor = viewer_of(county_administrator)
    with pytest.raises(Forbidden):
        actions.change_user(cast.user("handler"), actor=actor, organisation=cast.other_organisation)
    assert actions.change_user(cast.user("handler"), actor=actor, organisation=cast.team).organisation == cast.team
    with pytest.raises((Forbidden, NotFound)):
        actions.change_user(cast.user("handler_elsewhere"), actor=actor, organisation=cast.organisation)


def test_duties_are_listed_for_what_they_are_for(cast):
    client = cast.client("administrator")

    def holders(**wanted: str) -> set[str]:
        return {
            one["user"]["username"] for one in client.get("/api/v1/duties", {"limit": 100, **wanted}).json()["items"]
        }

    assert holders(organisation="urban") == {"handler", "grid_worker"}
    assert holders(region="420602") == {"dispatcher_elsewhere"}
    assert client.get("/api/v1/duties", {"organisation": "urban"}).json()["items"][0]["role"] == "handler"


def test_an_administrator_is_told_how_much_somebody_sees_and_would_see(cast):
    """The counts are of rows that the asker sees himself: asking tells nothing new."""
    client = cast.client("administrator")
    where = f"{USERS}/{cast.user('nobody').pk}/reach"

    def counts(**asked: str) -> dict[str, tuple[int, int]]:
        return {one["kind"]: (one["now"]["count"], one["then"]["count"]) for one in client.get(where, asked).json()}

    assert counts()["region"] == (0, 0)
    assert counts(role="leader")["region"] == (0, 6)
    assert counts(role="leader")["account"] == (0, 0)
    assert counts(role="administrator", organisation_path="/gov/urban/")["account"] == (0, 2)
    assert client.get(where, {"role": "king"}).status_code == 422
