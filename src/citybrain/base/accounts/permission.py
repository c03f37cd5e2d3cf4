"""The one door to rows: `visible`, `scoped`, `check_may`."""

from __future__ import annotations

from functools import lru_cache
from typing import TypeVar

from django.apps import apps
from django.db.models import Model, QuerySet

from citybrain.base.accounts.types import Scope, Viewer, scope_of
from citybrain.base.conditions import Condition

M = TypeVar("M", bound=Model)


@lru_cache(maxsize=1)
def models_by_kind() -> dict[str, type[Model]]:
    """Every model that declares a scope, by its kind; two models of one kind are a mistake in the code."""
    found: dict[str, type[Model]] = {}
    for model in apps.get_models():
        scope = getattr(model, "SCOPE", None)
        if isinstance(scope, Scope):
            if scope.kind in found:
                raise TypeError(f"{model.__name__} and {found[scope.kind].__name__} are both of kind {scope.kind!r}")
            found[scope.kind] = model
    return found


def visible(viewer: Viewer, what: type[Model] | Scope | str, permission: str | None = None) -> Condition:
    """The condition tree over the fields of the scope that says which rows the viewer may see (or act on).

    `what` is a model, the kind of one (`"case"`), or a scope of rows that are no model (readings in the lake).
    """
    if isinstance(what, str):
        what = models_by_kind()[what]
    return viewer.where(what if isinstance(what, Scope) else scope_of(what), permission)


def scoped(viewer: Viewer, rows: QuerySet[M], permission: str | None = None) -> QuerySet[M]:
    """Only those rows of a queryset that the viewer may see (or act on with `permission`)."""
    return viewer.scoped(rows, permission)


def check_may(actor: Viewer, permission: str, on: Model | None = None) -> None:
    """Raises Forbidden when the actor lacks the permission (on that row), NotFound when he cannot see the row."""
    actor.check(permission, on)
