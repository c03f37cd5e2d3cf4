"""The tree itself: reading it from JSON, writing it back, and testing it on a dict."""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any as AnyValue

from citybrain.base import clock
from citybrain.base.errors import BadInput

COMPARISONS: dict[str, Callable[[AnyValue, AnyValue], bool]] = {
    "eq": operator.eq,
    "ne": operator.ne,
    "lt": operator.lt,
    "le": operator.le,
    "gt": operator.gt,
    "ge": operator.ge,
}
OPERATORS = (*COMPARISONS, "in", "between", "within", "older_than", "younger_than", "known")
MAX_DEPTH = 32


@dataclass(frozen=True)
class Constant:
    value: bool


@dataclass(frozen=True)
class All:
    parts: tuple[Condition, ...]


@dataclass(frozen=True)
class Any:
    parts: tuple[Condition, ...]


@dataclass(frozen=True)
class Not:
    part: Condition


@dataclass(frozen=True)
class Compare:
    field: str
    op: str
    value: AnyValue


Condition = Constant | All | Any | Not | Compare
TRUE, FALSE = Constant(True), Constant(False)


def every(*parts: Condition) -> Condition:
    """All of the parts, with constants folded away."""
    kept = tuple(part for part in parts if part != TRUE)
    if FALSE in kept:
        return FALSE
    return kept[0] if len(kept) == 1 else All(kept) if kept else TRUE


def one_of(*parts: Condition) -> Condition:
    """Any of the parts, with constants folded away; nothing at all is false."""
    kept = tuple(dict.fromkeys(part for part in parts if part != FALSE))
    if TRUE in kept:
        return TRUE
    return kept[0] if len(kept) == 1 else Any(kept) if kept else FALSE


def load(tree: AnyValue, *, path: str = "$", depth: int = 0) -> Condition:
    """Read a JSON tree; raises BadInput `condition.invalid` with the path of what is wrong."""
    if depth > MAX_DEPTH:
        raise BadInput("condition.invalid", path=path, why=f"deeper than {MAX_DEPTH} levels")
    if isinstance(tree, bool):
        return Constant(tree)
    if not isinstance(tree, Mapping):
        raise BadInput("condition.invalid", path=path, why="an object or true/false is expected")
    keys = set(tree)
    for word, node in (("all", All), ("any", Any)):
        if keys == {word}:
            if not isinstance(tree[word], list):
                raise BadInput("condition.invalid", path=f"{path}.{word}", why="a list is expected")
            return node(
                tuple(load(part, path=f"{path}.{word}[{i}]", depth=depth + 1) for i, part in enumerate(tree[word]))
            )
    if keys == {"not"}:
        return Not(load(tree["not"], path=f"{path}.not", depth=depth + 1))
    if keys != {"field", "is", "value"}:
        raise BadInput("condition.invalid", path=path, why="expected all, any, not, or field + is + value")
    return _load_compare(tree, path)


def _load_compare(tree: Mapping[str, AnyValue], path: str) -> Compare:
    field, op, value = tree["field"], tree["is"], tree["value"]
    if not isinstance(field, str) or not field:
        raise BadInput("condition.invalid", path=f"{path}.field", why="a field's name is expected")
    if op not in OPERATORS:
        raise BadInput("condition.invalid", path=f"{path}.is", why=f"{op!r} is not one of {', '.join(OPERATORS)}")
    why = _wrong_value(op, value)
    if why:
        raise BadInput("condition.invalid", path=f"{path}.value", why=why)
    if isinstance(value, list):
        value = tuple(value)
    return Compare(field, op, value)


def _scalar(value: AnyValue) -> bool:
    return isinstance(value, str | int | float | bool | datetime)


def _wrong_value(op: str, value: AnyValue) -> str | None:
    if op == "in":
        return None if isinstance(value, list | tuple) and all(map(_scalar, value)) else "a list of values is expected"
    if op == "between":
        right = isinstance(value, list | tuple) and len(value) == 2 and all(map(_scalar, value))
        return None if right else "a pair [low, high] is expected"
    if op == "within":
        return None if isinstance(value, str) and value.endswith("/") else "a path that ends with / is expected"
    if op in ("older_than", "younger_than"):
        number = isinstance(value, int | float) and not isinstance(value, bool) and value >= 0
        return None if number else "a number of seconds is expected"
    if op == "known":
        return None if isinstance(value, bool) else "true or false is expected"
    return None if _scalar(value) else "one value is expected"


def dump(condition: Condition) -> AnyValue:
    """The JSON tree of a condition; `load(dump(c)) == c`."""
    match condition:
        case Constant(value):
            return value
        case All(parts):
            return {"all": [dump(part) for part in parts]}
        case Any(parts):
            return {"any": [dump(part) for part in parts]}
        case Not(part):
            return {"not": dump(part)}
        case Compare(field, op, value):
            plain = [_plain(v) for v in value] if isinstance(value, tuple) else _plain(value)
            return {"field": field, "is": op, "value": plain}


def _plain(value: AnyValue) -> AnyValue:
    return value.isoformat() if isinstance(value, datetime) else value


def test(condition: Condition, row: Mapping[str, AnyValue], *, now: datetime | None = None) -> bool:
    """Whether the row (field -> value, None for null) is meant by the condition."""
    match condition:
        case Constant(value):
            return value
        case All(parts):
            return all(test(part, row, now=now) for part in parts)
        case Any(parts):
            return any(test(part, row, now=now) for part in parts)
        case Not(part):
            return not test(part, row, now=now)
        case Compare(field, op, value):
            return compare(op, row.get(field), value, now=now)


def compare(op: str, actual: AnyValue, value: AnyValue, *, now: datetime | None = None) -> bool:
    """One comparison; a null field and values of different kinds compare as false."""
    if op == "known":
        return (actual is not None) is value
    if actual is None:
        return False
    if op == "within":
        return any(one.startswith(value) for one in ([actual] if isinstance(actual, str) else actual))
    if op in ("older_than", "younger_than"):
        age = ((now or clock.now()) - moment(actual)).total_seconds()
        return bool(age > value if op == "older_than" else age < value)
    if op == "in":
        return any(_same_kind(actual, one) and align(actual, one) == one_of_kind(one, actual) for one in value)
    if op == "between":
        return compare("ge", actual, value[0]) and compare("le", actual, value[1])
    if not _same_kind(actual, value):
        return False
    return bool(COMPARISONS[op](align(actual, value), one_of_kind(value, actual)))


def moment(value: AnyValue) -> datetime:
    return value if isinstance(value, datetime) else datetime.fromisoformat(value)


def align(actual: AnyValue, other: AnyValue) -> AnyValue:
    """`actual` as a datetime when `other` is one."""
    return moment(actual) if isinstance(other, datetime) else actual


def one_of_kind(value: AnyValue, actual: AnyValue) -> AnyValue:
    return moment(value) if isinstance(actual, datetime) and isinstance(value, str) else value


def _same_kind(a: AnyValue, b: AnyValue) -> bool:
    if isinstance(a, bool) or isinstance(b, bool):
        return isinstance(a, bool) and isinstance(b, bool)
    if isinstance(a, int | float) and isinstance(b, int | float):
        return True
    if isinstance(a, datetime) or isinstance(b, datetime):
        return isinstance(a, datetime | str) and isinstance(b, datetime | str)
    return isinstance(a, str) and isinstance(b, str)
