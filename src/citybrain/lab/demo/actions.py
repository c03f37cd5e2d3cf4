"""Signing in to a demo city without a password."""

from __future__ import annotations

from django.contrib.auth import login
from django.db import transaction
from django.http import HttpRequest
from ninja.utils import check_csrf

from citybrain.base import audit
from citybrain.base.accounts import Viewer
from citybrain.base.accounts.http import address_of
from citybrain.base.accounts.models import User
from citybrain.base.accounts.queries import viewer_of
from citybrain.base.accounts.sessions import BACKEND
from citybrain.base.errors import BadInput, FieldError, Forbidden
from citybrain.lab.demo.models import DemoRole
from citybrain.lab.demo.queries import get_demo, offered_roles


@transaction.atomic
def take_role(request: HttpRequest, *, role: str) -> Viewer:
    """Sign the visitor in as the ordinary account of a role; the audit trail says that no password was asked.

    Another site could make a browser do this, so the csrftoken is asked for before there is a session. Raises NotFound
    `demo.none` where the city is not simulated, Forbidden `account.csrf`, BadInput `demo.unknown_role`.
    """
    demo = get_demo()
    if check_csrf(request) is not None:
        raise Forbidden("account.csrf")
    user = _account_of(role, [one.role for one in demo.roles])
    login(request, user, backend=BACKEND)

    audit.record(user, "account.signed_in", user, demo_role=role, address=address_of(request))
    return viewer_of(user)


def _account_of(role: str, offered: list[str]) -> User:
    found = offered_roles().filter(role=role).first()
    if found is None:
        wrong = FieldError("role", "demo.unknown_role", {"role": role, "roles": ", ".join(offered)})
        raise BadInput("input.invalid", fields=(wrong,))
    return found.user


@transaction.atomic
def offer_role(role: str, user: User, *, actor: Viewer) -> DemoRole:
    """Let visitors take a role as this account; only `citybrain city new` does."""
    offered = DemoRole.objects.create(role=role, user=user)
    audit.record(actor, "demo.role_offered", user, role=role)
    return offered
