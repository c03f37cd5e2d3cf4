"""Writing evidence: one insert in the transaction of the change it proves."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import Model
from django.db.transaction import TransactionManagementError

from citybrain.base import clock
from citybrain.base.audit.types import Actor

INSERT = (
    "INSERT INTO audit_record (at, wall_at, actor_key, actor_label, action, object_kind, object_key, data)"
    " VALUES (%s, %s, %s, %s, %s, %s, %s, %s)"
)


def record(actor: Actor, action: str, obj: Model | None = None, *, kind: str = "", key: str = "", **data: Any) -> None:
    """Add one record to the audit trail, in the caller's transaction.

    `action` reads like `case.returned`. The object is `obj` (kind = its model's name, key = its `audit_key` or primary
    key) or named by `kind` and `key`. `data` is what changed, JSON-able, and never holds personal data.
    """
    if not connection.in_atomic_block:
        raise TransactionManagementError(f"the record {action} stands outside the transaction of its change")
    if obj is not None:
        kind = kind or str(obj._meta.model_name)
        key = key or str(getattr(obj, "audit_key", obj.pk))
    adapt = connection.ops.adapt_datetimefield_value
    row = (
        adapt(clock.now()),
        adapt(clock.wall_now()),
        actor.actor_key,
        actor.actor_label,
        action,
        kind,
        key,
        canonical_json(data),
    )
    with connection.cursor() as cursor:
        cursor.execute(INSERT, row)


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, set | frozenset):
        return sorted(value)
    raise TypeError(f"{type(value).__name__} cannot stand in an audit record")


_canonical = json.JSONEncoder(
    sort_keys=True, ensure_ascii=False, separators=(",", ":"), allow_nan=False, default=_plain
).encode


def canonical_json(value: Any) -> str:
    """JSON with sorted keys and no spaces: the same value is always the same text, so that it can be hashed."""
    return _canonical(value)
