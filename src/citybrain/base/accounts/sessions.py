"""Signing in and out: passwords and sessions."""

from __future__ import annotations

from django.contrib.auth import login, logout, update_session_auth_hash
from django.contrib.auth.hashers import check_password, make_password
from django.contrib.sessions.models import Session
from django.db import transaction
from django.http import HttpRequest, HttpResponse

from citybrain.base import audit, clock
from citybrain.base.accounts.actions import set_password
from citybrain.base.accounts.devices import Device, device_of, remember
from citybrain.base.accounts.http import CityRequest, address_of
from citybrain.base.accounts.models import User
from citybrain.base.accounts.queries import viewer_of
from citybrain.base.accounts.throttling import forget, forget_old_counts, take_attempt, take_change
from citybrain.base.accounts.types import Viewer
from citybrain.base.errors import BadInput, FieldError, Forbidden, NotSignedIn

BACKEND = "citybrain.base.accounts.backend.SessionBackend"


def open_session(request: HttpRequest, response: HttpResponse, *, username: str, password: str) -> Viewer:
    """Sign in; the session's cookie and that of the browser go with the answer.

    Raises NotSignedIn with one and the same message whatever was wrong, TooMany after too many failures (`throttling`).
    """
    device = device_of(request)
    user = check_credentials(username, password, address_of(request), device)
    login(request, user, backend=BACKEND)
    remember(response, device, user.pk)
    return viewer_of(user)


def close_session(request: HttpRequest) -> None:
    """Sign out; the session is gone from the database too."""
    logout(request)


def change_own_password(request: CityRequest, *, old: str, new: str) -> None:
    """Set a new password; other sessions of the user end, this one goes on. Raises BadInput when `old` is wrong."""
    if request.viewer.kind != "user":
        raise Forbidden("account.person_only")
    user = User.objects.select_related("organisation").get(pk=request.viewer.id)
    attempt = take_change(user.pk)
    if not check_password(old, user.password):
        raise BadInput("input.invalid", fields=(FieldError("old", "account.old_password"),))
    forget(attempt)
    changed = set_password(user, actor=request.viewer, password=new)
    update_session_auth_hash(request, changed)


def check_credentials(username: str, password: str, address: str, device: Device) -> User:
    """The active user with that name and password; it takes equally long whatever is wrong."""
    name = User.normalize_username(username)
    user = User.objects.select_related("organisation").filter(username=name).first()
    attempt = take_attempt(name, address, device=device.of(user.pk if user else None))
    if attempt.used_up_name and user is not None:
        _record(user, "account.sign_ins_limited")
    if user is None or not user.has_usable_password():
        make_password(password)
        raise NotSignedIn("account.credentials")
    right = check_password(password, user.password)
    if not right or not user.is_active:
        _record(user, "account.sign_in_failed")
        raise NotSignedIn("account.credentials")
    forget(attempt)
    _record(user, "account.signed_in")
    return user


@transaction.atomic
def _record(user: User, action: str) -> None:
    audit.record(user, action, user)


def forget_old() -> int:
    """Delete counts whose window is over and sessions that have expired; returns how many."""
    ended, _ = Session.objects.filter(expire_date__lt=clock.wall_now()).delete()
    return forget_old_counts() + ended
