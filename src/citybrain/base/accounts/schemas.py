"""What goes in and out of the accounts door."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from ninja import Field, Schema

from citybrain.base.accounts.http import AboutShown, Given, Moment
from citybrain.base.accounts.roles import ROLES
from citybrain.base.accounts.words import Word

RoleKey = Annotated[str, Word("roles", lambda: ROLES)]
Path = Field("/", max_length=255, pattern=r"^/([A-Za-z0-9._-]+/)*$", description="A subtree; / is all of it")


class SessionOpen(Given):
    username: str = Field(max_length=64, examples=["dispatcher"])
    password: str = Field(max_length=256, examples=["correct horse battery staple"])


class PasswordChange(Given):
    old: str = Field(max_length=256, examples=["correct horse battery staple"])
    new: str = Field(max_length=256, examples=["another horse, another battery"])


class PasswordSet(Given):
    password: str = Field(max_length=256, examples=["another horse, another battery"])


class GrantShown(Schema):
    role: str = Field(examples=["dispatcher"])
    organisation_path: str = Field(examples=["/gov/urban/"])
    region_path: str = Field(examples=["/4206/420606/"])
    level: int = Field(examples=[3])
    permissions: list[str] = Field(examples=[["case.read", "case.dispatch"]])

    @staticmethod
    def resolve_permissions(grant: object) -> list[str]:
        return sorted(grant.permissions)  # type: ignore[attr-defined]  # a Grant


class Me(Schema):
    """Who asks: the signed-in user or the token, with what he may do where."""

    kind: Literal["user", "token", "system"] = Field(examples=["user"])
    id: int = Field(examples=[12])
    label: str = Field(examples=["王芳"])
    organisation_path: str = Field(examples=["/gov/urban/"])
    grants: list[GrantShown]

    @staticmethod
    def resolve_label(viewer: object) -> str:
        return str(viewer.actor_label)  # type: ignore[attr-defined]  # a Viewer


class SessionShown(Schema):
    """The session as it stands; reading it also sets the csrftoken cookie."""

    signed_in: bool = Field(examples=[True])
    me: Me | None = None


class RoleShown(Schema):
    key: str = Field(examples=["dispatcher"])
    zh: str = Field(examples=["派遣员"])
    en: str = Field(examples=["dispatcher"])
    level: int = Field(examples=[3])
    permissions: list[str] = Field(examples=[["case.read", "case.dispatch"]])

    @staticmethod
    def resolve_permissions(role: object) -> list[str]:
        return sorted(role.permissions)  # type: ignore[attr-defined]  # a Role


class DutyShown(Schema):
    id: int = Field(examples=[7])
    role: str = Field(examples=["dispatcher"])
    organisation_path: str = Field(examples=["/"])
    region_path: str = Field(examples=["/4206/420606/"])
    level: int = Field(examples=[3])
    valid_from: datetime | None = Field(None, examples=["2026-03-02T01:00:00Z"])
    valid_to: datetime | None = Field(None, examples=["2026-09-02T01:00:00Z"])
    granted_at: datetime = Field(examples=["2026-03-02T01:00:00Z"])
    granted_by: str = Field(examples=["user:1"])
    revoked_at: datetime | None = Field(None, examples=[None])


class DutyGrant(Given):
    role: str = Field(max_length=32, examples=["dispatcher"])
    organisation_path: str = Path
    region_path: str = Path
    level: int | None = Field(None, ge=1, le=4, examples=[3], description="Without it, the usual level of the role")
    valid_from: Moment | None = Field(None, examples=["2026-03-02T01:00:00Z"])
    valid_to: Moment | None = Field(None, examples=["2026-09-02T01:00:00Z"])


class UserCreate(Given):
    username: str = Field(max_length=64, examples=["wang.fang"])
    password: str = Field(max_length=256, examples=["correct horse battery staple"])
    display_name: str = Field("", max_length=64, examples=["王芳"])
    organisation: str | None = Field(None, max_length=64, examples=["urban"], description="Code of the organisation")


class UserSummary(Schema):
    id: int = Field(examples=[12])
    username: str = Field(examples=["wang.fang"])
    display_name: str = Field(examples=["王芳"])
    organisation: str | None = Field(None, examples=["urban"])
    is_active: bool = Field(examples=[True])

    @staticmethod
    def resolve_organisation(user: object) -> str | None:
        organisation = user.organisation  # type: ignore[attr-defined]  # a User
        return organisation.code if organisation else None


class UserRow(UserSummary):
    roles: list[str] = Field(description="Held now, each once", examples=[["dispatcher"]])

    @staticmethod
    def resolve_roles(user: object) -> list[str]:
        return sorted({duty.role for duty in user.in_force})  # type: ignore[attr-defined]  # prefetched


class UserQuery(Schema):
    """Which accounts; all that are given must hold."""

    q: str = Field("", max_length=64, description="A part of the user name or the name", examples=["王芳"])
    organisation: str = Field("", max_length=64, description="Of this organisation or one below it", examples=["urban"])
    role: RoleKey = Field("", description="Who holds it now", examples=["dispatcher"])
    is_active: bool | None = Field(None, examples=[True])


class UserChange(Given):
    display_name: str | None = Field(None, max_length=64, examples=["王芳"])
    organisation: str | None = Field(None, max_length=64, examples=["urban"], description="Code of the organisation")


class HolderShown(DutyShown):
    """A duty in force with whoever holds it."""

    user: UserSummary


class DutyQuery(Schema):
    organisation: str = Field("", max_length=64, description="For this organisation or one below", examples=["urban"])
    region: str = Field("", max_length=64, description="For this region or one below it", examples=["420606"])


class ReachQuery(Schema):
    """Without `role`: what the account reaches now. With it: also with that duty more."""

    role: RoleKey = Field("", examples=["dispatcher"])
    organisation_path: str = Path
    region_path: str = Path


class ReachShown(Schema):
    kind: str = Field(examples=["case"])
    now: AboutShown
    then: AboutShown = Field(description="With the duty that was asked about; else the same")


class UserDetail(UserSummary):
    last_login: datetime | None = Field(None, examples=["2026-03-02T01:00:00Z"])
    duties: list[DutyShown]

    @staticmethod
    def resolve_duties(user: object) -> list[object]:
        return list(user.duties.all())  # type: ignore[attr-defined]  # a User


class TokenCreate(Given):
    name: str = Field(min_length=1, max_length=64, examples=["air stations, north gateway"])
    role: str = Field(max_length=32, examples=["source_system"])
    mode: Literal["live", "history"] = Field("live", examples=["live"])
    organisation_path: str = Path
    region_path: str = Path
    level: int | None = Field(None, ge=1, le=4, examples=[1])
    expires_at: Moment | None = Field(None, examples=["2027-03-02T01:00:00Z"])
    owner: str | None = Field(None, max_length=64, examples=["wang.fang"], description="User name; yourself without it")


class TokenShown(Schema):
    id: int = Field(examples=[3])
    name: str = Field(examples=["air stations, north gateway"])
    prefix: str = Field(examples=["cb_Xk29dPq1"])
    owner: str | None = Field(None, examples=["wang.fang"])
    role: str = Field(examples=["source_system"])
    mode: str = Field(examples=["live"])
    organisation_path: str = Field(examples=["/"])
    region_path: str = Field(examples=["/"])
    level: int = Field(examples=[1])
    created_at: datetime = Field(examples=["2026-03-02T01:00:00Z"])
    expires_at: datetime | None = Field(None, examples=["2027-03-02T01:00:00Z"])
    revoked_at: datetime | None = Field(None, examples=[None])
    last_used_at: datetime | None = Field(None, examples=["2026-03-02T01:00:00Z"], description="To the hour")

    @staticmethod
    def resolve_owner(token: object) -> str | None:
        owner = token.owner  # type: ignore[attr-defined]  # a Token
        return owner.username if owner else None

    @staticmethod
    def resolve_mode(token: object) -> str:
        return str(token.ingest_mode)  # type: ignore[attr-defined]  # a Token


class TokenSecret(Schema):
    token: TokenShown
    secret: str = Field(description="Shown this once", examples=["cb_Xk29dPq1nV4wq0o5Zb7sJt3uYh8eRk6mCfLgA2xD9iE"])
