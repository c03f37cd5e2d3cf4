"""The door of a demo city: who may a visitor be, and signing in as that person with one click."""

from __future__ import annotations

from typing import Any

from django.middleware.csrf import get_token
from ninja import Field, Router, Schema

from citybrain.base.accounts.http import CityRequest, Given
from citybrain.base.accounts.schemas import Me
from citybrain.lab.demo import actions, queries

router = Router(tags=["demo"])


class Words(Schema):
    zh: str = Field(examples=["派遣员"])
    en: str = Field(examples=["Dispatcher"])


class DemoRoleShown(Schema):
    role: str = Field(examples=["dispatcher"])
    name: str = Field(examples=["王芳"], description="The person whose account it is; nobody real")
    title: Words
    story: Words = Field(description="One line: what there is to do")
    start: str = Field(examples=["/console/desk"], description="The page to open after signing in")


class DemoShown(Schema):
    """A simulated city; reading it also sets the csrftoken cookie that taking a role needs."""

    is_demo: bool = Field(examples=[True])
    city: str = Field(examples=["汉江市"])
    roles: list[DemoRoleShown]


class RoleTake(Given):
    role: str = Field(max_length=32, examples=["dispatcher"])


@router.get("/demo", response=DemoShown, auth=None)
def get_demo(request: CityRequest) -> Any:
    """The simulated city and who you may be in it; 404 in a city that is not simulated."""
    get_token(request)
    return queries.get_demo()


@router.post("/demo/session", response=Me, auth=None)
def take_role(request: CityRequest, body: RoleTake) -> Any:
    """Sign in as the account of a role, without a password; 404 in a city that is not simulated."""
    return actions.take_role(request, role=body.role)
