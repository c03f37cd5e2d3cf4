"""Every change of who may do what. Nobody gives, takes or unlocks more than he holds himself."""

from __future__ import annotations

import re
import secrets
from datetime import datetime
from typing import Any

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import F, Model

from citybrain.base import audit, bus, clock, crypto
from citybrain.base.accounts import messages
from citybrain.base.accounts.models import Duty, IngestMode, Token, User
from citybrain.base.accounts.queries import duties_in_force, hash_of, viewer_of
from citybrain.base.accounts.roles import role_of
from citybrain.base.accounts.types import ROOT, Grant, Viewer, grant_of, system_viewer
from citybrain.base.errors import BadInput, Conflict, FieldError, Forbidden
from citybrain.base.parties.models import Organisation
from citybrain.base.places.models import Region
from citybrain.base.querying import move_paths

USERNAME = re.compile(r"[\w.@+-]{2,64}\Z")
SECRET_BYTES = 32
PREFIX_LENGTH = 11


@transaction.atomic
def create_user(
    *,
    actor: Viewer,
    username: str,
    password: str | None,
    display_name: str = "",
    organisation: Organisation | None = None,
) -> User:
    """Open an account; it can do nothing until a duty is granted. Without a password nobody signs in to it by one.

    Raises Conflict when the name is taken, BadInput for a name or password that will not do.
    """
    name = User.normalize_username(username)
    if not USERNAME.match(name):
        raise _wrong("username", "account.username")
    user = User(username=name, display_name=display_name, organisation=organisation)
    actor.check("account.write", on=user)
    if password is not None:
        check_password_will_do(password, user)
    user.set_password(password)  # None: one that no password matches
    try:
        with transaction.atomic():
            user.save()
    except IntegrityError as error:
        raise Conflict("account.username_taken", username=name) from error

    audit.record(actor, "account.created", user)
    _publish(messages.AccountCreated(user_id=user.pk), user, actor)
    return user


@transaction.atomic
def change_user(
    user: User, *, actor: Viewer, display_name: str | None = None, organisation: Organisation | None = None
) -> User:
    """Give an account another name on screens or another organisation; what is None stays, duties stay in any case.

    Needs the right over the account where it is and where it goes.
    """
    user = _locked(user)
    actor.check("account.write", on=user)
    wanted = {"display_name": display_name, "organisation_id": organisation.pk if organisation else None}
    changed = [key for key, value in wanted.items() if value is not None and value != getattr(user, key)]
    if not changed:
        return user
    for key in changed:
        setattr(user, key, wanted[key])
    if "organisation_id" in changed:
        if not actor.reaches(user, "account.write"):
            raise Forbidden("account.elsewhere", permission="account.write")
        check_may_take_over(actor, user)
    user.save(update_fields=changed)

    fields = [key.removesuffix("_id") for key in changed]
    audit.record(actor, "account.changed", user, changed=fields, organisation=organisation.code if organisation else "")
    _publish(messages.AccountChanged(user_id=user.pk, changed=fields), user, actor)
    return user


@transaction.atomic
def grant_duty(
    user: User,
    *,
    actor: Viewer,
    role: str,
    organisation_path: str = ROOT,
    region_path: str = ROOT,
    level: int | None = None,
    valid_from: datetime | None = None,
    valid_to: datetime | None = None,
) -> Duty:
    """Give a user a role for an organisation subtree and a region subtree.

    Raises Forbidden when it would give more than the actor holds, BadInput for a role or place that does not exist.
    """
    user = _locked(user)
    actor.check("account.write", on=user)
    wanted = wanted_grant(role, organisation_path, region_path, level)
    check_holds(actor, wanted, granting="account.write")
    if valid_from and valid_to and valid_to <= valid_from:
        raise _wrong("valid_to", "account.period")
    same = Duty.objects.filter(user=user, role=role, organisation_path=organisation_path, region_path=region_path)
    if same.filter(level=wanted.level, valid_from=valid_from, valid_to=valid_to, revoked_at__isnull=True).exists():
        raise Conflict("account.duty_exists")
    duty = Duty.objects.create(
        user=user, role=role, organisation_path=organisation_path, region_path=region_path, level=wanted.level,
        valid_from=valid_from, valid_to=valid_to, granted_at=clock.now(), granted_by=actor.actor_key,
    )  # fmt: skip

    where: dict[str, Any] = {"organisation_path": organisation_path, "region_path": region_path, "level": wanted.level}
    audit.record(actor, "duty.granted", user, duty=duty.pk, role=role, **where)
    _publish(messages.DutyGranted(user_id=user.pk, duty_id=duty.pk, role=role), user, actor)
    return duty


