"""How Django finds the user of a session: with his organisation, in one query."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.backends import BaseBackend

from citybrain.base.accounts.models import User


class SessionBackend(BaseBackend):
    """Only finds the user of an open session; signing in has a door of its own (`sessions`)."""

    def get_user(self, user_id: Any) -> User | None:
        return User.objects.select_related("organisation").filter(pk=user_id, is_active=True).first()
