"""Keyset pages: the next page starts after the last row's sort key, so that page 1,000 costs what page 1 does."""

from __future__ import annotations

import base64
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, Generic, TypeVar

from django.core.exceptions import FieldDoesNotExist
from django.db import models
from django.db.models import Model, Q, QuerySet

from citybrain.base.conditions.tree import storable
from citybrain.base.errors import BadInput

M = TypeVar("M", bound=Model)
T = TypeVar("T")
MAX_LIMIT = 500
TEXTS = (models.CharField, models.TextField)
NUMBERS = (models.IntegerField, models.FloatField)


@dataclass(frozen=True)
class Page(Generic[T]):
    """Rows, and the opaque cursor of the next page (None on the last)."""

    items: list[T]
    next: str | None


def keyset_page(rows: QuerySet[M], *, order: Sequence[str], after: str | None, limit: int) -> Page[M]:
    """One page of `rows` in `order` (ORM names, `-` for descending; the last must be unique and none may be null).

    Raises BadInput `input.cursor` when `after` is not a cursor that this order handed out.
    """
    limit = max(1, min(limit, MAX_LIMIT))
    if after:
        rows = rows.filter(_beyond(order, _decode(after, order, rows.model)))
    found = list(rows.order_by(*order)[: limit + 1])
    more = len(found) > limit
    found = found[:limit]
    return Page(found, _encode(found[-1], order) if more else None)


def position_of(after: str, *, order: Sequence[str], model: type[Model]) -> list[Any]:
    """The sort key of the row that a cursor stands on; raises BadInput when it is not a cursor of this order."""
    return _decode(after, order, model)


@dataclass(frozen=True)
class Part(Generic[M]):
    """Rows of a list in one order; where a key may be null, a list is several parts, one after the other."""

    rows: QuerySet[M]
    order: Sequence[str]


def parts_page(parts: Sequence[Part[M]], *, after: str | None, limit: int) -> Page[M]:
    """One page of parts that follow each other; a page may begin in one part and end in another."""
    limit = max(1, min(limit, MAX_LIMIT))
    at, _, cursor = (after or "0.").partition(".")
    if at not in map(str, range(len(parts))):
        raise BadInput("input.cursor")
    items: list[M] = []
    for number in range(int(at), len(parts)):
        part = parts[number]
        page = keyset_page(part.rows, order=part.order, after=cursor or None, limit=limit - len(items))
        items, cursor = items + page.items, ""
        if page.next:
            return Page(items, f"{number}.{page.next}")
        if len(items) == limit:
            return Page(items, _first_with_rows(parts, number + 1))
    return Page(items, None)


def _first_with_rows(parts: Sequence[Part[M]], start: int) -> str | None:
    return next((f"{number}." for number in range(start, len(parts)) if parts[number].rows.exists()), None)


def neighbours(parts: Sequence[Part[M]], row: M, at: int) -> tuple[M | None, M | None]:
    """What stands before and after a row of part `at` in a list, whether or not the row itself is still in it."""
    part = parts[at]
    order, back = list(part.order), [_turned(name) for name in part.order]
    values = [_value(row, name.lstrip("-")) for name in order]
    before = part.rows.filter(_beyond(back, values)).order_by(*back).first()
    after = part.rows.filter(_beyond(order, values)).order_by(*order).first()
    for other in reversed(parts[:at]):
        before = before or other.rows.order_by(*map(_turned, other.order)).first()
    for other in parts[at + 1 :]:
        after = after or other.rows.order_by(*other.order).first()
    return before, after


def _turned(name: str) -> str:
    return name[1:] if name.startswith("-") else f"-{name}"


def _beyond(order: Sequence[str], values: Sequence[Any]) -> Q:
    """After these values in this order; the bound on the first key lets the database begin there in its index."""
    q, equal, bound = Q(), Q(), Q()
    for name, value in zip(order, values, strict=True):
        field, sign = name.lstrip("-"), "lt" if name.startswith("-") else "gt"
        bound = bound or Q(**{f"{field}__{sign}e": value})
        q |= equal & Q(**{f"{field}__{sign}": value})
        equal &= Q(**{field: value})
    return bound & q


def _encode(row: Model, order: Sequence[str]) -> str:
    values = [_value(row, name.lstrip("-")) for name in order]
    plain = [{"t": v.isoformat()} if isinstance(v, date) else v for v in values]
    return base64.urlsafe_b64encode(json.dumps([*order, plain]).encode()).decode().rstrip("=")


def _value(row: Any, name: str) -> Any:
    for part in name.split("__"):
        row = getattr(row, part)
    return row


def _decode(cursor: str, order: Sequence[str], model: type[Model]) -> list[Any]:
    """The values of a cursor, each of the kind of its column: it comes from outside, like any other input."""
    try:
        *named, plain = json.loads(base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True))
        if named != list(order) or len(plain) != len(order):
            raise ValueError("another order")
        return [_checked(_field(model, name.lstrip("-")), v) for name, v in zip(order, plain, strict=True)]
    except (ValueError, TypeError, KeyError, OverflowError, RecursionError) as error:
        raise BadInput("input.cursor") from error


def _field(model: type[Model], name: str) -> Any:
    """The column that a name of the order leads to; None for an annotation."""
    field: Any = None
    for part in name.split("__"):
        try:
            field = model._meta.pk if part == "pk" else model._meta.get_field(part)
        except FieldDoesNotExist:
            return None
        model = field.related_model or model
    return field.target_field if field.is_relation else field


def _checked(field: Any, plain: Any) -> Any:
    value: Any = plain
    if isinstance(plain, dict) and isinstance(field, models.DateField) and not isinstance(field, models.DateTimeField):
        value, right = date.fromisoformat(plain["t"]), True
    elif isinstance(plain, dict):
        value = datetime.fromisoformat(plain["t"])
        right = value.tzinfo is not None and (field is None or isinstance(field, models.DateTimeField))
        value = value.astimezone(UTC)  # OverflowError where that is before the year 1 or after 9999
    elif isinstance(plain, str):
        right = storable(plain) and (field is None or isinstance(field, TEXTS))
    elif isinstance(plain, bool):
        right = field is None or isinstance(field, models.BooleanField)
    elif isinstance(plain, int):
        right = abs(plain) < 2**63 and (field is None or isinstance(field, NUMBERS))
    else:
        right = isinstance(plain, float) and (field is None or isinstance(field, models.FloatField))
    if not right:
        raise ValueError("a value of another kind")
    return value
