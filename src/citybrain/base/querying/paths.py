"""A column that holds a path in a tree, such as `/4206/420602/`, and answers "at or below" by an index range."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Q, QuerySet, Value
from django.db.models.functions import Concat, Substr


class PathField(models.CharField):  # type: ignore[type-arg]
    """Text compared byte by byte on every database, so that a prefix is a range of its index."""

    def __init__(self, *args: Any, **kwargs: Any):
        kwargs.setdefault("max_length", 255)
        super().__init__(*args, **kwargs)

    def db_parameters(self, connection: BaseDatabaseWrapper) -> Any:
        parameters = super().db_parameters(connection)
        if connection.vendor == "postgresql":
            parameters["collation"] = "C"
        return parameters


def below(field: str, prefix: str) -> Q:
    """Rows whose path is `prefix` or stands below it; prefixes end with `/`, and `/` sorts just before `0`."""
    if prefix == "/":
        return Q(**{f"{field}__isnull": False}) & ~Q(**{field: ""})
    return Q(**{f"{field}__gte": prefix, f"{field}__lt": prefix[:-1] + "0"})


def move_paths(rows: QuerySet[Any], field: str, old: str, new: str) -> int:
    """Rewrite the beginning of every path at or below `old` after a subtree moved to `new`; returns how many."""
    moved = Concat(Value(new), Substr(field, len(old) + 1), output_field=models.CharField())
    return rows.filter(below(field, old)).update(**{field: moved})
