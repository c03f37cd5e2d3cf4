"""The keys with which the city's simulated life acts: a session for each member of staff, a token for each source.

They stand in `DIR/city/keys.json`, readable by the owner of the directory only. Accounts of the demo have no passwords,
so their sessions are opened here; in everything else they are sessions like any other, and end when a duty is revoked.
"""

from __future__ import annotations

import json
import os
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.db import transaction

from citybrain.base import audit
from citybrain.base.accounts import Viewer
from citybrain.base.accounts.actions import create_token
from citybrain.base.accounts.models import Duty, User
from citybrain.base.accounts.sessions import BACKEND

SOURCES = ("devices", "hotline", "app", "watch")
"""Who reports: gateways of devices, the hotline's own system, the citizens' app; `watch` looks at all cases."""
ROLE_OF = {"watch": "leader"}
LASTS = timedelta(days=400)


@transaction.atomic
def make_keys(folder: Path, *, actor: Viewer) -> None:
    """Open the sessions and make the tokens, and write them down before they come into force."""
    sessions = {user.username: _open_session(user) for user in _staff()}
    tokens = {}
    for name in SOURCES:
        role = ROLE_OF.get(name, "source_system")
        _, tokens[name] = create_token(actor=actor, name=f"life: {name}", role=role)
    _write(folder / "keys.json", {"sessions": sessions, "tokens": tokens})
    audit.record(actor, "demo.keys_made", kind="demo", key="life", sessions=len(sessions), tokens=len(tokens))


def _staff() -> list[User]:
    """Whoever holds a duty without having a password: the people whom `city new` made."""
    holders = User.objects.filter(pk__in=Duty.objects.filter(revoked_at=None).values("user_id"), is_active=True)
    return [user for user in holders.order_by("pk") if not user.has_usable_password()]


def _open_session(user: User) -> str:
    store = SessionStore()
    store[SESSION_KEY] = str(user.pk)
    store[BACKEND_SESSION_KEY] = BACKEND
    store[HASH_SESSION_KEY] = user.get_session_auth_hash()
    store.set_expiry(LASTS)
    store.create()
    return str(store.session_key)


def _write(path: Path, content: Any) -> None:
    part = path.with_name(f"{path.name}.{os.getpid()}")
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        json.dump(content, file)
        file.flush()
        os.fsync(file.fileno())
    part.replace(path)
