"""The condition language itself: what it says, what it refuses, and why a row is (not) meant."""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from citybrain.base import clock as city_clock
from citybrain.base.conditions import FALSE, TRUE, Compare, dump, every, explain, load, one_of, to_sql
from citybrain.base.conditions import test as meets
from citybrain.base.errors import BadInput
from citybrain.base.querying import to_q

NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)


def is_(field: str, op: str, value: Any) -> dict[str, Any]:
    return {"field": field, "is": op, "value": value}


@pytest.mark.parametrize(
    ("tree", "path", "why"),
    [
        (7, "$", "an object or true/false"),
        ({}, "$", "expected all, any, not"),
        ({"all": {}}, "$.all", "a list"),
        ({"all": [True, {"any": [{"not": 3}]}]}, "$.all[1].any[0].not", "an object"),
        ({"all": [], "any": []}, "$", "expected all, any, not"),
        (is_("", "eq", 1), "$.field", "name"),
        (is_("a", "like", 1), "$.is", "not one of"),
        (is_("a", "eq", None), "$.value", "one value"),
        (is_("a", "eq", [1]), "$.value", "one value"),
        (is_("a", "eq", math.nan), "$.value", "finite"),
        (is_("a", "lt", math.inf), "$.value", "finite"),
        (is_("a", "eq", 2**63), "$.value", "64 bits"),
        (is_("a", "eq", "a\0b"), "$.value", "cannot be stored"),
        (is_("a", "eq", "\ud800"), "$.value", "cannot be stored"),
        (is_("a", "ge", "2026-03-02T01:00:00"), "$.value", "zone"),
        (is_("a", "in", "abc"), "$.value", "list"),
        (is_("a", "in", list(range(1001))), "$.value", "at most 1000"),
        (is_("a", "in", [1, None]), "$.value", "one value"),
        (is_("a", "between", [1]), "$.value", "pair"),
        (is_("a", "between", 1), "$.value", "pair"),
        (is_("a", "within", "/42"), "$.value", "ends with /"),
        (is_("a", "older_than", -1), "$.value", "seconds"),
        (is_("a", "older_than", True), "$.value", "seconds"),
        (is_("a", "younger_than", 1e12), "$.value", "100 years"),
        (is_("a", "known", 1), "$.value", "true or false"),
        ({"any": [True] * 1000}, "$.any[899]", "more than 900"),
    ],
)
def test_what_cannot_be_meant_is_refused_with_its_place(tree: Any, path: str, why: str) -> None:
    with pytest.raises(BadInput) as refused:
        load(tree)
    assert refused.value.code == "condition.invalid"
    assert refused.value.data["path"] == path
    assert why in refused.value.data["why"]


def test_a_tree_may_be_32_deep_and_no_deeper() -> None:
    def nested(depth: int) -> Any:
        return {"not": nested(depth - 1)} if depth else True

    assert meets(load(nested(32)), {})
    with pytest.raises(BadInput, match="deeper than 32"):
        load(nested(33))


@pytest.mark.parametrize(
    ("op", "actual", "value"),
    [("eq", 1, "1"), ("eq", True, 1), ("eq", 1, True), ("lt", "1", 2), ("in", 1, ["1", True]), ("between", "b", [1, 3]),
     ("within", 5, "/"), ("within", [None, 5], "/"), ("older_than", "yesterday", 1), ("older_than", 12, 1),
     ("eq", NOW, "not a time"), ("lt", NOW, "2026-03-03"), ("ne", 1, "1"), ("eq", NOW, 5)],
)  # fmt: skip
def test_values_of_different_kinds_never_compare_as_true(op: str, actual: Any, value: Any) -> None:
    assert not meets(Compare("a", op, value), {"a": actual}, now=NOW)


def test_a_missing_field_is_a_null() -> None:
    assert not meets(load(is_("a", "ne", 1)), {})
    assert meets(load({"not": is_("a", "ne", 1)}), {})
    assert meets(load(is_("a", "known", False)), {})


def test_ages_follow_the_city_clock(clock: Any) -> None:
    row = {"at": city_clock.now()}
    old = load(is_("at", "older_than", 600))
    assert not meets(old, row)
    clock.move(minutes=10)
    assert not meets(old, row)
    clock.move(seconds=1)
    assert meets(old, row)
    assert meets(load(is_("at", "younger_than", 602)), row)


def test_an_explanation_names_what_decided_and_what_was_found() -> None:
    tree = {"all": [is_("state", "eq", "open"), {"any": [is_("level", "gt", 3), is_("place", "within", "/42/")]}]}
    row = {"state": "open", "level": 2, "place": "/43/"}
    found = explain(load(tree), row)
    assert not found.met
    assert found.parts[0].met
    assert [(leaf.asked["field"], leaf.actual, leaf.met) for leaf in found.deciding()] == [
        ("level", 2, False),
        ("place", "/43/", False),
    ]
    met = explain(load(tree), {**row, "place": "/42/4206/"})
    assert met.met
    assert [leaf.asked["field"] for leaf in met.deciding()] == ["state", "place"]


def test_an_explanation_looks_at_every_branch() -> None:
    found = explain(load({"any": [True, is_("a", "eq", 1)]}), {"a": 2})
    assert [part.met for part in found.parts] == [True, False]
    assert explain(load({"not": is_("a", "eq", 1)}), {"a": 2}).parts[0].actual == 2


@pytest.mark.parametrize("compile_to", [to_q, to_sql])
def test_a_field_that_is_not_offered_never_reaches_the_database(compile_to: Any) -> None:
    with pytest.raises(BadInput, match=r"no such field; there are name"):
        compile_to(load(is_("password", "eq", "x")), {"name": "name"})


def test_values_never_become_sql_text() -> None:
    sql, parameters = to_sql(load(is_("name", "eq", "'; DROP TABLE x --")), {"name": "name"})
    assert "DROP" not in sql
    assert parameters == ["'; DROP TABLE x --"]


def test_constants_fold_away() -> None:
    one = Compare("a", "eq", 1)
    assert every() == TRUE
    assert every(TRUE, one) == one
    assert every(one, FALSE) == FALSE
    assert one_of() == FALSE
    assert one_of(FALSE, one, one) == one
    assert one_of(one, TRUE) == TRUE


def test_times_are_written_with_their_zone() -> None:
    condition = Compare("at", "between", (NOW, NOW + timedelta(hours=1)))
    assert dump(condition)["value"] == ["2026-03-02T01:00:00+00:00", "2026-03-02T02:00:00+00:00"]
    assert meets(load(dump(condition)), {"at": NOW + timedelta(minutes=30)})
