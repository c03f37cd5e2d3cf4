"""Keeping the paths of signals true when a region or an organisation is moved within its tree."""

from __future__ import annotations

from django.db.models import Value
from django.db.models.functions import Concat, Substr

from citybrain.base.querying.paths import below
from citybrain.hubs.business.signals.models import Signal


def rebase(column: str, old_path: str, path: str) -> int:
    """Put everything at or below `old_path` under `path`; returns how many signals changed."""
    rest = Substr(column, len(old_path) + 1)
    return Signal.objects.filter(below(column, old_path)).update(**{column: Concat(Value(path), rest)})
