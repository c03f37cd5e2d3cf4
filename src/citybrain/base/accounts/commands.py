"""`citybrain token create|list|revoke` and `citybrain user create|grant|password`: whoever holds the machine may."""

from __future__ import annotations

import argparse
import secrets
import sys
from datetime import timedelta
from typing import TYPE_CHECKING

from citybrain.base import clock
from citybrain.base.accounts import actions, queries
from citybrain.base.accounts.roles import ROLES
from citybrain.base.accounts.types import ROOT, system_viewer
from citybrain.base.parties.queries import organisation_of
from citybrain.base.places.queries import region_of

if TYPE_CHECKING:
    Words = argparse._SubParsersAction[argparse.ArgumentParser]

OPERATOR = system_viewer("command-line")


def register(words: Words) -> None:
    token = words.add_parser("token", help="keys for machines").add_subparsers(required=True, metavar="VERB")
    create = token.add_parser("create", help="make a token; its secret is the only line on standard output")
    _add_reach(create)
    create.add_argument("--user", help="the account it hangs on; without one it hangs on nobody")
    create.add_argument("--mode", choices=("live", "history"), default="live", help="which times its readings may have")
    create.add_argument("--name", default="", help="what it is for")
    create.add_argument("--days", type=int, help="how long it is good (default: until it is revoked)")
    create.set_defaults(run=create_token)
    token.add_parser("list", help="every token, without secrets").set_defaults(run=list_tokens)
    revoke = token.add_parser("revoke", help="make a token worthless at once")
    revoke.add_argument("id", type=int)
    revoke.set_defaults(run=revoke_token)

    user = words.add_parser("user", help="accounts").add_subparsers(required=True, metavar="VERB")
    new = user.add_parser("create", help="open an account; prints its password")
    new.add_argument("username")
    new.add_argument("--display-name", default="")
    _add_reach(new, role_required=False)
    new.set_defaults(run=create_user)
    grant = user.add_parser("grant", help="give an account a duty")
    grant.add_argument("username")
    _add_reach(grant)
    grant.set_defaults(run=grant_duty)
    password = user.add_parser("password", help="give an account a new random password and print it")
    password.add_argument("username")
    password.set_defaults(run=set_password)


def _add_reach(parser: argparse.ArgumentParser, *, role_required: bool = True) -> None:
    parser.add_argument("--role", choices=tuple(ROLES), required=role_required)
    parser.add_argument("--organisation", metavar="CODE", help="with everything below it (default: all)")
    parser.add_argument("--region", metavar="CODE", help="with everything below it (default: the whole city)")
    parser.add_argument("--level", type=int, choices=(1, 2, 3, 4), help="fields it may read (default: by role)")


def _reach(options: argparse.Namespace) -> dict[str, object]:
    return {
        "role": options.role,
        "organisation_path": organisation_of(options.organisation).path if options.organisation else ROOT,
        "region_path": region_of(options.region).path if options.region else ROOT,
        "level": options.level,
    }


def create_token(options: argparse.Namespace) -> int:
    owner = queries.find_user(OPERATOR, options.user) if options.user else None
    token, secret = actions.create_token(
        actor=OPERATOR,
        name=options.name or f"{options.role} by command line",
        mode=options.mode,
        owner=owner,
        expires_at=clock.wall_now() + timedelta(days=options.days) if options.days else None,
        **_reach(options),  # type: ignore[arg-type]  # names and types as above
    )
    print(f"token {token.pk}: {token.role}, {token.ingest_mode}; the secret is shown this once", file=sys.stderr)
    print(secret)
    return 0


def list_tokens(options: argparse.Namespace) -> int:
    for token in queries.list_tokens(OPERATOR).order_by("pk"):
        state = "revoked" if token.revoked_at else f"until {token.expires_at:%Y-%m-%d}" if token.expires_at else "good"
        used = f"{token.last_used_at:%Y-%m-%d %H:00}" if token.last_used_at else "never"
        owner = token.owner.username if token.owner else "-"
        where = f"{token.organisation_path} {token.region_path}"
        print(f"{token.pk:>5}  {token.prefix}…  {token.role:<14} {token.ingest_mode:<8} {state:<17} used {used}  "
              f"{owner}  {where}  {token.name}")  # fmt: skip
    return 0


def revoke_token(options: argparse.Namespace) -> int:
    actions.revoke_token(queries.get_token(OPERATOR, options.id), actor=OPERATOR)
    print(f"token {options.id} is revoked")
    return 0


def create_user(options: argparse.Namespace) -> int:
    password = secrets.token_urlsafe(15)
    organisation = organisation_of(options.organisation) if options.organisation else None
    user = actions.create_user(
        actor=OPERATOR,
        username=options.username,
        password=password,
        display_name=options.display_name,
        organisation=organisation,
    )
    if options.role:
        actions.grant_duty(user, actor=OPERATOR, **_reach(options))  # type: ignore[arg-type]
    print(f"{user.username}  password: {password}")
    return 0


def grant_duty(options: argparse.Namespace) -> int:
    user = queries.find_user(OPERATOR, options.username)
    duty = actions.grant_duty(user, actor=OPERATOR, **_reach(options))  # type: ignore[arg-type]
    print(f"{user.username} is now {duty}")
    return 0


def set_password(options: argparse.Namespace) -> int:
    password = secrets.token_urlsafe(15)
    user = actions.set_password(queries.find_user(OPERATOR, options.username), actor=OPERATOR, password=password)
    print(f"{user.username}  password: {password}")
    return 0
