"""Whom a notice is for."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from citybrain.base.accounts.models import User
from citybrain.base.parties.models import Organisation


@dataclass(frozen=True)
class Recipient:
    """A user, everybody of an organisation, or everybody whose duty reaches a place; written `kind:key`."""

    kind: str
    key: str

    def __str__(self) -> str:
        return f"{self.kind}:{self.key}"


Target = Recipient | User | Organisation | str


def to_user(user: User | int) -> Recipient:
    return Recipient("user", str(user.pk if isinstance(user, User) else user))


def to_organisation(organisation: Organisation | int) -> Recipient:
    """Everybody with an account in the organisation at the time of delivery."""
    return Recipient("organisation", str(organisation.pk if isinstance(organisation, Organisation) else organisation))


def to_duty(permission: str, *, region_path: str = "", organisation_path: str = "") -> Recipient:
    """Everybody who holds a permission over that region and organisation at the time of delivery."""
    return Recipient("duty", f"{permission}@{region_path}|{organisation_path}")


def recipient_of(target: Target) -> Recipient:
    """Any form of a recipient as one: a row, a `Recipient`, or its text `user:12`, `organisation:5`, `duty:…`."""
    if isinstance(target, Recipient):
        return target
    if isinstance(target, User):
        return to_user(target)
    if isinstance(target, Organisation):
        return to_organisation(target)
    kind, _, key = target.partition(":")
    if kind not in ("user", "organisation", "duty") or not key:
        raise ValueError(f"{target!r} names no recipient")
    return Recipient(kind, key)


def recipients_of(to: Target | Iterable[Target]) -> list[Recipient]:
    """Each recipient once, in the order given."""
    targets = [to] if isinstance(to, Recipient | User | Organisation | str) else to
    return list(dict.fromkeys(map(recipient_of, targets)))
