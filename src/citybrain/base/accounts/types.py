"""Who asks, and what he may: the types that every door and every query of the platform takes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, Protocol, TypeVar

from django.db.models import Model, QuerySet

from citybrain.base.accounts.roles import BY_ASSIGNMENT, CITYWIDE, PERMISSIONS, Role
from citybrain.base.conditions import FALSE, TRUE, Compare, Condition, every, one_of, test
from citybrain.base.errors import Forbidden, NotFound
from citybrain.base.querying import Scope, to_q

__all__ = ["Grant", "Scope", "Scoped", "Viewer", "grant_of", "scope_of", "system_viewer"]

M = TypeVar("M", bound=Model)
ROOT = "/"
WHOLE = ("region_path", "organisation_path", "holders")


class Scoped(Protocol):
    """A model class that declares its `SCOPE`."""

    SCOPE: Scope


@dataclass(frozen=True)
class Grant:
    """One duty in force: permissions over an organisation and a region subtree, reading fields up to a level."""

    role: str
    permissions: frozenset[str]
    organisation_path: str = ROOT
    region_path: str = ROOT
    level: int = 2
    held: bool = False

    @property
    def citywide(self) -> bool:
        return self.organisation_path == ROOT and self.region_path == ROOT

    def reach(self, permission: str, *, reading: bool, fields: frozenset[str]) -> Condition:
        """The rows that this grant reaches with a permission; `fields` are those that the rows have.

        An empty path on a row (no place, no owner) is reached from the root only. An organisation that holds or held a
        row goes on reading it: within the region of the duty, and for who handles it wherever it lies.
        """
        if permission not in self.permissions:
            return FALSE
        own = _within("organisation_path", self.organisation_path, fields)
        region = _within("region_path", self.region_path, fields)
        if self.organisation_path == ROOT:
            return region
        if reading and "holders" in fields:
            past = Compare("holders", "within", self.organisation_path)
            return one_of(every(own, region), past) if self.held else every(one_of(own, past), region)
        if self.held and permission in BY_ASSIGNMENT:
            return own
        return every(own, region)

    def covers(self, permission: str, other: Grant) -> bool:
        """Whether everything that `other` reaches with the permission is within this grant's reach."""
        return (
            permission in self.permissions
            and other.organisation_path.startswith(self.organisation_path)
            and other.region_path.startswith(self.region_path)
            and other.level <= self.level
            and (self.citywide or self._holds_like(other))
        )

    def _holds_like(self, other: Grant) -> bool:
        """What is assigned to an organisation may lie anywhere: a duty for a region does not reach all of that."""
        return not other.held or other.organisation_path == ROOT or (self.held and self.organisation_path != ROOT)


def _within(field: str, path: str, fields: frozenset[str]) -> Condition:
    return TRUE if path == ROOT or field not in fields else Compare(field, "within", path)


def grant_of(role: Role, *, organisation_path: str = ROOT, region_path: str = ROOT, level: int | None = None) -> Grant:
    """The grant that a role gives there; what has no place is only carried by a duty over the whole city."""
    whole = organisation_path == ROOT and region_path == ROOT
    permissions = role.permissions if whole else role.permissions - CITYWIDE
    return Grant(role.key, permissions, organisation_path, region_path, level or role.level, role.held)


@dataclass(frozen=True)
class Viewer:
    """Whoever asks: a signed-in user, a token, or the system itself, with the grants in force at this moment."""

    kind: Literal["user", "token", "system"]
    id: int
    actor_key: str
    actor_label: str
    grants: tuple[Grant, ...] = ()
    security_epoch: int = 0
    ingest_mode: str | None = None
    organisation_path: str = ""

    def may(self, permission: str) -> bool:
        """Whether any duty carries the permission, wherever it reaches."""
        return any(permission in grant.permissions for grant in self.grants)

    def where(self, scope: Scope, permission: str | None = None) -> Condition:
        """The one predicate: which rows of a kind are within reach for a permission (default: reading)."""
        wanted = permission or scope.read
        if scope.where is not None:
            return scope.where(self, wanted)
        return self.reach(wanted, reading=wanted == scope.read, fields=frozenset(scope.columns))

    def reach(self, permission: str, *, reading: bool = True, fields: frozenset[str] = frozenset(WHOLE)) -> Condition:
        """The same predicate for rows that have `fields`, without a model (an event, a reading in the lake)."""
        return one_of(*(grant.reach(permission, reading=reading, fields=fields) for grant in self.grants))

    def scoped(self, rows: QuerySet[M], permission: str | None = None) -> QuerySet[M]:
        """Only the rows within reach."""
        scope = scope_of(rows.model)
        return rows.filter(to_q(self.where(scope, permission), scope.columns))

    def reaches(self, row: Model, permission: str | None = None) -> bool:
        """Whether one loaded row is within reach; asks the database only where the row alone cannot tell."""
        scope = scope_of(type(row))
        condition = self.where(scope, permission)
        plain = {name: column for name, column in scope.columns.items() if isinstance(column, str)}
        if test(condition, {name: _value(row, column) for name, column in plain.items()}):
            return True
        if row.pk is None or len(plain) == len(scope.columns):
            return False
        return self.scoped(type(row)._default_manager.filter(pk=row.pk), permission).exists()

    def check(self, permission: str, on: Model | None = None) -> None:
        """Raises Forbidden without the permission (there), NotFound when the row is not even visible."""
        if not self.may(permission):
            raise Forbidden("account.forbidden", permission=permission)
        if on is None or self.reaches(on, permission):
            return
        raise Forbidden("account.elsewhere", permission=permission) if self.reaches(on) else NotFound("input.not_found")

    def covers(self, wanted: Grant) -> bool:
        """Whether a grant gives nothing beyond what this viewer holds himself."""
        return all(any(grant.covers(one, wanted) for grant in self.grants) for one in wanted.permissions)

    def level_on(self, row: Model | Mapping[str, Any] | None = None) -> int:
        """The field level this viewer reads on a row; without a row the lowest of his duties."""
        if row is None:
            return min((grant.level for grant in self.grants), default=0)
        values = row if isinstance(row, Mapping) else _row_values(row)
        fields = frozenset(values)
        reached = (g.level for g in self.grants if any(_reaches(g, one, values, fields) for one in g.permissions))
        return max(reached, default=0)


def _reaches(grant: Grant, permission: str, values: Mapping[str, Any], fields: frozenset[str]) -> bool:
    return test(grant.reach(permission, reading=True, fields=fields), values)


def _row_values(row: Model) -> dict[str, Any]:
    columns = scope_of(type(row)).columns
    return {name: _value(row, column) for name, column in columns.items() if isinstance(column, str)}


def _value(row: Any, column: str) -> Any:
    for name in column.split("__"):
        if row is None:
            return None
        row = getattr(row, name)
    return row


def scope_of(model: type[Model]) -> Scope:
    """The declared scope of a model; a model without one has no door, which is a mistake in the code."""
    scope = getattr(model, "SCOPE", None)
    if not isinstance(scope, Scope):
        raise TypeError(f"{model.__name__} declares no SCOPE: its rows cannot be asked for by a viewer")
    return scope


def system_viewer(name: str = "work") -> Viewer:
    """The platform itself: everything, everywhere, under a name that the audit shows."""
    whole = Grant("system", PERMISSIONS, level=4, held=True)
    return Viewer("system", 0, f"system:{name}", name, (whole,))
