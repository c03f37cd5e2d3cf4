"""延期: who asks for more time, who decides, how it is counted, and what it heals."""

from __future__ import annotations

import pytest

from citybrain.hubs.business.cases.models import Case
from tests.hubs.business.cases.stage import Play, Refused, declare
from tests.hubs.business.cases.test_calendars import local
from tests.hubs.business.cases.test_clocks import is_done


def test_more_time_is_asked_for_and_granted(play: Play):
    """延期: the holder asks, a dispatcher decides; the due moment moves only then."""
    case = play.dispatcher.opens()
    due = case.due
    play.handler.takes("extend", case, reason="等配件", duration={"amount": 6, "unit": "hours"})

    assert case.due == due
    assert "extend" not in play.handler.may(case)
    with pytest.raises(Refused) as refused:
        play.handler.takes("extend", case, reason="还要", duration={"amount": 6, "unit": "hours"})
    assert refused.value.code == "case.extension_waits"

    play.dispatcher.takes("grant", case)

    assert (case.due - due).total_seconds() == 6 * 3600
    assert case.told()[-2:] == ["申请延期6小时：等配件", "同意延期6小时"]
    assert case.extensions[0]["granted"] is True


def test_more_time_for_the_matter_is_no_more_time_to_accept_it(play: Play):
    """What was asked for is time to handle it; the citizen may know as soon as before who has it."""
    case = play.dispatcher.opens()
    [accept] = [clock for clock in case.clocks if clock["extent"] == "step"]
    play.handler.takes("extend", case, reason="等配件", duration={"amount": 6, "unit": "hours"})
    play.dispatcher.takes("grant", case)

    [same] = [clock for clock in case.clocks if clock["extent"] == "step"]
    assert same["due_at"] == accept["due_at"]
    play.move(hours=3)
    assert [clock["breached_at"] is not None for clock in case.clocks if clock["extent"] == "step"] == [True]


def test_more_time_is_refused_with_a_reason(play: Play):
    case = play.dispatcher.opens()
    due = case.due
    play.handler.takes("extend", case, reason="等配件", duration={"amount": 6, "unit": "hours"})

    play.dispatcher.takes("refuse", case, reason="配件有库存")

    assert case.due == due
    assert case.extensions[0]["granted"] is False
    assert "extend" in play.handler.may(case)


def test_a_request_for_more_time_lapses_with_the_task_it_was_asked_for(play: Play):
    """The next holder gets no time that the last one asked for, and may ask for his own."""
    case = play.dispatcher.opens()
    more = {"reason": "等配件", "duration": {"amount": 6, "unit": "hours"}}
    play.handler.takes("extend", case, **more)
    play.dispatcher.takes("transfer", case, organisation="eco", reason="归环保")

    [asked] = case.extensions
    assert asked["granted"] is False
    assert asked["note"].startswith("承办任务已结束，申请自动失效")
    assert case.told()[-2] == "承办任务已结束，延期申请自动失效"
    assert "grant" not in play.dispatcher.may(case)

    play.handler_elsewhere.takes("extend", case, **more)
    play.dispatcher.takes("end_no_action", case, reason="无需处置")
    assert play.dispatcher.sees(asks_more_time=True) == []
    play.dispatcher.takes("reopen", case, reason="又来")
    assert [one["granted"] for one in case.extensions] == [False, False]


OFFICE_WEEK = {day: ["09:00-17:00"] for day in ("mon", "tue", "wed", "thu", "fri")}
LIMITS = {
    "calendars": [{"key": "c", "title": {"zh": "历", "en": "c"}, "week": OFFICE_WEEK}],
    "clocks": [
        {"key": "wall", "title": {"zh": "日", "en": "Days"}, "duration": {"amount": 3, "unit": "days"}},
        {"key": "office", "title": {"zh": "工", "en": "Working days"}, "calendar": "c",
         "duration": {"amount": 4, "unit": "working_days"}},
    ],
    "case_types": [
        {"code": code, "title": {"zh": code, "en": code}, "loop": "standard", "clocks": {"case": code}}
        for code in ("wall", "office")
    ],
    "responsibilities": [{"case_type": code, "organisation": "urban"} for code in ("wall", "office")],
}  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "due", "amount", "unit", "longer"),
    [
        ("wall", "2026-03-06 00:00", 1, "days", "2026-03-07 00:00"),
        ("wall", "2026-03-06 00:00", 30, "hours", "2026-03-07 06:00"),
        ("office", "2026-03-06 17:00", 1, "working_days", "2026-03-09 17:00"),
        ("office", "2026-03-06 17:00", 7, "days", "2026-03-14 00:00"),
    ],
)
def test_more_time_is_counted_as_it_was_asked_for(
    play: Play, kind: str, due: str, amount: int, unit: str, longer: str
) -> None:
    declare(LIMITS, pack="limits")
    case = play.dispatcher.opens(kind)
    assert case.due == local(due)

    play.handler.takes("extend", case, reason="等配件", duration={"amount": amount, "unit": unit})
    play.dispatcher.takes("grant", case)

    assert case.due == local(longer)


def test_working_time_is_not_asked_for_where_every_day_counts(play: Play):
    declare(LIMITS, pack="limits")
    case = play.dispatcher.opens("wall")
    with pytest.raises(Refused) as refused:
        play.handler.takes("extend", case, reason="等配件", duration={"amount": 5, "unit": "working_days"})
    assert refused.value.fields == {"duration": "case.no_calendar"}


@pytest.mark.parametrize(("asked_after", "in_time"), [(23, True), (25, False)])
def test_more_time_heals_a_breach_only_when_it_was_asked_for_before(play: Play, asked_after: int, in_time: bool):
    """Decided late is not the holder's fault; asked for late is."""
    case = play.dispatcher.opens()
    play.move(hours=asked_after)
    play.handler.takes("extend", case, reason="等配件", duration={"amount": 48, "unit": "hours"})
    play.move(hours=26 - asked_after)
    assert [clock["breached_at"] is not None for clock in case.clocks if clock["extent"] == "case"] == [True]

    play.dispatcher.takes("grant", case)
    is_done(play, case)

    assert Case.objects.get(number=case.number).in_time is in_time
