"""Pages by key: nothing twice, nothing left out, whatever is added meanwhile, and cursors that cannot be forged."""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from citybrain.base import audit, bus
from citybrain.base.audit.models import Record
from citybrain.base.bus.models import OutboxEvent
from citybrain.base.errors import BadInput
from citybrain.base.querying import keyset_page
from tests.base.bus.messages import Told

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 3, 2, 4, tzinfo=UTC)


def events(count: int) -> None:
    """Several at the same time, so that the last key decides."""
    bus.publish_many(
        bus.Draft(Told(number=n), f"thing/{n % 3}", occurred_at=NOON + timedelta(minutes=n // 4)) for n in range(count)
    )


def walk(order: tuple[str, ...], limit: int, each: Any = None) -> list[OutboxEvent]:
    found: list[OutboxEvent] = []
    after = None
    while True:
        page = keyset_page(OutboxEvent.objects.all(), order=order, after=after, limit=limit)
        assert len(page.items) <= limit
        found += page.items
        after = page.next
        if after is None:
            return found
        if each:
            each()


@pytest.mark.parametrize(
    "order", [("position",), ("-position",), ("occurred_at", "-position"), ("-occurred_at", "position"),
              ("subject", "-occurred_at", "position")],
)  # fmt: skip
@pytest.mark.parametrize("limit", [1, 3, 7, 100])
def test_all_pages_together_are_the_whole_list_in_order(order: tuple[str, ...], limit: int) -> None:
    events(23)
    expected = list(OutboxEvent.objects.order_by(*order).values_list("position", flat=True))
    assert [row.position for row in walk(order, limit)] == expected


def test_rows_added_meanwhile_shift_nothing() -> None:
    events(12)
    before = {row.position for row in OutboxEvent.objects.all()}
    found = [row.position for row in walk(("-position",), 5, each=lambda: events(2))]
    assert found == sorted(before, reverse=True)


def test_the_last_page_says_so_even_when_it_is_full() -> None:
    events(6)
    first = keyset_page(OutboxEvent.objects.all(), order=("position",), after=None, limit=3)
    second = keyset_page(OutboxEvent.objects.all(), order=("position",), after=first.next, limit=3)
    assert (len(second.items), second.next) == (3, None)
    assert keyset_page(OutboxEvent.objects.none(), order=("position",), after=None, limit=3).next is None


def test_a_related_field_can_be_a_key(cast: Any) -> None:
    from citybrain.base.parties.models import Organisation

    rows = Organisation.objects.filter(parent__isnull=False)
    first = keyset_page(rows, order=("parent__code", "pk"), after=None, limit=1)
    rest = keyset_page(rows, order=("parent__code", "pk"), after=first.next, limit=10)
    expected = list(rows.order_by("parent__code", "pk").values_list("code", flat=True))
    assert [one.code for one in first.items + rest.items] == expected


def cursor(*parts: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(parts).encode()).decode().rstrip("=")


@pytest.mark.parametrize(
    "after",
    ["x", "!!!!", "AAAA", "é", cursor("position"), cursor("-position", [1]), cursor("position", [1, 2]),
     cursor("position", [None]), cursor("position", ["abc"]), cursor("position", [{"t": "soon"}]),
     cursor("position", [{"u": 1}]), cursor("position", [[1]]), cursor("position", [2**70]), cursor("position", 5),
     cursor("position", [1.5]), cursor("position", [True]), "=" * 1000],
)  # fmt: skip
def test_a_cursor_of_another_making_is_refused(after: str) -> None:
    events(3)
    with pytest.raises(BadInput) as refused:
        keyset_page(OutboxEvent.objects.all(), order=("position",), after=after, limit=3)
    assert refused.value.code == "input.cursor"


@pytest.mark.parametrize("value", ["soon", 5, {"t": "2026-03-02T04:00:00"}, {"t": 5}, {"t": None}, "a\0b", "\ud800",
                                   {"t": "0001-01-01T00:00:00+14:00"}, {"t": "9999-12-31T23:59:59-14:00"}])  # fmt: skip
def test_a_forged_time_or_text_is_refused(value: Any) -> None:
    events(3)
    for order in (("occurred_at", "position"), ("subject", "position")):
        if order[0] == "subject" and value == "soon":
            continue
        with pytest.raises(BadInput):
            keyset_page(OutboxEvent.objects.all(), order=order, after=cursor(*order, [value, 1]), limit=3)


def test_a_limit_is_kept_between_one_and_the_most() -> None:
    for _ in range(3):
        audit.record(audit.SYSTEM, "test.done", kind="test", key="1")
    assert len(keyset_page(Record.objects.all(), order=("id",), after=None, limit=0).items) == 1
    assert len(keyset_page(Record.objects.all(), order=("id",), after=None, limit=10**9).items) == 3
