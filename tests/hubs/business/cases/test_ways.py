"""A list is the same by whichever index it is read; a long one is read by the one that touches the fewest rows."""

from __future__ import annotations

from datetime import timedelta
from itertools import product

import pytest
from django.db.models import Q

from citybrain.base.accounts.queries import viewer_of
from citybrain.base.clock import MovableClock
from citybrain.base.querying import Way, by_best_way, ways
from citybrain.hubs.business.cases.models import Case
from citybrain.hubs.business.cases.queries.reading import CaseFilter, find_cases, neighbours_of
from tests.hubs.business.cases.stage import LAMPS, NEXT_STREET, OTHER_COUNTY, STREET, Play, declare

pytestmark = pytest.mark.django_db
on_sqlite = pytest.mark.one_database  # PostgreSQL chooses by its own statistics
ASKED = [
    CaseFilter(), CaseFilter(is_open=True), CaseFilter(is_open=False), CaseFilter(overdue=True),
    CaseFilter(state=("handling",)), CaseFilter(state=("handling", "dispatched")), CaseFilter(region="420606"),
    CaseFilter(region="420606", is_open=True), CaseFilter(organisation="urban"), CaseFilter(supervised=True),
    CaseFilter(organisation="urban", state=("closed",)), CaseFilter(unlocated=True), CaseFilter(case_type=("city",)),
    CaseFilter(case_type=("city.lamp",), is_open=True), CaseFilter(unlocated=True, is_open=True), CaseFilter(q="路灯"),
    CaseFilter(mine=True), CaseFilter(undispatched=True), CaseFilter(due_within_minutes=10_000),
]  # fmt: skip


@pytest.fixture
def town(play: Play, clock: MovableClock) -> Play:
    """A dozen cases, here and there, some handled, some late, one nowhere."""
    declare(LAMPS)
    for number, place in enumerate([STREET, NEXT_STREET, OTHER_COUNTY, None] * 3):
        case = play.dispatcher.opens(at=place)
        if number % 3 == 0 and place is not None:
            play.handler.takes("accept", case)
        clock.move(minutes=7)
    clock.move(days=2)
    Case.objects.filter(pk__in=list(Case.objects.values_list("pk", flat=True)[:2])).update(
        supervised_at=clock.now(), closed_at=clock.now() - timedelta(hours=1), state="closed", outcome="resolved"
    )
    return play


@pytest.mark.parametrize("name", ["dispatcher", "county_dispatcher", "handler", "leader"])
def test_a_list_is_the_same_by_every_index(town: Play, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    viewer = viewer_of(town.cast.user(name))

    def lists() -> list[object]:
        found: list[object] = []
        for wanted, order in product(ASKED, ("newest", "oldest")):
            first = find_cases(viewer, wanted, order=order, limit=2)
            rest = find_cases(viewer, wanted, order=order, after=first.next) if first.next else None
            numbers = [view.number for page in (first, rest) if page for view in page.items]
            around = [neighbours_of(viewer, one, wanted, order=order) for one in numbers[:3]]
            found.append((numbers, around))
        return found

    plain = lists()
    monkeypatch.setattr(ways, "SMALL", 0)
    monkeypatch.setattr(ways, "_sizes", {})

    assert lists() == plain
    assert any(numbers for numbers, _ in plain)  # type: ignore[misc]


@on_sqlite
def test_the_narrow_condition_is_gathered_and_the_wide_one_is_walked(town: Play, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(ways, "SMALL", 0)
    monkeypatch.setattr(ways, "_sizes", {})
    newest = Case.objects.order_by("-recorded_at", "-pk")
    walk = Way("cases_newest", Q(), is_ordered=True)
    nowhere = Way("cases_by_region", Q(region_path=""))

    def plan(way: Way) -> str:
        return by_best_way(newest.filter(way.rows), lambda: [walk, way], limit=2)[:2].explain()

    assert "INDEX cases_by_region" in plan(nowhere)
    assert "INDEX cases_newest" in plan(Way("cases_by_region", ~Q(region_path="") & Q(region_path__gte="/4")))
    assert "TEMP B-TREE" not in plan(Way("open_cases_newest", Q(closed_at=None), is_ordered=True))


@on_sqlite
def test_a_short_table_is_not_counted(town: Play, django_assert_num_queries) -> None:
    walk = [Way("cases_newest", Q(), is_ordered=True)]
    by_best_way(Case.objects.all(), lambda: walk)

    with django_assert_num_queries(0):  # its size is known for a minute
        rows = by_best_way(Case.objects.all(), lambda: walk)

    assert str(rows.query) == str(Case.objects.all().query)
