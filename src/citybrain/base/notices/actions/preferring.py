"""Choosing which notices come by mail too: each for himself, operators for a role."""

from __future__ import annotations

from collections.abc import Mapping

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction

from citybrain.base import audit, clock
from citybrain.base.accounts import Viewer
from citybrain.base.accounts.roles import role_of
from citybrain.base.crypto import seal_field
from citybrain.base.errors import BadInput, Conflict, FieldError, Forbidden
from citybrain.base.notices import server
from citybrain.base.notices.models import Mailbox, Notice, Preference
from citybrain.base.notices.texts import catalogue
from citybrain.base.notices.types import to_user


@transaction.atomic
def set_preferences(*, actor: Viewer, address: str | None, language: str, by_mail: Mapping[str, bool | None]) -> None:
    """Keep the actor's own address (None: it stays as it is; empty: forgotten) and language, and what he wants by mail.

    A kind set to None follows his roles again. Raises Forbidden for whoever is no person, BadInput for a bad address
    or an unknown kind.
    """
    user = check_person(actor)
    _check_kinds(by_mail)
    if address == "":
        Mailbox.objects.filter(user_id=user).delete()
    elif address is not None:
        sealed = seal_field(_checked(address))
        Mailbox.objects.update_or_create(user_id=user, defaults={"address": sealed, "language": language})
    else:
        Mailbox.objects.filter(user_id=user).update(language=language)
    _put(str(to_user(user)), by_mail)
    audit.record(actor, "notice.preferred", kind="account", key=str(user), by_mail=dict(by_mail))


@transaction.atomic
def set_role_preferences(role: str, *, actor: Viewer, by_mail: Mapping[str, bool | None]) -> None:
    """Keep what everybody with a role gets by mail, unless he chose otherwise."""
    actor.check("job.write")
    _check_kinds(by_mail)
    _put(f"role:{role_of(role).key}", by_mail)
    audit.record(actor, "notice.preferred", kind="role", key=role, by_mail=dict(by_mail))


@transaction.atomic
def try_mail(*, actor: Viewer) -> Notice:
    """Send the actor a letter that says nothing but that mail works.

    Raises Conflict when mail is off or he has given no address.
    """
    user = check_person(actor)
    if server.server() is None:
        raise Conflict("notice.mail_off")
    if not Mailbox.objects.filter(user_id=user).exists():
        raise Conflict("notice.no_address")
    return Notice.objects.create(
        recipient=str(to_user(user)), channel=Notice.Channel.MAIL, key="notice.mail_tried", subject=f"account/{user}",
        actor=actor.actor_key, created_at=clock.now(), next_at=clock.wall_now(),
    )  # fmt: skip


def check_person(actor: Viewer) -> int:
    """The user's id; raises Forbidden for a token, which has no inbox."""
    if actor.kind != "user":
        raise Forbidden("notice.persons_only")
    actor.check("notice.read")
    return actor.id


def _checked(address: str) -> str:
    try:
        validate_email(address.strip())
    except ValidationError as error:
        raise BadInput("input.invalid", fields=(FieldError("address", "notice.address"),)) from error
    return address.strip()


def _check_kinds(by_mail: Mapping[str, bool | None]) -> None:
    unknown = sorted(set(by_mail) - set(catalogue()))
    if unknown:
        raise BadInput("input.invalid", fields=(FieldError("by_mail", "notice.unknown_kind", {"kind": unknown[0]}),))


def _put(holder: str, by_mail: Mapping[str, bool | None]) -> None:
    for key, wanted in sorted(by_mail.items()):
        if wanted is None:
            Preference.objects.filter(holder=holder, key=key).delete()
        else:
            Preference.objects.update_or_create(holder=holder, key=key, defaults={"by_mail": wanted})
