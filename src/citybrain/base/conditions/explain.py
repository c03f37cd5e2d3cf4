"""Why a row is (not) meant: the same tree, with the answer and the actual value at each branch."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any as AnyValue

from citybrain.base.conditions.tree import All, Any, Compare, Condition, Constant, Not, dump, test


@dataclass(frozen=True)
class Explanation:
    """One branch: what was asked, what the field held, whether it is met, and the branches below."""

    asked: AnyValue
    met: bool
    actual: AnyValue = None
    parts: tuple[Explanation, ...] = ()

    def deciding(self) -> tuple[Explanation, ...]:
        """The leaves that decided: for a met `any` the met ones, for a failed `all` the failed ones."""
        if not self.parts:
            return (self,)
        same = [part for part in self.parts if part.met is self.met] or list(self.parts)
        return tuple(leaf for part in same for leaf in part.deciding())


def explain(condition: Condition, row: Mapping[str, AnyValue], *, now: datetime | None = None) -> Explanation:
    """Evaluate every branch (nothing is cut short) and keep what was found."""
    match condition:
        case Constant(value):
            return Explanation(dump(condition), value)
        case All(parts):
            below = tuple(explain(part, row, now=now) for part in parts)
            return Explanation("all", all(part.met for part in below), parts=below)
        case Any(parts):
            below = tuple(explain(part, row, now=now) for part in parts)
            return Explanation("any", any(part.met for part in below), parts=below)
        case Not(part):
            inner = explain(part, row, now=now)
            return Explanation("not", not inner.met, parts=(inner,))
        case Compare(field):
            return Explanation(dump(condition), test(condition, row, now=now), actual=row.get(field))
