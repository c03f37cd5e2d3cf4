"""Precision and recall against duplicates that the source marks without saying of what."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from citybrain.lab.replay.points import ReadPoint
from citybrain.lab.replay.reports.merges import Member, compare
from citybrain.lab.replay.signals import Fact

NOON = datetime(2012, 7, 2, 12, tzinfo=UTC)


def fact(key: str, *, marked: bool = False, address: str = "", days: float = 0, **more: object) -> Fact:
    given: dict[str, object] = {
        "source_id": key, "row": 1, "occurred_at": NOON + timedelta(days=days), "closed_at": None, "due_at": None,
        "duplicate": marked, "word": "Garbage", "label": "", "address": address, "point": None, "placeholder": False,
    }  # fmt: skip
    return Fact(**{**given, **more})  # type: ignore[arg-type]


def facts(*all_of_them: Fact) -> dict[str, Fact]:
    return {one.source_id: one for one in all_of_them}


def case(*keys: str) -> list[Member]:
    return [Member(key, joined=number > 0) for number, key in enumerate(keys)]


def test_a_merge_of_a_marked_report_is_right_and_of_an_unmarked_one_is_counted_as_false() -> None:
    known = facts(fact("a"), fact("b", marked=True), fact("c"), fact("d"), fact("e", marked=True))
    found = compare({"1": case("a", "b"), "2": case("c", "d"), "3": case("e")}, known, 30)
    assert found["merged"] == 2
    assert found["report"] == {"precision": 0.5, "recall": 0.5}
    assert found["set"] == {"supported": 1, "precision": 0.5, "recall": 0.5}
    assert found["unsupported"] == 1
    assert found["false_per_1000"] == 200.0


def test_the_mark_may_stand_on_the_earlier_report() -> None:
    known = facts(fact("a", marked=True), fact("b"))
    found = compare({"1": case("a", "b")}, known, 30)
    assert found["report"] == {"precision": 0.0, "recall": 0.0}
    assert found["set"] == {"supported": 1, "precision": 1.0, "recall": 1.0}
    assert found["false_per_1000"] == 0


def test_one_of_a_set_is_the_original_so_marks_beyond_the_merges_prove_nothing_more() -> None:
    known = facts(*(fact(key, marked=True) for key in "abc"))
    found = compare({"1": case("a", "b"), "2": case("c")}, known, 30)
    assert found["set"] == {"supported": 1, "precision": 1.0, "recall": pytest.approx(1 / 3, abs=1e-4)}


def test_an_unsupported_merge_at_the_same_address_is_told_apart() -> None:
    known = facts(fact("a", address="1 ELM"), fact("b", address="1 ELM"), fact("c", address="3 ELM"))
    found = compare({"1": case("a", "b", "c")}, known, 30)
    assert found["unsupported"] == 2
    assert found["unsupported_same_address"] == 1


def test_a_marked_report_without_a_partner_in_the_files_cannot_be_found_by_anybody() -> None:
    here, near, far = (ReadPoint(-87.66 + east, 41.8, 10.0) for east in (0.0, 0.0003, 0.002))
    known = facts(
        fact("same address", marked=True, address="1 ELM"),
        fact("its original", address="1 ELM", days=-20),
        fact("too late", marked=True, address="9 ELM"),
        fact("long ago", address="9 ELM", days=-40),
        fact("near", marked=True, point=here),
        fact("neighbour", point=near),
        fact("alone", marked=True, point=far),
        fact("another type", marked=True, address="5 ELM", word="Rats"),
        fact("its place", address="5 ELM"),
    )
    found = compare({"1": case("its original", "same address"), "2": case("neighbour")}, known, 30)
    assert found["marked"] == 5
    assert found["with_partner"] == 2
    assert found["recall_of_findable"] == 0.5
    assert found["missed_examples"] == ["near"]


def test_without_merges_there_is_no_precision() -> None:
    found = compare({}, facts(fact("a", marked=True)), 30)
    assert found["report"] == {"precision": None, "recall": 0.0}
