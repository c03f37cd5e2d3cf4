"""About how many: counts that stop early, because nobody reads the difference between 41,000 and 42,000."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

ABOUT_MOST = 1000


@dataclass(frozen=True, slots=True)
class About:
    """A count that is exact up to a limit; beyond it `count` is the limit, and `is_more` says so."""

    count: int
    is_more: bool = False


def about(rows: QuerySet[Any, Any], *, most: int = ABOUT_MOST) -> About:
    """About how many rows there are: one query, which never reads more than `most` + 1 of them."""
    return about_of(rows.order_by()[: most + 1].count(), most=most)


def about_of(found: int, *, most: int = ABOUT_MOST) -> About:
    """The same for rows of which at most `most` + 1 were read already."""
    return About(min(found, most), found > most)
