"""The one condition language: a JSON tree that says which rows are meant.

    {"all": [c, …]}   {"any": [c, …]}   {"not": c}   true / false
    {"field": F, "is": OP, "value": V}

| OP                       | V                      | true when |
|--------------------------|------------------------|-----------|
| eq ne lt le gt ge        | number, text, bool,    | the field compares so with V; times have a zone and compare |
|                          | ISO 8601 time          | as times, text by code points |
| in                       | list                   | the field equals one of V |
| between                  | [low, high]            | low <= field <= high |
| within                   | path, e.g. `/42/4206/` | the field is a path at or below V (of a list: one is) |
| older_than, younger_than | seconds                | now - field > V, now - field < V |
| known                    | true / false           | the field is (not) null |

A null field makes every comparison false except `known`, and `not` is two-valued (`not` of a comparison with null is
true). The same tree is tested on a dict (`test`), explained (`explain`), compiled to DuckDB SQL (`to_sql`) and to the
ORM (`citybrain.base.querying.to_q`); a property test proves that they agree. No Django here.
"""

from citybrain.base.conditions.explain import Explanation, explain
from citybrain.base.conditions.sql import to_sql
from citybrain.base.conditions.tree import (
    FALSE,
    TRUE,
    All,
    Any,
    Compare,
    Condition,
    Constant,
    Not,
    dump,
    every,
    load,
    one_of,
    test,
)

__all__ = [
    "FALSE",
    "TRUE",
    "All",
    "Any",
    "Compare",
    "Condition",
    "Constant",
    "Explanation",
    "Not",
    "dump",
    "every",
    "explain",
    "load",
    "one_of",
    "test",
    "to_sql",
]