@transaction.atomic
def revoke_duty(duty: Duty, *, actor: Viewer) -> Duty:
    """Take a duty away; whatever the user has open ends with its next request.

    Raises Conflict for a duty that is revoked already, and for the last administrator of the whole city.
    """
    lock_administrators()
    user = _locked(duty.user)
    duty = Duty.objects.select_for_update().get(pk=duty.pk)
    actor.check("account.write", on=user)
    check_holds(actor, duty.grant(), granting="account.write")
    if duty.revoked_at is not None:
        raise Conflict("account.duty_revoked")
    duty.revoked_at = clock.now()
    duty.save(update_fields=["revoked_at"])
    check_an_administrator_remains()
    _end_sessions(user)

    audit.record(actor, "duty.revoked", user, duty=duty.pk, role=duty.role)
    _publish(messages.DutyRevoked(user_id=user.pk, duty_id=duty.pk, role=duty.role), user, actor)
    return duty


@transaction.atomic
def deactivate_user(user: User, *, actor: Viewer) -> User:
    """Lock an account with everything that hangs on it: sessions, tokens, open streams.

    Raises Conflict for one that is locked already, and for the last administrator of the whole city.
    """
    lock_administrators()
    user = _locked(user)
    check_may_take_over(actor, user)
    if not user.is_active:
        raise Conflict("account.inactive")
    user.is_active = False
    user.save(update_fields=["is_active"])
    check_an_administrator_remains()
    _end_sessions(user)

    audit.record(actor, "account.deactivated", user)
    _publish(messages.AccountDeactivated(user_id=user.pk), user, actor)
    return user


@transaction.atomic
def activate_user(user: User, *, actor: Viewer) -> User:
    """Unlock an account again, with the duties it had."""
    user = _locked(user)
    check_may_take_over(actor, user)
    if user.is_active:
        raise Conflict("account.active")
    user.is_active = True
    user.save(update_fields=["is_active"])

    audit.record(actor, "account.activated", user)
    _publish(messages.AccountActivated(user_id=user.pk), user, actor)
    return user


@transaction.atomic
def set_password(user: User, *, actor: Viewer, password: str) -> User:
    """Give an account a new password; every session of it ends."""
    user = _locked(user)
    if (actor.kind, actor.id) != ("user", user.pk):
        check_may_take_over(actor, user)
    check_password_will_do(password, user)
    user.set_password(password)
    user.save(update_fields=["password"])
    _end_sessions(user)

    audit.record(actor, "account.password_changed", user)
    _publish(messages.PasswordChanged(user_id=user.pk), user, actor)
    return user


@transaction.atomic
def create_token(
    *,
    actor: Viewer,
    name: str,
    role: str,
    mode: str = IngestMode.LIVE,
    organisation_path: str = ROOT,
    region_path: str = ROOT,
    level: int | None = None,
    expires_at: datetime | None = None,
    owner: User | None = None,
) -> tuple[Token, str]:
    """Make a key for a machine; answers the token and its secret, which is kept nowhere.

    It hangs on its owner (the actor himself, unless another is named): it gives no more than the owner holds, at any
    moment. Only the platform's own command line makes tokens without an owner.
    """
    actor.check("token.write")
    if actor.kind == "token":
        raise Forbidden("account.token_by_token")
    if mode not in IngestMode.values:
        raise _wrong("mode", "input.not_allowed", value=mode, allowed=", ".join(IngestMode.values))
    if expires_at is not None and expires_at <= clock.wall_now():
        raise _wrong("expires_at", "account.expires_in_the_past")
    owner = owner or (User.objects.get(pk=actor.id) if actor.kind == "user" else None)
    wanted = wanted_grant(role, organisation_path, region_path, level)
    check_holds(actor, wanted, granting="token.write")
    check_owner(owner, actor, wanted)

    secret = f"cb_{secrets.token_urlsafe(SECRET_BYTES)}"
    token = Token.objects.create(
        name=name, prefix=secret[:PREFIX_LENGTH], hash=hash_of(secret), owner=owner, role=role, ingest_mode=mode,
        organisation_path=organisation_path, region_path=region_path, level=wanted.level, expires_at=expires_at,
        created_at=clock.wall_now(), created_by=actor.actor_key,
    )  # fmt: skip

    where: dict[str, Any] = {"organisation_path": organisation_path, "region_path": region_path, "level": wanted.level}
    audit.record(actor, "token.created", token, role=role, mode=mode, owner=owner.pk if owner else None, **where)
    message = messages.TokenCreated(token_id=token.pk, role=role, mode=mode)
    bus.publish(message, subject=f"token/{token.pk}", actor=actor, organisation_paths=(organisation_path,))
    return token, secret


@transaction.atomic
def revoke_token(token: Token, *, actor: Viewer) -> Token:
    """Make a key worthless, at once and for ever; its owner may, and whoever could have given what it gives."""
    token = Token.objects.select_for_update().get(pk=token.pk)
    if not (actor.kind == "user" and token.owner_id == actor.id):
        actor.check("account.write", on=token)
    if token.revoked_at is not None:
        raise Conflict("account.token_revoked")
    token.revoked_at = clock.wall_now()
    token.save(update_fields=["revoked_at"])

    audit.record(actor, "token.revoked", token)
    message = messages.TokenRevoked(token_id=token.pk)
    bus.publish(message, subject=f"token/{token.pk}", actor=actor, organisation_paths=(token.organisation_path,))
    return token


