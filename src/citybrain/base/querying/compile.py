"""Compile a condition to the ORM."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from django.db.models import Q

from citybrain.base import clock
from citybrain.base.conditions import All, Any, Compare, Condition, Constant, Not
from citybrain.base.errors import BadInput
from citybrain.base.querying.paths import below

FieldQ = Callable[[Compare], Q]
LOOKUPS = {"eq": "exact", "lt": "lt", "le": "lte", "gt": "gt", "ge": "gte"}
NOTHING = Q(pk__in=[])


def to_q(condition: Condition, columns: Mapping[str, str | FieldQ], *, now: datetime | None = None) -> Q:
    """A Q for the condition; `columns` maps each allowed field to an ORM path, or to a function that makes its Q.

    A function is for a field that is not one column (who holds a case: a subquery over its assignments). Fields that
    are not in `columns` are refused with BadInput.
    """
    match condition:
        case Constant(value):
            return ~NOTHING if value else NOTHING
        case All(parts):
            q = Q()
            for part in parts:
                q &= to_q(part, columns, now=now)
            return q if parts else ~NOTHING
        case Any(parts):
            q = Q()
            for part in parts:
                q |= to_q(part, columns, now=now)
            return q if parts else NOTHING
        case Not(part):
            return ~to_q(part, columns, now=now)
        case Compare(field):
            if field not in columns:
                raise BadInput(
                    "condition.invalid", path=field, why=f"no such field; there are {', '.join(sorted(columns))}"
                )
            column = columns[field]
            return column(condition) if callable(column) else _compare(condition, column, now or clock.now())


def _compare(compare: Compare, column: str, now: datetime) -> Q:
    op, value = compare.op, compare.value
    known = Q(**{f"{column}__isnull": False})
    if op == "known":
        return known if value else ~known
    if op == "within":
        return known & below(column, value)
    if op == "older_than":
        return known & Q(**{f"{column}__lt": now - timedelta(seconds=value)})
    if op == "younger_than":
        return known & Q(**{f"{column}__gt": now - timedelta(seconds=value)})
    if op == "in":
        return known & Q(**{f"{column}__in": list(value)})
    if op == "between":
        return known & Q(**{f"{column}__gte": value[0], f"{column}__lte": value[1]})
    if op == "ne":
        return known & ~Q(**{column: value})
    return known & Q(**{f"{column}__{LOOKUPS[op]}": value})
