"""Compile a condition to DuckDB SQL with bound parameters."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any as AnyValue

from citybrain.base import clock
from citybrain.base.conditions.tree import All, Any, Compare, Condition, Constant, Not
from citybrain.base.errors import BadInput

SIGNS = {"eq": "=", "ne": "<>", "lt": "<", "le": "<=", "gt": ">", "ge": ">="}


def to_sql(
    condition: Condition,
    columns: Mapping[str, str],
    *,
    lists: frozenset[str] = frozenset(),
    now: datetime | None = None,
) -> tuple[str, list[AnyValue]]:
    """SQL text and its parameters; `columns` maps each allowed field to a column expression.

    Fields in `lists` are list columns (`within` asks whether one element is). A field that is not in `columns` is
    refused with BadInput, so that no text from outside reaches the SQL.
    """
    parameters: list[AnyValue] = []
    return _sql(condition, columns, lists, parameters, now or clock.now()), parameters


def _sql(
    condition: Condition, columns: Mapping[str, str], lists: frozenset[str], parameters: list[AnyValue], now: datetime
) -> str:
    match condition:
        case Constant(value):
            return "TRUE" if value else "FALSE"
        case All(parts) | Any(parts):
            word = " AND " if isinstance(condition, All) else " OR "
            if not parts:
                return "TRUE" if isinstance(condition, All) else "FALSE"
            return "(" + word.join(_sql(part, columns, lists, parameters, now) for part in parts) + ")"
        case Not(part):
            return f"(NOT {_sql(part, columns, lists, parameters, now)})"
        case Compare(field):
            if field not in columns:
                raise BadInput(
                    "condition.invalid", path=field, why=f"no such field; there are {', '.join(sorted(columns))}"
                )
            return f"COALESCE({_compare(condition, columns[field], field in lists, parameters, now)}, FALSE)"


def _compare(compare: Compare, column: str, is_list: bool, parameters: list[AnyValue], now: datetime) -> str:
    op, value = compare.op, compare.value
    if op == "known":
        return f"({column} IS {'NOT ' if value else ''}NULL)"
    if op == "within":
        parameters.append(value)
        one = f"len(list_filter({column}, lambda x: starts_with(x, ?))) > 0"
        return one if is_list else f"starts_with({column}, ?)"
    if op in ("older_than", "younger_than"):
        parameters.append(now - timedelta(seconds=value))
        return f"({column} {'<' if op == 'older_than' else '>'} ?)"
    if op == "in":
        parameters.extend(value)
        return f"({column} IN ({', '.join('?' * len(value))}))" if value else "FALSE"
    if op == "between":
        parameters.extend(value)
        return f"({column} BETWEEN ? AND ?)"
    parameters.append(value)
    return f"({column} {SIGNS[op]} ?)"
