"""The fixed cast: one small city, its organisations, one person of every role with real duties, and their tokens.

    cast.client("dispatcher")          a Django test client signed in as that person; bodies are sent as JSON
    cast.token_client("integrator")    the same with a bearer token
    cast.anonymous()                   nobody
    cast.viewer("handler")             the same person for a query or an action

The city lies on a plain, so that a place is easy to work out by hand (WGS-84):

    襄阳市 4206, 112.0 to 112.4 E, 32.0 to 32.2 N
    ├── 樊城区 420606 (`cast.county`), 112.0 to 112.2 E
    │   ├── 王寨街道 420606001 (`cast.street`), 112.0 to 112.1 E
    │   └── 米公街道 420606002 (`cast.next_street`), 112.1 to 112.2 E
    └── 襄城区 420602 (`cast.other_county`), 112.2 to 112.4 E
        └── 昭明街道 420602001 (`cast.other_street`), 112.2 to 112.4 E

    市政府 gov
    ├── 市城管执法委 urban (`cast.organisation`)
    │   └── 樊城区城管执法局 urban-fancheng (`cast.team`)
    └── 市生态环境局 eco (`cast.other_organisation`)

Everybody serves the whole city, but: handler and grid_worker serve `cast.organisation`, and so does `county_dispatcher`
serve the region `cast.county` only. For what must be refused there are `handler_elsewhere` (a handler of
`cast.other_organisation`) and `dispatcher_elsewhere` (the region `cast.other_county` only), and `nobody` (no duty).
"""

from __future__ import annotations

from datetime import UTC, datetime
from functools import cached_property
from typing import Any

import pytest
import shapely
from django.contrib.auth.hashers import PBKDF2PasswordHasher
from django.http import HttpResponse
from django.test import Client

from citybrain.base.accounts.models import Duty, Token, User
from citybrain.base.accounts.queries import hash_of, viewer_of
from citybrain.base.accounts.roles import ROLES
from citybrain.base.accounts.types import Viewer
from citybrain.base.parties.models import Organisation
from citybrain.base.places.models import City, Region, RegionBoundary

PASSWORD = "correct horse battery staple"
_PASSWORD_HASH = PBKDF2PasswordHasher().encode(PASSWORD, "salt", iterations=1)
_LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
LEVELS = [
    {"key": "city", "zh": "市", "en": "City"},
    {"key": "county", "zh": "区县", "en": "County"},
    {"key": "street", "zh": "街道", "en": "Street"},
]


class CityClient(Client):
    """Django's test client that sends JSON unless told otherwise, and answers in English when asked to."""

    def post(self, path: str, data: Any = None, content_type: str = "application/json", **more: Any) -> HttpResponse:
        return super().post(path, {} if data is None else data, content_type, **more)

    def english(self) -> CityClient:
        self.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
        return self


