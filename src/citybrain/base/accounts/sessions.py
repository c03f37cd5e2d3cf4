"""Signing in and out: passwords, sessions, and how often somebody may guess."""

from __future__ import annotations

import hashlib
from datetime import timedelta

from django.contrib.auth import login, logout, update_session_auth_hash
from django.contrib.auth.hashers import check_password, make_password
from django.contrib.sessions.models import Session
from django.db import IntegrityError, transaction
from django.http import HttpRequest

from citybrain.base import audit, clock
from citybrain.base.accounts.actions import set_password
from citybrain.base.accounts.http import CityRequest, address_of
from citybrain.base.accounts.models import SignInThrottle, User
from citybrain.base.accounts.queries import viewer_of
from citybrain.base.accounts.types import Viewer
from citybrain.base.errors import BadInput, FieldError, Forbidden, NotSignedIn, TooMany

BACKEND = "citybrain.base.accounts.backend.SessionBackend"
WINDOW = timedelta(minutes=15)
ATTEMPTS_OF_ONE = 5
ATTEMPTS_FROM_ADDRESS = 100


def open_session(request: HttpRequest, *, username: str, password: str) -> Viewer:
    """Sign in and put the session's cookie on the answer.

    Raises NotSignedIn with one and the same message whatever was wrong, TooMany after five failures within 15 minutes.
    """
    user = check_credentials(username, password, address_of(request))
    login(request, user, backend=BACKEND)
    return viewer_of(user)


def close_session(request: HttpRequest) -> None:
    """Sign out; the session is gone from the database too."""
    logout(request)


def change_own_password(request: CityRequest, *, old: str, new: str) -> None:
    """Set a new password; other sessions of the user end, this one goes on. Raises BadInput when `old` is wrong."""
    if request.viewer.kind != "user":
        raise Forbidden("account.person_only")
    user = User.objects.select_related("organisation").get(pk=request.viewer.id)
    keys = take_attempt(user.username, address_of(request))
    if not check_password(old, user.password):
        raise BadInput("input.invalid", fields=(FieldError("old", "account.old_password"),))
    forget_attempts(keys)
    changed = set_password(user, actor=request.viewer, password=new)
    update_session_auth_hash(request, changed)


def check_credentials(username: str, password: str, address: str) -> User:
    """The active user with that name and password; it takes equally long whatever is wrong."""
    keys = take_attempt(username, address)
    user = User.objects.select_related("organisation").filter(username=User.normalize_username(username)).first()
    if user is None or not user.has_usable_password():
        make_password(password)
        raise NotSignedIn("account.credentials")
    right = check_password(password, user.password)
    if not right or not user.is_active:
        _record(user, "account.sign_in_failed")
        raise NotSignedIn("account.credentials")
    forget_attempts(keys)
    _record(user, "account.signed_in")
    return user


@transaction.atomic
def _record(user: User, action: str) -> None:
    audit.record(user, action, user)


def take_attempt(username: str, address: str) -> tuple[str, str]:
    """Count an attempt before the password is looked at, so that guessing in parallel gains nothing."""
    keys = (_key(User.normalize_username(username), address), _key("", address))
    for key, most in zip(keys, (ATTEMPTS_OF_ONE, ATTEMPTS_FROM_ADDRESS), strict=True):
        _take(key, most)
    return keys


@transaction.atomic
def _take(key: str, most: int) -> None:
    now = clock.wall_now()
    row = SignInThrottle.objects.select_for_update().filter(key=key).first() or _first(key)
    if row.window_started_at <= now - WINDOW:
        row.window_started_at, row.attempts = now, 0
    if row.attempts >= most:
        raise TooMany("account.too_many", retry_after=(row.window_started_at + WINDOW - now).total_seconds())
    row.attempts += 1
    row.save(update_fields=["window_started_at", "attempts"])


def _first(key: str) -> SignInThrottle:
    try:
        with transaction.atomic():
            return SignInThrottle.objects.create(key=key, window_started_at=clock.wall_now())
    except IntegrityError:
        return SignInThrottle.objects.select_for_update().get(key=key)


def forget_attempts(keys: tuple[str, str]) -> None:
    """After success the count of this user from this address begins again; that of the address goes on."""
    SignInThrottle.objects.filter(key=keys[0]).delete()


def forget_old() -> int:
    """Delete counts whose window is over and sessions that have expired; returns how many."""
    now = clock.wall_now()
    counts, _ = SignInThrottle.objects.filter(window_started_at__lte=now - WINDOW).delete()
    ended, _ = Session.objects.filter(expire_date__lt=now).delete()
    return counts + ended


def _key(username: str, address: str) -> str:
    return hashlib.sha256(f"{username}\0{address}".encode()).hexdigest()
