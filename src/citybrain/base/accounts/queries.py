"""Who is asking: a user or a token becomes a viewer with the grants in force now."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, TypeVar

from django.db.models import Model, Prefetch, Q, QuerySet

from citybrain.base import clock
from citybrain.base.accounts.models import Duty, Token, User
from citybrain.base.accounts.types import Grant, Viewer
from citybrain.base.conditions import Condition
from citybrain.base.errors import NotFound
from citybrain.base.parties.queries import organisation_of
from citybrain.base.places.queries import region_of
from citybrain.base.querying import to_q

M = TypeVar("M", bound=Model)

LAST_USED_STEP = timedelta(hours=1)
MOST_NAMED = 100


def duties_in_force(at: datetime | None = None) -> QuerySet[Duty]:
    """Duties that are not revoked and cover the moment (city time)."""
    now = at or clock.now()
    begun = Q(valid_from__isnull=True) | Q(valid_from__lte=now)
    not_over = Q(valid_to__isnull=True) | Q(valid_to__gt=now)
    return Duty.objects.filter(begun, not_over, revoked_at__isnull=True).order_by("pk")


def viewer_of(user: User) -> Viewer:
    """The user as a viewer, with the duties in force now; a deactivated user holds nothing."""
    grants = tuple(duty.grant() for duty in duties_in_force().filter(user_id=user.pk)) if user.is_active else ()
    return _user_viewer(user, grants)


def _user_viewer(user: User, grants: tuple[Grant, ...]) -> Viewer:
    return Viewer(
        kind="user",
        id=user.pk,
        actor_key=user.actor_key,
        actor_label=user.actor_label,
        grants=grants,
        security_epoch=user.security_epoch,
        organisation_path=user.organisation.path if user.organisation else "",
    )


def hash_of(secret: str) -> str:
    """What is kept of a token's secret: SHA-256, hex. The secret is random, so that no salt is needed."""
    return hashlib.sha256(secret.encode()).hexdigest()


def tokens_in_force() -> QuerySet[Token]:
    """Tokens that are not revoked, not expired, and whose owner (if any) is still active; duties are not looked at."""
    not_over = Q(expires_at__isnull=True) | Q(expires_at__gt=clock.wall_now())
    owned = Q(owner__isnull=True) | Q(owner__is_active=True)
    return Token.objects.filter(not_over, owned, revoked_at__isnull=True).select_related("owner").order_by("pk")


def viewer_of_token(secret: str) -> Viewer | None:
    """The token with this secret as a viewer; None when there is none in force or its owner has lost what it gives."""
    token = tokens_in_force().filter(hash=hash_of(secret)).first()
    if token is None or not _owner_still_holds(token):
        return None
    _note_use(token)
    return viewer_of_token_row(token)


def viewer_of_token_row(token: Token) -> Viewer:
    return Viewer(
        kind="token",
        id=token.pk,
        actor_key=token.actor_key,
        actor_label=token.actor_label,
        grants=(token.grant(),),
        security_epoch=token.owner.security_epoch if token.owner else 0,
        ingest_mode=token.ingest_mode,
        organisation_path=token.organisation_path,
    )


def _owner_still_holds(token: Token) -> bool:
    return token.owner is None or viewer_of(token.owner).covers(token.grant())


def _note_use(token: Token) -> None:
    """Last use, to the hour: enough to find forgotten tokens, and no write on every request."""
    now = clock.wall_now()
    old = Q(last_used_at__isnull=True) | Q(last_used_at__lt=now - LAST_USED_STEP)
    if token.last_used_at is None or token.last_used_at < now - LAST_USED_STEP:
        Token.objects.filter(old, pk=token.pk).update(last_used_at=now)


@dataclass(frozen=True)
class TokenReach:
    """A token in force, by its hash, with the rows it reaches for one permission."""

    id: int
    hash: str
    mode: str
    condition: Condition


def tokens_with(permission: str) -> list[TokenReach]:
    """Every token in force that carries the permission, in three queries: what `sense` may know of tokens."""
    in_force = Prefetch("owner__duties", queryset=duties_in_force(), to_attr="in_force")
    found = tokens_in_force().select_related("owner__organisation").prefetch_related(in_force)
    return [
        TokenReach(token.pk, token.hash, token.ingest_mode, viewer.reach(permission, reading=False))
        for token in found
        if (viewer := viewer_of_token_row(token)).may(permission) and _covered(token)
    ]


def _covered(token: Token) -> bool:
    owner = token.owner
    if owner is None:
        return True
    duties: Iterable[Duty] = owner.in_force  # type: ignore[attr-defined]  # set by the prefetch above
    return _user_viewer(owner, tuple(duty.grant() for duty in duties)).covers(token.grant())


