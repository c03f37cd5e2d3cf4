"""`citybrain city new`: what stands in the tables afterwards, and that it is all or nothing."""

from __future__ import annotations

import json

import pytest
from django.db.models import Count

from citybrain.base.accounts import system_viewer
from citybrain.base.accounts.models import User
from citybrain.base.errors import Conflict
from citybrain.base.packs import load_packs
from citybrain.base.parties.models import Organisation
from citybrain.base.places.models import City, MapLayer, Region
from citybrain.hubs.business.cases.models import Responsibility
from citybrain.hubs.sensing.things.models import Thing
from citybrain.lab.city import actions
from citybrain.lab.city.state import find_state
from citybrain.lab.demo.models import DemoRole
from citybrain.lab.demo.queries import stories
from tests.cast import CityClient

pytestmark = pytest.mark.one_database
PEOPLE = 3_000


def quiet(text: str) -> None:
    assert text


@pytest.fixture
def made(db, tmp_path):
    load_packs(actor=system_viewer("test"))
    actions.make_city(tmp_path, seed=5, people=PEOPLE, say=quiet)
    return tmp_path


def test_a_city_is_made_with_everything_in_it(made):
    """One walk through the tables, because making a city takes its seconds."""
    assert City.objects.get().is_simulated
    levels = dict(Region.objects.values_list("level").annotate(count=Count("pk")))
    assert levels == {"city": 1, "county": 4, "street": 16, "community": 128, "grid": 2_400}
    assert not Region.objects.filter(area_km2=None).exists()
    assert Region.objects.get(level="city").population == PEOPLE
    assert not Thing.objects.filter(region_path="").exclude(model__key="drainage.river_gauge").exists()
    assert set(MapLayer.objects.values_list("name", flat=True)) == {"roads", "water", "green", "buildings", "labels"}

    answering = set(Responsibility.objects.values_list("organisation_code", flat=True))
    assert answering <= set(Organisation.objects.values_list("code", flat=True))
    assert list(DemoRole.objects.values_list("role", flat=True)) == list(stories())
    assert find_state(made).stage == "made"

    with pytest.raises(Conflict) as refused:
        actions.make_city(made.parent, seed=5, people=PEOPLE, say=quiet)
    assert refused.value.code == "lab.city_there"


def test_the_keys_are_those_of_ordinary_accounts(made):
    """A session of each member of staff and a token of each source, in a file that only the owner reads."""
    path = made / "city" / "keys.json"
    keys = json.loads(path.read_text(encoding="utf-8"))

    assert path.stat().st_mode & 0o077 == 0
    client = CityClient()
    client.cookies["sessionid"] = keys["sessions"]["lighting-1"]
    me = client.get("/api/v1/session").json()["me"]
    assert [grant["role"] for grant in me["grants"]] == ["handler"]
    sensors = CityClient(headers={"Authorization": f"Bearer {keys['tokens']['devices']}"})
    assert sensors.get("/api/v1/session").json()["me"]["kind"] == "token"
    assert sensors.get("/api/v1/users").status_code == 403
    assert not any(user.has_usable_password() for user in User.objects.filter(username__in=keys["sessions"]))


def test_killed_in_the_middle_nothing_is_there_and_the_same_again_makes_it_whole(db, tmp_path, monkeypatch):
    load_packs(actor=system_viewer("test"))

    def killed(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as here:
        here.setattr(actions, "make_keys", killed)
        with pytest.raises(KeyboardInterrupt):
            actions.make_city(tmp_path, seed=5, people=PEOPLE, say=quiet)
    assert not City.objects.exists()
    assert not User.objects.exists()

    with monkeypatch.context() as here:
        here.setattr(actions, "load_layers", killed)
        with pytest.raises(KeyboardInterrupt):
            actions.make_city(tmp_path, seed=9, people=PEOPLE, say=quiet)
    assert City.objects.exists()

    actions.make_city(tmp_path, seed=9, people=PEOPLE, say=quiet)
    assert find_state(tmp_path).stage == "made"
    assert MapLayer.objects.exists()
