"""People put reports together and take them apart again; both timelines say so, and the audit trail too."""

from __future__ import annotations

import pytest

from citybrain.base.audit.models import Record
from citybrain.base.bus.models import OutboxEvent
from citybrain.hubs.business.cases.models import Case, TimelineEntry
from citybrain.hubs.business.signals.models import Signal
from tests.hubs.business.signals.conftest import ELSEWHERE, METRE, STREET

NEAR = {"lon": STREET["lon"], "lat": STREET["lat"] + 20 * METRE}
FAR = {"lon": STREET["lon"], "lat": STREET["lat"] + 900 * METRE}


def lines(number: str) -> list[str]:
    return list(TimelineEntry.objects.filter(case__number=number).order_by("pk").values_list("key", flat=True))


class TestUndo:
    def test_a_merge_is_undone(self, hotline):
        first, second = hotline.reports(), hotline.reports(**NEAR)
        assert second.state == "merged"

        answer = hotline.post(f"/signals/{second.pk}/undo", {"reason": "两盏不同的灯"})

        assert answer.status_code == 200, answer.content
        shown = answer.json()
        assert shown["state"] == "opened"
        assert shown["case_number"] != first.case_number
        assert shown["merge_reason"] == {}
        assert shown["undone"][0]["case"] == first.case_number
        assert shown["undone"][0]["reason"] == "两盏不同的灯"
        assert hotline.case_of(first).signal_count == 1
        assert hotline.case_of(second).organisation.code == "urban"
        assert "case.signal_left" in lines(first.case_number)
        assert "case.opened" in lines(shown["case_number"])
        [record] = Record.objects.filter(action="signal.merge_undone")
        assert record.actor_label == "dispatcher@cast"
        assert OutboxEvent.objects.filter(type="signal.undone", subject=second.key).count() == 1

    def test_only_once_and_only_what_is_merged(self, hotline):
        first, second = hotline.reports(), hotline.reports(**NEAR)
        undo = f"/signals/{second.pk}/undo"
        assert hotline.post(undo, {"reason": "x"}).status_code == 200
        assert hotline.post(undo, {"reason": "x"}).json()["code"] == "signal.not_merged"
        assert hotline.post(f"/signals/{first.pk}/undo", {"reason": "x"}).status_code == 409

    def test_it_needs_a_reason_and_the_permission_there(self, hotline):
        hotline.reports()
        second = hotline.reports(**NEAR)
        undo = f"/signals/{second.pk}/undo"
        assert hotline.post(undo, {"reason": " "}).status_code == 422
        assert hotline.post(undo, {"reason": "x"}, by="handler").status_code == 403
        assert hotline.post(undo, {"reason": "x"}, by="dispatcher_elsewhere").status_code == 404
        second.refresh_from_db()
        assert second.state == "merged"
        assert Case.objects.count() == 1
        assert not Record.objects.filter(action="signal.merge_undone").exists()

    def test_undone_it_does_not_fall_back_into_the_case(self, hotline):
        hotline.reports()
        second = hotline.reports(**NEAR)
        hotline.post(f"/signals/{second.pk}/undo", {"reason": "x"})
        hotline.deliver()
        second.refresh_from_db()
        assert second.state == "opened"


class TestByHand:
    def test_the_candidates_are_shown_with_their_reasons(self, hotline):
        near = hotline.reports("占道烧烤")
        signal = hotline.reports("路灯不亮", **NEAR)
        [candidate] = hotline.get(f"/signals/{signal.pk}/candidates")
        assert candidate["case"] == near.case_number
        assert (candidate["merge"], candidate["why_not"]) == (False, "other_words")
        assert hotline.get(f"/signals/{signal.pk}")["candidates"][0]["case"] == near.case_number

    def test_the_only_signal_of_a_case_takes_the_case_along(self, hotline):
        first, second = hotline.reports(), hotline.reports("另一说法", **FAR)
        left = second.case_number

        answer = hotline.post(f"/signals/{second.pk}/merge", {"case": first.case_number, "reason": "同一盏灯"})

        assert answer.status_code == 200, answer.content
        assert (answer.json()["state"], answer.json()["case_number"]) == ("merged", first.case_number)
        assert answer.json()["merge_reason"]["rule"] == "person"
        ended = Case.objects.get(number=left)
        assert (ended.outcome, ended.duplicate_of) == ("duplicate", first.case_number)
        assert hotline.case_of(first).signal_count == 2

    def test_one_of_several_moves_alone(self, hotline):
        first, second, third = hotline.reports(), hotline.reports(**NEAR), hotline.reports("远处", **FAR)
        answer = hotline.post(f"/signals/{second.pk}/merge", {"case": third.case_number, "reason": "x"})
        assert answer.status_code == 200, answer.content
        assert hotline.case_of(first).signal_count == 1
        assert hotline.case_of(third).signal_count == 2
        assert hotline.case_of(first).closed_at is None

    def test_a_waiting_signal_takes_the_type_of_the_case(self, hotline):
        first = hotline.reports()
        waiting = hotline.reports(case_type=None, label="?")
        answer = hotline.post(f"/signals/{waiting.pk}/merge", {"case": first.case_number, "reason": "x"})
        assert (answer.json()["case_type"], answer.json()["classified_by"]) == ("lamp", "person")

    def test_two_cases_become_one(self, hotline):
        first, second = hotline.reports(), hotline.reports(**NEAR)
        third, fourth = hotline.reports("远处", **FAR), hotline.reports("远处的灯", **FAR)
        assert third.case_number == fourth.case_number

        answer = hotline.post(f"/cases/{third.case_number}/merge", {"case": first.case_number, "reason": "同一片停电"})

        assert answer.status_code == 200, answer.content
        assert {row["id"] for row in answer.json()} == {third.pk, fourth.pk}
        assert hotline.case_of(first).signal_count == 4
        assert {hotline.case_of(one).number for one in (first, second, third, fourth)} == {first.case_number}
        assert Record.objects.filter(action="signal.cases_merged").count() == 1

    def test_a_case_with_reports_ends_as_a_duplicate_only_by_merging(self, hotline):
        first, second = hotline.reports(), hotline.reports("远处", **FAR)
        into = {"reason": "重复", "into": first.case_number}

        answer = hotline.post(f"/cases/{second.case_number}/actions/end_duplicate", into)

        assert (answer.status_code, answer.json()["code"]) == (409, "case.has_reports")
        assert f"/cases/{second.case_number}/merge" in answer.json()["detail"]
        assert hotline.case_of(second).closed_at is None

    @pytest.mark.parametrize("reason", ["ended", "same", "unknown", "invisible"])
    def test_what_cannot_be_merged_stays_as_it_is(self, hotline, reason):
        first, second = hotline.reports(source_id="one"), hotline.reports("远处", **FAR)
        there = hotline.reports("别处", **ELSEWHERE)
        if reason == "ended":
            hotline.close({"source": "12345", "source_id": "one", "closed_at": hotline.clock.now().isoformat()})
            hotline.deliver()
        cases = {"ended": first, "same": second, "unknown": None, "invisible": there}
        case = cases[reason].case_number if cases[reason] else "AJ0"
        by = "county_dispatcher" if reason == "invisible" else "dispatcher"

        answer = hotline.post(f"/signals/{second.pk}/merge", {"case": case, "reason": "x"}, by=by)

        assert answer.status_code == {"ended": 409, "same": 409}.get(reason, 404)
        before = second.case_number
        second.refresh_from_db()
        assert (second.state, second.case_number) == ("opened", before)
        assert Signal.objects.filter(state="merged").count() == 0
