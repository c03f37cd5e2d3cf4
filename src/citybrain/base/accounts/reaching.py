"""What somebody reaches: how many rows of each kind, now and with one duty more. Answers counts, never rows."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from django.apps import apps
from django.db.models import Model

from citybrain.base.accounts.models import User
from citybrain.base.accounts.queries import viewer_of
from citybrain.base.accounts.types import Grant, Scope, Viewer
from citybrain.base.querying.counting import About, about

SHOWN = ("case", "signal", "alarm", "thing", "organisation", "region", "account")
"""The kinds that an administrator is told of, in this order."""


@dataclass(frozen=True)
class Reach:
    """About how many rows of a kind somebody reads now, and would read then."""

    kind: str
    now: About
    then: About


def reach_of(user: User, *, asker: Viewer, more: Grant | None = None) -> list[Reach]:
    """What a user reads now, and with one duty more; of rows that the asker himself does not see nothing is told."""
    now = viewer_of(user)
    then = replace(now, grants=(*now.grants, more)) if more else now
    found = []
    for kind, model in _models():
        mine = asker.scoped(model._default_manager.all())
        count = about(now.scoped(mine))
        found.append(Reach(kind, count, about(then.scoped(mine)) if more else count))
    return found


def _models() -> Iterator[tuple[str, type[Model]]]:
    scoped = {
        scope.kind: model for model in apps.get_models() if isinstance(scope := getattr(model, "SCOPE", None), Scope)
    }
    return ((kind, scoped[kind]) for kind in SHOWN if kind in scoped)