def first_end_of(viewer: Viewer) -> datetime | None:
    """When (city time) the first of the viewer's duties in force ends, if any does."""
    if viewer.kind != "user":
        return None
    ending = duties_in_force().filter(user_id=viewer.id, valid_to__isnull=False)
    return ending.order_by("valid_to").values_list("valid_to", flat=True).first()


def list_users(
    viewer: Viewer, *, q: str = "", organisation: str = "", role: str = "", is_active: bool | None = None
) -> QuerySet[User]:
    """The accounts within reach; raises Forbidden without `account.read`.

    `q` is a part of a name; `organisation` is a code and means those below it too; `role` one that is held now.
    Raises NotFound for an organisation that there is not.
    """
    viewer.check("account.read")
    rows = viewer.scoped(User.objects.select_related("organisation"))
    if q:
        rows = rows.filter(Q(username__contains=User.normalize_username(q)) | Q(display_name__icontains=q))
    if organisation:
        rows = rows.filter(organisation__path__startswith=organisation_of(organisation).path)
    if role:
        rows = rows.filter(pk__in=duties_in_force().filter(role=role).order_by().values("user_id"))
    return rows if is_active is None else rows.filter(is_active=is_active)


def list_users_with_roles(viewer: Viewer, **wanted: Any) -> QuerySet[User]:
    """The same, each with the duties in force as `in_force`."""
    held = Prefetch("duties", queryset=duties_in_force(), to_attr="in_force")
    return list_users(viewer, **wanted).prefetch_related(held)


def list_duties(viewer: Viewer, *, organisation: str = "", region: str = "") -> QuerySet[Duty]:
    """Duties in force of accounts within reach; those whose subtree lies at or below an organisation or region."""
    rows = duties_in_force().filter(user__in=list_users(viewer)).select_related("user__organisation")
    if organisation:
        rows = rows.filter(organisation_path__startswith=organisation_of(organisation).path)
    if region:
        rows = rows.filter(region_path__startswith=region_of(region).path)
    return rows


def actor_keys(text: str) -> tuple[str, ...]:
    """The key of an actor as it is; else the keys of the people whose name has this part, of at most a hundred."""
    if ":" in text:
        return (text,)
    named = Q(username__contains=User.normalize_username(text)) | Q(display_name__icontains=text)
    return tuple(user.actor_key for user in User.objects.filter(named).order_by("pk")[:MOST_NAMED])


def names_of(actor_keys: Iterable[str]) -> dict[str, str]:
    """What people are called on screens, by their keys as actors (`user:12`); machines have none."""
    ids = {key.removeprefix("user:") for key in actor_keys if key.startswith("user:")}
    return {user.actor_key: user.actor_label for user in User.objects.filter(pk__in=ids)}


def get_user(viewer: Viewer, user_id: int) -> User:
    """One account within reach, with its duties; raises NotFound."""
    rows = list_users(viewer).prefetch_related(Prefetch("duties", queryset=Duty.objects.order_by("pk")))
    return _one(rows.filter(pk=user_id))


def find_user(viewer: Viewer, username: str) -> User:
    """The account of that name: your own, or one within reach; raises NotFound `account.unknown_user`."""
    name = User.normalize_username(username)
    found = User.objects.select_related("organisation").filter(username=name).first()
    mine = found is not None and (viewer.kind, viewer.id) == ("user", found.pk)
    if found is None or not (mine or viewer.reaches(found)):
        raise NotFound("account.unknown_user", username=name)
    return found


def get_duty(viewer: Viewer, duty_id: int) -> Duty:
    """One duty of an account within reach; raises NotFound."""
    return _one(Duty.objects.filter(pk=duty_id, user__in=list_users(viewer)).select_related("user"))


def list_tokens(viewer: Viewer) -> QuerySet[Token]:
    """Your own tokens and those within reach; raises Forbidden with neither `account.read` nor `token.write`."""
    if not viewer.may("account.read"):
        viewer.check("token.write")
    own = Q(owner_id=viewer.id) if viewer.kind == "user" else Q(pk__in=[])
    reach = to_q(viewer.where(Token.SCOPE), Token.SCOPE.columns)
    return Token.objects.filter(own | reach).select_related("owner")


def get_token(viewer: Viewer, token_id: int) -> Token:
    """One token of yours or within reach; raises NotFound."""
    return _one(list_tokens(viewer).filter(pk=token_id))


def _one(rows: QuerySet[M]) -> M:
    row = rows.first()
    if row is None:
        raise NotFound("input.not_found")
    return row
