"""The tree itself: reading it from JSON, writing it back, and testing it on a dict."""

from __future__ import annotations

import math
import operator
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
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
MAX_PARTS = 900  # SQLite takes expressions up to 1,000 deep
MAX_VALUES = 1000
LARGEST_WHOLE = 2**63 - 1
LONGEST_AGE = 100 * 366 * 86400.0
TIME_WITHOUT_ZONE = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d+)?)?\Z")


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


def load(tree: AnyValue) -> Condition:
    """Read a JSON tree; raises BadInput `condition.invalid` with the path of what is wrong."""
    return _load(tree, "$", 0, [0])


def _load(tree: AnyValue, path: str, depth: int, parts: list[int]) -> Condition:
    parts[0] += 1
    if depth > MAX_DEPTH:
        raise BadInput("condition.invalid", path=path, why=f"deeper than {MAX_DEPTH} levels")
    if parts[0] > MAX_PARTS:
        raise BadInput("condition.invalid", path=path, why=f"more than {MAX_PARTS} parts")
    if isinstance(tree, bool):
        return Constant(tree)
    if not isinstance(tree, Mapping):
        raise BadInput("condition.invalid", path=path, why="an object or true/false is expected")
    keys = set(tree)
    for word, node in (("all", All), ("any", Any)):
        if keys == {word}:
            if not isinstance(tree[word], list):
                raise BadInput("condition.invalid", path=f"{path}.{word}", why="a list is expected")
            below = (_load(part, f"{path}.{word}[{i}]", depth + 1, parts) for i, part in enumerate(tree[word]))
            return node(tuple(below))
    if keys == {"not"}:
        return Not(_load(tree["not"], f"{path}.not", depth + 1, parts))
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


def _wrong_scalar(value: AnyValue) -> str | None:
    """Why a value cannot be compared with in every database; None when it can."""
    if isinstance(value, bool | datetime):
        return None
    if isinstance(value, int):
        return None if abs(value) <= LARGEST_WHOLE else "a whole number of at most 64 bits is expected"
    if isinstance(value, float):
        return None if math.isfinite(value) else "a finite number is expected"
    if not isinstance(value, str):
        return "one value is expected"
    if not storable(value):
        return "the text holds characters that cannot be stored"
    return "a time needs a zone, such as Z or +08:00" if TIME_WITHOUT_ZONE.match(value) else None


def storable(text: str) -> bool:
    """Whether every database can hold and compare the text: no NUL, no half of a surrogate pair."""
    return "\0" not in text and not any("\ud800" <= letter <= "\udfff" for letter in text)


def _wrong_values(values: AnyValue, expected: str) -> str | None:
    if not isinstance(values, list | tuple):
        return expected
    if len(values) > MAX_VALUES:
        return f"at most {MAX_VALUES} values are expected"
    return next((why for why in map(_wrong_scalar, values) if why), None)


def _wrong_value(op: str, value: AnyValue) -> str | None:
    if op == "in":
        return _wrong_values(value, "a list of values is expected")
    if op == "between":
        why = "a pair [low, high] is expected"
        return _wrong_values(value, why) or (None if len(value) == 2 else why)
    if op == "within":
        if not isinstance(value, str) or not value.endswith("/"):
            return "a path that ends with / is expected"
        return _wrong_scalar(value)
    if op in ("older_than", "younger_than"):
        number = isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= LONGEST_AGE
        return None if number else "a number of seconds is expected (at most 100 years)"
    if op == "known":
        return None if isinstance(value, bool) else "true or false is expected"
    return _wrong_scalar(value)


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
        paths = [actual] if isinstance(actual, str) else actual if isinstance(actual, list | tuple | set) else []
        return any(isinstance(one, str) and one.startswith(value) for one in paths)
    if op in ("older_than", "younger_than"):
        then, limit = moment(actual), (now or clock.now()) - timedelta(seconds=value)
        return then is not None and (then < limit if op == "older_than" else then > limit)
    if op == "in":
        return any(_compare_one("eq", actual, one) for one in value)
    if op == "between":
        return _compare_one("ge", actual, value[0]) and _compare_one("le", actual, value[1])
    return _compare_one(op, actual, value)


def _compare_one(op: str, actual: AnyValue, value: AnyValue) -> bool:
    if isinstance(actual, datetime) or isinstance(value, datetime):
        actual, value = moment(actual), moment(value)
        return actual is not None and value is not None and COMPARISONS[op](actual, value)
    return _same_kind(actual, value) and COMPARISONS[op](actual, value)


def moment(value: AnyValue) -> datetime | None:
    """An aware time, from itself or from ISO 8601 text with a zone; None for anything else."""
    if isinstance(value, str):
        try:
            value = datetime.fromisoformat(value)
        except ValueError:
            return None
    return value if isinstance(value, datetime) and value.tzinfo is not None else None


def _same_kind(a: AnyValue, b: AnyValue) -> bool:
    if isinstance(a, bool) or isinstance(b, bool):
        return isinstance(a, bool) and isinstance(b, bool)
    if isinstance(a, int | float) and isinstance(b, int | float):
        return True
    return isinstance(a, str) and isinstance(b, str)