@transaction.atomic
def open_personal(sealed: str, *, actor: Viewer, on: Model, field: str, purpose: str) -> str:
    """Read one sealed field of a person (L4) in the clear, for a stated purpose that stays on record.

    Raises Forbidden or NotFound when the duty does not reach the row, BadInput without a purpose.
    """
    actor.check("person.reveal", on=on)
    if not purpose.strip():
        raise _wrong("purpose", "input.required")
    audit.record(actor, "person.revealed", on, field=field, purpose=purpose.strip())
    kind = str(on._meta.model_name)
    bus.publish(messages.PersonRevealed(field=field), subject=f"{kind}/{on.pk}", actor=actor)
    return crypto.open_field(sealed)


@transaction.atomic
def follow_move(column: str, old: str, new: str) -> None:
    """Duties and tokens go with the organisation or region they are for when it moves in its tree."""
    move_paths(Duty.objects.all(), column, old, new)
    move_paths(Token.objects.all(), column, old, new)


@transaction.atomic
def ensure_administrator(username: str = "admin") -> str | None:
    """On the first start make the first account, and answer its random password; None when there are accounts."""
    if User.objects.exists():
        return None
    password = secrets.token_urlsafe(15)
    actor = system_viewer("start")
    user = create_user(actor=actor, username=username, password=password, display_name="管理员 Administrator")
    grant_duty(user, actor=actor, role="administrator")
    return password


def wanted_grant(role: str, organisation_path: str, region_path: str, level: int | None) -> Grant:
    """What a role would give there; raises BadInput for a role, organisation, region or level that does not exist."""
    wrong = []
    if organisation_path != ROOT and not Organisation.objects.filter(path=organisation_path).exists():
        wrong.append(FieldError("organisation_path", "account.unknown_path", {"path": organisation_path}))
    if region_path != ROOT and not Region.objects.filter(path=region_path).exists():
        wrong.append(FieldError("region_path", "account.unknown_path", {"path": region_path}))
    if level is not None and not 1 <= level <= 4:
        wrong.append(FieldError("level", "account.level"))
    if wrong:
        raise BadInput("input.invalid", fields=tuple(wrong))
    return grant_of(role_of(role), organisation_path=organisation_path, region_path=region_path, level=level)


def check_holds(actor: Viewer, wanted: Grant, *, granting: str) -> None:
    """Raises Forbidden unless the actor holds everything in `wanted`, and may grant there at all."""
    if not (actor.covers(wanted) and any(grant.covers(granting, wanted) for grant in actor.grants)):
        raise Forbidden("account.beyond", role=wanted.role)


def check_owner(owner: User | None, actor: Viewer, wanted: Grant) -> None:
    """Raises Forbidden unless the owner holds what his token gives, and the actor may decide for him."""
    if owner is None:
        return
    if actor.kind == "user" and owner.pk != actor.id:
        actor.check("account.write", on=owner)
    if not viewer_of(owner).covers(wanted):
        raise Forbidden("account.beyond_owner", role=wanted.role)


def check_may_take_over(actor: Viewer, user: User) -> None:
    """Raises Forbidden when the account holds more than the actor: whoever sets its password could become it."""
    actor.check("account.write", on=user)
    for duty in duties_in_force().filter(user=user):
        check_holds(actor, duty.grant(), granting="account.write")


def lock_administrators() -> None:
    """Let those who take administrators away do so one after the other, before they lock anything else: two at once
    would each count on the one whom the other takes away.
    """
    duties = Duty.objects.filter(role="administrator", revoked_at__isnull=True)
    list(duties.select_for_update().order_by("pk").values_list("pk"))


def check_an_administrator_remains() -> None:
    """Raises Conflict when nobody would be left who administers the whole city."""
    left = duties_in_force().filter(
        role="administrator", organisation_path=ROOT, region_path=ROOT, user__is_active=True, valid_to__isnull=True
    )
    if not left.exists():
        raise Conflict("account.last_administrator")


def check_password_will_do(password: str, user: User) -> None:
    """Raises BadInput for a password that is short or common."""
    try:
        validate_password(password, user)
    except ValidationError as error:
        raise _wrong("password", "account.password") from error


def _wrong(field: str, code: str, **data: object) -> BadInput:
    return BadInput("input.invalid", fields=(FieldError(field, code, data),))


def _locked(user: User) -> User:
    return User.objects.select_for_update(of=("self",)).select_related("organisation__region").get(pk=user.pk)


def _end_sessions(user: User) -> None:
    User.objects.filter(pk=user.pk).update(security_epoch=F("security_epoch") + 1)
    user.refresh_from_db(fields=["security_epoch"])


def _publish(message: bus.Message, user: User, actor: Viewer) -> None:
    paths = (user.organisation.path,) if user.organisation else ()
    bus.publish(message, subject=f"account/{user.pk}", actor=actor, organisation_paths=paths)
