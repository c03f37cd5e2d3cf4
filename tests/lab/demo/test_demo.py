"""One click signs in as each role of a demo city, and only there."""

from __future__ import annotations

import pytest

from citybrain.base.accounts.roles import ROLES as ACCOUNT_ROLES
from citybrain.base.audit.models import Record
from citybrain.base.places.models import City
from citybrain.lab.demo.models import DemoRole
from citybrain.lab.demo.queries import stories
from tests.cast import Cast, CityClient

ROLES = ("dispatcher", "handler", "administrator")


@pytest.fixture
def demo(cast: Cast) -> Cast:
    """The city of the cast, as if `citybrain city new` had made it."""
    City.objects.update(is_simulated=True)
    for role in ROLES:
        DemoRole.objects.create(role=role, user=cast.user(role))
    return cast


def take(client: CityClient, role: str) -> object:
    client.get("/api/v1/demo")
    return client.post("/api/v1/demo/session", {"role": role})


def test_the_roles_are_offered_with_a_story_in_both_languages(demo):
    found = demo.anonymous().get("/api/v1/demo").json()

    assert (found["is_demo"], found["city"]) == (True, "襄阳市")
    assert [one["role"] for one in found["roles"]] == ["dispatcher", "handler", "administrator"]
    first = found["roles"][0]
    assert first["name"] == "dispatcher@cast"
    assert first["title"] == {"zh": "派遣员", "en": "Dispatcher"}
    assert sorted(first["story"]) == ["en", "zh"]
    assert first["start"] == "/console/desk"


def test_every_role_has_its_words_and_a_page_to_begin_on():
    for role, told in stories().items():
        assert role in ACCOUNT_ROLES
        for words in (told.title, told.story):
            assert sorted(words) == ["en", "zh"]
            assert all(words.values())
        assert told.start.startswith(("/console/", "/portal"))


@pytest.mark.parametrize("role", ROLES)
def test_taking_a_role_signs_in_as_its_ordinary_account(demo, role):
    client = demo.anonymous()

    answer = take(client, role)

    assert answer.status_code == 200
    assert answer.json()["id"] == demo.user(role).pk
    session = client.get("/api/v1/session").json()
    assert session["signed_in"]
    assert [one["role"] for one in session["me"]["grants"]] == [role]


def test_it_is_on_record_that_no_password_was_asked(demo):
    take(demo.anonymous(), "handler")

    record = Record.objects.get(action="account.signed_in")
    assert record.actor_key == demo.user("handler").actor_key
    assert '"demo_role":"handler"' in record.data


def test_another_site_cannot_make_a_browser_do_it(demo):
    strict = CityClient(enforce_csrf_checks=True)

    refused = strict.post("/api/v1/demo/session", {"role": "administrator"})
    strict.get("/api/v1/demo")
    token = strict.cookies["csrftoken"].value
    taken = strict.post("/api/v1/demo/session", {"role": "administrator"}, headers={"X-CSRFToken": token})

    assert (refused.status_code, refused.json()["code"]) == (403, "account.csrf")
    assert taken.status_code == 200


def test_a_real_city_has_no_such_door(demo):
    """Neither a real city in which somebody wrote rows, nor a simulated one without them, nor an empty directory."""
    City.objects.update(is_simulated=False)
    assert refused(demo.anonymous()) == [404, 404]

    City.objects.update(is_simulated=True)
    DemoRole.objects.all().delete()
    assert refused(demo.anonymous()) == [404, 404]

    City.objects.all().delete()
    assert refused(demo.anonymous()) == [404, 404]
    assert not Record.objects.filter(action="account.signed_in").exists()


def refused(client: CityClient) -> list[int]:
    return [client.get("/api/v1/demo").status_code, take(client, "administrator").status_code]


def test_a_role_that_is_not_offered_is_refused_with_those_that_are(demo):
    answer = take(demo.anonymous().english(), "emperor")

    assert answer.status_code == 422
    assert answer.json()["errors"][0]["reason"] == "The demo city has no role emperor"


def test_a_locked_account_is_no_longer_offered(demo):
    user = demo.user("administrator")
    user.is_active = False
    user.save()

    roles = [one["role"] for one in demo.anonymous().get("/api/v1/demo").json()["roles"]]

    assert "administrator" not in roles
    assert take(demo.anonymous(), "administrator").status_code == 422


def test_the_city_says_that_it_is_simulated(demo):
    assert demo.client("dispatcher").get("/api/v1/places/city").json()["is_simulated"] is True
