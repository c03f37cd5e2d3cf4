"""Keyset pages: the next page starts after the last row's sort key, so that page 1,000 costs what page 1 does."""

from __future__ import annotations

import base64
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar

from django.db.models import Model, Q, QuerySet

from citybrain.base.errors import BadInput

M = TypeVar("M", bound=Model)
T = TypeVar("T")
MAX_LIMIT = 500


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
        rows = rows.filter(_beyond(order, _decode(after, order)))
    found = list(rows.order_by(*order)[: limit + 1])
    more = len(found) > limit
    found = found[:limit]
    return Page(found, _encode(found[-1], order) if more else None)


def _beyond(order: Sequence[str], values: Sequence[Any]) -> Q:
    q, equal = Q(), Q()
    for name, value in zip(order, values, strict=True):
        field = name.lstrip("-")
        q |= equal & Q(**{f"{field}__{'lt' if name.startswith('-') else 'gt'}": value})
        equal &= Q(**{field: value})
    return q


def _encode(row: Model, order: Sequence[str]) -> str:
    values = [getattr(row, name.lstrip("-")) for name in order]
    plain = [{"t": v.isoformat()} if isinstance(v, datetime) else v for v in values]
    return base64.urlsafe_b64encode(json.dumps([*order, plain], default=str).encode()).decode().rstrip("=")


def _decode(cursor: str, order: Sequence[str]) -> list[Any]:
    try:
        *named, plain = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        if named != list(order) or len(plain) != len(order):
            raise ValueError("another order")
        return [datetime.fromisoformat(v["t"]) if isinstance(v, dict) else v for v in plain]
    except (ValueError, TypeError, KeyError) as error:
        raise BadInput("input.cursor") from error