class Cast:
    """Made anew for each test, inside the test's transaction."""

    def __init__(self) -> None:
        self._make_regions()
        self._make_organisations()
        self._users: dict[str, User] = {}
        self._secrets: dict[str, str] = {}
        self._make_people()

    # the city

    def _make_regions(self) -> None:
        self.root = self._region("4206", "襄阳市", "city", None, (112.0, 32.0, 112.4, 32.2))
        self.county = self._region("420606", "樊城区", "county", self.root, (112.0, 32.0, 112.2, 32.2))
        self.street = self._region("420606001", "王寨街道", "street", self.county, (112.0, 32.0, 112.1, 32.2))
        self.next_street = self._region("420606002", "米公街道", "street", self.county, (112.1, 32.0, 112.2, 32.2))
        self.other_county = self._region("420602", "襄城区", "county", self.root, (112.2, 32.0, 112.4, 32.2))
        box = (112.2, 32.0, 112.4, 32.2)
        self.other_street = self._region("420602001", "昭明街道", "street", self.other_county, box)
        self.city = City.objects.create(
            code="4206", name="襄阳市", time_zone="Asia/Shanghai", root=self.root, levels=LEVELS
        )

    def _region(
        self, code: str, name: str, level: str, parent: Region | None, box: tuple[float, float, float, float]
    ) -> Region:
        path = f"{parent.path if parent else '/'}{code}/"
        west, south, east, north = box
        region = Region.objects.create(
            code=code, name=name, level=level, parent=parent, path=path,
            area_km2=(east - west) * (north - south) * 10454,
            centre_lon=(west + east) / 2, centre_lat=(south + north) / 2,
        )  # fmt: skip
        RegionBoundary.objects.create(
            region=region, wkb=shapely.to_wkb(shapely.box(*box)), west=west, south=south, east=east, north=north,
            area_km2=region.area_km2, source="the cast",
        )  # fmt: skip
        return region

    def _make_organisations(self) -> None:
        self.government = self._organisation("gov", "市政府", None)
        self.organisation = self._organisation("urban", "市城管执法委", self.government)
        self.team = self._organisation("urban-fancheng", "樊城区城管执法局", self.organisation, self.county)
        self.other_organisation = self._organisation("eco", "市生态环境局", self.government)

    def _organisation(
        self, code: str, name: str, parent: Organisation | None, region: Region | None = None
    ) -> Organisation:
        path = f"{parent.path if parent else '/'}{code}/"
        return Organisation.objects.create(code=code, name=name, parent=parent, path=path, region=region)

    # the people

    def _make_people(self) -> None:
        """Written in three statements: there is a cast in nearly every test."""
        people: list[tuple[str, str, Organisation | None, Region | None]] = [
            (role, role, self.organisation if role in ("handler", "grid_worker") else None, None) for role in ROLES
        ]
        people += [
            ("county_dispatcher", "dispatcher", None, self.county),
            ("dispatcher_elsewhere", "dispatcher", None, self.other_county),
            ("handler_elsewhere", "handler", self.other_organisation, None),
        ]
        homes = {name: organisation or self.government for name, _, organisation, _ in people}
        homes["nobody"] = self.government
        users = [
            User(username=name, display_name=f"{name}@cast", password=_PASSWORD_HASH, organisation=home)
            for name, home in homes.items()
        ]
        self._users = {user.username: user for user in User.objects.bulk_create(users)}
        duties, tokens = [], []
        for name, role, organisation, region in people:
            where = {
                "organisation_path": organisation.path if organisation else "/",
                "region_path": region.path if region else "/",
            }
            user, level = self._users[name], ROLES[role].level
            duties.append(
                Duty(user=user, role=role, level=level, granted_at=_LONG_AGO, granted_by="system:cast", **where)
            )
            secret = self._secrets[name] = f"cb_{name}_secret-of-the-cast"
            tokens.append(Token(
                name=f"token of {name}", prefix=secret[:12], hash=hash_of(secret), owner=user, role=role, level=level,
                ingest_mode="history", created_at=_LONG_AGO, created_by="system:cast", **where,
            ))  # fmt: skip
        Duty.objects.bulk_create(duties)
        Token.objects.bulk_create(tokens)

    @cached_property
    def names(self) -> list[str]:
        return list(self._users)

    def user(self, name: str) -> User:
        return self._users[name]

    def viewer(self, name: str) -> Viewer:
        """The person with the duties in force now, read afresh."""
        return viewer_of(User.objects.select_related("organisation").get(pk=self._users[name].pk))

    def secret(self, name: str) -> str:
        """The secret of the person's token: `Authorization: Bearer <secret>`."""
        return self._secrets[name]

    def token(self, name: str) -> Token:
        return Token.objects.get(hash=hash_of(self._secrets[name]))

    # their clients

    def client(self, name: str) -> CityClient:
        client = CityClient()
        client.force_login(self._users[name])
        return client

    def token_client(self, name: str) -> CityClient:
        return CityClient(headers={"Authorization": f"Bearer {self._secrets[name]}"})

    def anonymous(self) -> CityClient:
        return CityClient()


@pytest.fixture
def cast(db: None) -> Cast:
    """The fixed cast; see `tests/cast.py`."""
    return Cast()
