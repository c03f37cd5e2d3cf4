"""The door for signing in, accounts, duties and tokens."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.middleware.csrf import get_token
from ninja import Query, Router, Status

from citybrain.base.accounts import actions, queries, sessions
from citybrain.base.accounts.http import AboutShown, CityRequest, PageOf, Paging, paged, viewer_if_any
from citybrain.base.accounts.reaching import reach_of
from citybrain.base.accounts.roles import ROLES
from citybrain.base.accounts.schemas import (
    DutyGrant,
    DutyQuery,
    DutyShown,
    HolderShown,
    Me,
    PasswordChange,
    PasswordSet,
    ReachQuery,
    ReachShown,
    RoleShown,
    SessionOpen,
    SessionShown,
    TokenCreate,
    TokenSecret,
    TokenShown,
    UserChange,
    UserCreate,
    UserDetail,
    UserQuery,
    UserRow,
)
from citybrain.base.parties.queries import organisation_of
from citybrain.base.querying.counting import about

router = Router(tags=["accounts"])


@router.get("/session", response=SessionShown, auth=None)
def read_session(request: CityRequest) -> Any:
    """Who is signed in, if anybody; sets the csrftoken cookie that every change by a session needs."""
    get_token(request)
    return {"signed_in": (me := viewer_if_any(request)) is not None, "me": me}


@router.post("/session", response=Me, auth=None)
def open_session(request: CityRequest, response: HttpResponse, body: SessionOpen) -> Any:
    """Sign in."""
    return sessions.open_session(request, response, username=body.username, password=body.password)


@router.delete("/session", response={204: None})
def close_session(request: CityRequest) -> Any:
    """Sign out."""
    sessions.close_session(request)
    return Status(204, None)


@router.post("/session/password", response={204: None})
def change_password(request: CityRequest, body: PasswordChange) -> Any:
    """Change your own password; your other sessions end."""
    sessions.change_own_password(request, old=body.old, new=body.new)
    return Status(204, None)


@router.get("/roles", response=list[RoleShown])
def list_roles(request: CityRequest) -> Any:
    """The roles there are and what each carries."""
    return list(ROLES.values())


@router.get("/users", response=PageOf[UserRow])
def list_users(request: CityRequest, wanted: Query[UserQuery], paging: Query[Paging]) -> Any:
    """The accounts of the organisations you administer, by number."""
    return paged(queries.list_users_with_roles(request.viewer, **wanted.dict()), paging, order=("pk",))


@router.get("/users/count", response=AboutShown)
def count_users(request: CityRequest, wanted: Query[UserQuery]) -> Any:
    """About how many accounts a list has."""
    return about(queries.list_users(request.viewer, **wanted.dict()))


@router.post("/users", response={201: UserDetail})
def create_user(request: CityRequest, body: UserCreate) -> Any:
    """Open an account."""
    organisation = organisation_of(body.organisation) if body.organisation else None
    return Status(201, actions.create_user(actor=request.viewer, **{**body.dict(), "organisation": organisation}))


@router.get("/users/{int:user_id}", response=UserDetail)
def get_user(request: CityRequest, user_id: int) -> Any:
    """One account with all its duties, past ones too."""
    return queries.get_user(request.viewer, user_id)


@router.patch("/users/{int:user_id}", response=UserDetail)
def change_user(request: CityRequest, user_id: int, body: UserChange) -> Any:
    """Change the name on screens or the organisation; what is left out stays."""
    organisation = organisation_of(body.organisation) if body.organisation else None
    given = {**body.dict(), "organisation": organisation}
    return actions.change_user(queries.get_user(request.viewer, user_id), actor=request.viewer, **given)


@router.get("/users/{int:user_id}/reach", response=list[ReachShown])
def show_reach(request: CityRequest, user_id: int, asked: Query[ReachQuery]) -> Any:
    """About how much of each kind the account reads, now and with one duty more."""
    user = queries.get_user(request.viewer, user_id)
    more = actions.wanted_grant(**asked.dict(), level=None) if asked.role else None
    return reach_of(user, asker=request.viewer, more=more)


@router.post("/users/{int:user_id}/deactivate", response=UserDetail)
def deactivate_user(request: CityRequest, user_id: int) -> Any:
    """Lock an account; its sessions, tokens and streams end at once."""
    return actions.deactivate_user(queries.get_user(request.viewer, user_id), actor=request.viewer)


@router.post("/users/{int:user_id}/activate", response=UserDetail)
def activate_user(request: CityRequest, user_id: int) -> Any:
    """Unlock an account."""
    return actions.activate_user(queries.get_user(request.viewer, user_id), actor=request.viewer)


@router.post("/users/{int:user_id}/password", response={204: None})
def set_password(request: CityRequest, user_id: int, body: PasswordSet) -> Any:
    """Give somebody a new password."""
    user = queries.get_user(request.viewer, user_id)
    actions.set_password(user, actor=request.viewer, password=body.password)
    return Status(204, None)


@router.post("/users/{int:user_id}/duties", response={201: DutyShown})
def grant_duty(request: CityRequest, user_id: int, body: DutyGrant) -> Any:
    """Give somebody a role for an organisation subtree and a region subtree."""
    return Status(
        201, actions.grant_duty(queries.get_user(request.viewer, user_id), actor=request.viewer, **body.dict())
    )


@router.get("/duties", response=PageOf[HolderShown])
def list_duties(request: CityRequest, wanted: Query[DutyQuery], paging: Query[Paging]) -> Any:
    """Who holds which duty for an organisation or region now, of the accounts you administer."""
    return paged(queries.list_duties(request.viewer, **wanted.dict()), paging, order=("pk",))


@router.delete("/duties/{int:duty_id}", response=DutyShown)
def revoke_duty(request: CityRequest, duty_id: int) -> Any:
    """Take a duty away; the user's sessions and streams end with their next request."""
    return actions.revoke_duty(queries.get_duty(request.viewer, duty_id), actor=request.viewer)


@router.get("/tokens", response=PageOf[TokenShown])
def list_tokens(request: CityRequest, paging: Query[Paging]) -> Any:
    """Your own tokens, and those of the organisations and regions you administer, by number."""
    return paged(queries.list_tokens(request.viewer), paging, order=("pk",))


@router.post("/tokens", response={201: TokenSecret})
def create_token(request: CityRequest, body: TokenCreate) -> Any:
    """Make a token; its secret is in this answer and nowhere else."""
    owner = queries.find_user(request.viewer, body.owner) if body.owner else None
    token, secret = actions.create_token(actor=request.viewer, **{**body.dict(), "owner": owner})
    return Status(201, {"token": token, "secret": secret})


@router.delete("/tokens/{int:token_id}", response=TokenShown)
def revoke_token(request: CityRequest, token_id: int) -> Any:
    """Make a token worthless at once."""
    return actions.revoke_token(queries.get_token(request.viewer, token_id), actor=request.viewer)
