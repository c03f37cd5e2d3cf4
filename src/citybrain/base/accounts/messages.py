"""What accounts announce on the bus. No personal data: people are ids here."""

from __future__ import annotations

from typing import ClassVar

from citybrain.base.bus import Message


class AccountCreated(Message, frozen=True, kw_only=True):
    type: ClassVar[str] = "account.created"
    user_id: int


class AccountChanged(Message, frozen=True, kw_only=True):
    type: ClassVar[str] = "account.changed"
    user_id: int
    changed: list[str]


class AccountActivated(Message, frozen=True, kw_only=True):
    type: ClassVar[str] = "account.activated"
    user_id: int


class AccountDeactivated(Message, frozen=True, kw_only=True):
    type: ClassVar[str] = "account.deactivated"
    user_id: int


class PasswordChanged(Message, frozen=True, kw_only=True):
    type: ClassVar[str] = "account.password_changed"
    user_id: int


class DutyGranted(Message, frozen=True, kw_only=True):
    type: ClassVar[str] = "duty.granted"
    user_id: int
    duty_id: int
    role: str


class DutyRevoked(Message, frozen=True, kw_only=True):
    type: ClassVar[str] = "duty.revoked"
    user_id: int
    duty_id: int
    role: str


class TokenCreated(Message, frozen=True, kw_only=True):
    type: ClassVar[str] = "token.created"
    token_id: int
    role: str
    mode: str


class TokenRevoked(Message, frozen=True, kw_only=True):
    type: ClassVar[str] = "token.revoked"
    token_id: int


class PersonRevealed(Message, frozen=True, kw_only=True):
    type: ClassVar[str] = "person.revealed"
    field: str
