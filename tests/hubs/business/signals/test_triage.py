"""What becomes of a report: the case that it joins or opens, and who decides when the platform cannot."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import transaction

from citybrain.base import bus
from citybrain.base.audit import SYSTEM
from citybrain.base.bus.models import OutboxEvent
from citybrain.hubs.business.cases.manifest import CasesFile
from citybrain.hubs.business.cases.models import Case
from citybrain.hubs.business.cases.packing import apply_cases_file
from citybrain.hubs.business.signals.messages import TextClassified
from citybrain.hubs.business.signals.models import Signal
from tests.cast import Cast
from tests.hubs.business.signals.conftest import ELSEWHERE, KINDS, METRE, STREET, Hotline


def said(kind: str) -> list[OutboxEvent]:
    return list(OutboxEvent.objects.filter(type=kind).order_by("position"))


def declare_words(keywords: dict[str, list[str]]) -> None:
    kinds = [{**kind, "keywords": keywords.get(kind["code"], [])} for kind in KINDS["case_types"]]
    apply_cases_file("test", CasesFile.model_validate({**KINDS, "case_types": kinds}), actor=SYSTEM)


def classified(hotline, signal, label, probability, alternatives=()):
    """As the classifier answers."""
    message = TextClassified(
        signal_id=signal.pk, label=label, probability=probability, alternatives=list(alternatives), model="m1"
    )
    with transaction.atomic():
        bus.publish(message, subject=f"signal/{signal.pk}")
    hotline.deliver()
    signal.refresh_from_db()
    return signal


class TestOpening:
    def test_a_report_opens_a_case_that_is_dispatched_at_once(self, hotline):
        signal = hotline.reports("人民路路灯不亮", subject="路灯不亮")
        case = hotline.case_of(signal)

        assert signal.state == "opened"
        assert (case.title, case.text, case.source) == ("路灯不亮", "人民路路灯不亮", "hotline")
        assert case.organisation.code == "urban"
        assert (case.region_path, case.lon, case.signal_count) == (signal.region_path, signal.lon, 1)
        assert case.occurred_at == signal.occurred_at

    def test_a_title_that_is_cut_says_so(self, hotline):
        whole, longer = hotline.reports("路灯不亮" * 15), hotline.reports("井盖丢了" * 16)

        assert hotline.case_of(whole).title == "路灯不亮" * 15
        assert hotline.case_of(longer).title == ("井盖丢了" * 15)[:59] + "…"

    def test_every_step_names_its_cause(self, hotline):
        signal = hotline.reports()
        [received], [opened], [case_opened] = said("signal.received"), said("signal.opened"), said("case.opened")

        assert received.subject == opened.subject == f"signal/{signal.pk}"
        assert case_opened.subject == f"case/{signal.case_number}"
        assert opened.cause == case_opened.cause == received.id

    def test_delivering_again_changes_nothing(self, hotline):
        signal = hotline.reports()
        from citybrain.hubs.business.signals import actions

        with transaction.atomic():
            actions.triage(signal.pk)
        assert Case.objects.count() == 1
        assert len(said("signal.opened")) == 1


class TestMerging:
    def test_a_second_report_near_by_joins_the_case(self, hotline):
        first = hotline.reports("人民路路灯不亮")
        hotline.clock.move(hours=2)
        second = hotline.reports("人民路的路灯坏了不亮", lon=STREET["lon"], lat=STREET["lat"] + 20 * METRE)

        assert (second.state, second.case_number) == ("merged", first.case_number)
        assert second.merge_reason["rule"] == "near_point"
        assert second.merge_reason["distance_m"] == pytest.approx(20, abs=1)
        assert second.merge_reason["hours"] == 2.0
        assert 0.25 <= second.merge_reason["similarity"] <= 1
        assert hotline.case_of(first).signal_count == 2
        [merged] = said("signal.merged")
        assert merged.region_path == second.region_path

    @pytest.mark.parametrize(
        "other",
        [
            {"lat": STREET["lat"] + 100 * METRE, "lon": STREET["lon"]},
            {"text": "占道烧烤油烟扰民"},
            {"case_type": "yard"},
            {"lon": 112.1, "lat": 32.0},
            ELSEWHERE,
        ],
        ids=["too far", "other words", "another kind", "a rounded point", "another district"],
    )
    def test_what_is_another_matter_opens_its_own_case(self, hotline, other):
        first = hotline.reports()
        second = hotline.reports(**{"text": "人民路路灯不亮", **other})
        assert second.state == "opened"
        assert second.case_number != first.case_number

    def test_rounded_points_on_one_spot_never_merge(self, hotline):
        """Hundreds of reports lie on exactly 39.0, -77.0."""
        first = hotline.reports("same words", lon=-77.0, lat=39.0)
        second = hotline.reports("same words", lon=-77.0, lat=39.0)
        assert {first.state, second.state} == {"opened"}

    def test_without_points_the_address_decides(self, hotline):
        first = hotline.reports("院子里有垃圾", case_type="yard", nowhere=True, address="襄阳市樊城区人民路12号")
        same = hotline.reports("狗屎没人管", case_type="yard", nowhere=True, address="樊城区人民路 12 号")
        next_door = hotline.reports("院子里有垃圾", case_type="yard", nowhere=True, address="樊城区人民路14号")

        assert same.case_number == first.case_number
        assert same.merge_reason["rule"] == "same_address"
        assert next_door.state == "opened"

    def test_without_any_place_nearly_the_same_words_decide(self, hotline):
        first = hotline.reports("滨河公园里所有的路灯都不亮", region="420606")
        again = hotline.reports("滨河公园里所有路灯都不亮", region="420606")
        other = hotline.reports("滨河公园里所有路灯都不亮", region="420602")
        assert again.case_number == first.case_number
        assert again.merge_reason["rule"] == "same_words"
        assert other.state == "opened"

    def test_after_three_days_it_is_a_new_matter(self, hotline):
        first = hotline.reports()
        hotline.clock.move(hours=73)
        assert hotline.reports().case_number != first.case_number

    def test_a_case_that_has_ended_takes_no_more_reports(self, hotline):
        first = hotline.reports(source_id="one")
        hotline.close({"source": "12345", "source_id": "one", "closed_at": hotline.clock.now().isoformat()})
        hotline.deliver()
        second = hotline.reports()
        assert second.state == "opened"
        assert second.case_number != first.case_number

    def test_a_report_of_the_past_that_comes_late_joins_by_when_it_happened(self, hotline):
        first = hotline.reports()
        late = hotline.reports(occurred_at=(hotline.clock.now() - timedelta(hours=20)).isoformat())
        assert late.case_number == first.case_number
        assert late.merge_reason["hours"] == 20.0

    def test_the_same_signals_in_the_same_order_give_the_same_cases(self, hotline):
        rows = [hotline.row(lat=STREET["lat"] + step * METRE, lon=STREET["lon"]) for step in (0, 40, 80, 20, 100, 55)]
        hotline.send(*rows)
        hotline.deliver()
        first = partition()
        hotline.send(*({**row, "source": "again"} for row in rows))  # into the cases that are open now
        hotline.deliver()
        assert first == [[1, 2, 4], [3, 5, 6]]
        assert partition() == [[1, 2, 4, 7, 8, 10], [3, 5, 6, 9, 11, 12]]


def partition() -> list[list[int]]:
    """Which reports (by their order) ended up together."""
    signals = list(Signal.objects.order_by("pk"))
    order = {signal.pk: n for n, signal in enumerate(signals, start=1)}
    together: dict[str, list[int]] = {}
    for signal in signals:
        together.setdefault(signal.case_number, []).append(order[signal.pk])
    return list(together.values())


class TestClassifying:
    def test_the_source_s_own_word_is_translated_by_the_packs(self, hotline):
        exact = hotline.reports(case_type=None, label="卫生")
        family = hotline.reports(case_type=None, label="LAMP-Out Rear")
        assert (exact.case_type, exact.classified_by) == ("yard", "label")
        assert (family.case_type, family.classified_by) == ("lamp", "label")

    def test_a_word_that_nobody_knows_waits_for_a_person(self, hotline):
        signal = hotline.reports(case_type=None, label="Flying carpets")
        assert (signal.state, signal.waiting_reason, signal.case_number) == ("waiting_for_person", "unknown_label", "")
        assert [event.subject for event in said("signal.waiting")] == [signal.key]

    def test_a_text_is_read_by_whoever_can(self, hotline):
        signal = hotline.reports("门口的灯不亮,电话13800001234", case_type=None)
        assert signal.state == "received"
        [asked] = said("signal.unclassified")
        assert "门口的灯不亮,电话***" in asked.data

        signal = classified(hotline, signal, "市政", 0.91, [("卫生", 0.05)])

        assert (signal.state, signal.case_type, signal.classified_by) == ("opened", "lamp", "model")
        assert signal.probability == 0.91
        assert signal.alternatives == [
            {"label": "市政", "probability": 0.91, "case_type": "lamp"},
            {"label": "卫生", "probability": 0.05, "case_type": "yard"},
        ]

    def test_under_the_threshold_a_person_decides(self, hotline):
        signal = classified(hotline, hotline.reports("这里", case_type=None), "市政", 0.41, [("卫生", 0.39)])
        assert (signal.state, signal.waiting_reason) == ("waiting_for_person", "unsure")
        assert hotline.get("/signals/queue")["waiting_for_person"] == {"count": 1, "is_more": False}
        shown = hotline.get("/signals", state="waiting_for_person")["items"][0]
        assert [one["case_type"] for one in shown["alternatives"]] == ["lamp", "yard"]

        decided = hotline.post(f"/signals/{signal.pk}/type", {"case_type": "yard"})

        assert decided.status_code == 200, decided.content
        assert (decided.json()["state"], decided.json()["classified_by"]) == ("opened", "person")
        assert hotline.case_of(signal).case_type.code == "yard"
        assert hotline.post(f"/signals/{signal.pk}/type", {"case_type": "lamp"}).status_code == 409

    def test_a_late_or_repeated_answer_changes_nothing(self, hotline):
        signal = classified(hotline, hotline.reports("这里", case_type=None), "市政", 0.95)
        again = classified(hotline, signal, "卫生", 0.99)
        assert (again.case_type, again.case_number) == ("lamp", signal.case_number)
        assert Case.objects.count() == 1

    def test_when_nobody_answers_a_person_decides(self, hotline, monkeypatch):
        signal = hotline.reports("这里", case_type=None)
        from citybrain.hubs.business.signals import jobs
        from citybrain.hubs.business.signals.actions import triaging

        assert jobs.give_up_asking() == 0
        monkeypatch.setattr(triaging, "PATIENCE", timedelta(seconds=-1))
        assert jobs.give_up_asking() == 1
        signal.refresh_from_db()
        assert (signal.state, signal.waiting_reason) == ("waiting_for_person", "no_classifier")

    @pytest.mark.django_db(transaction=True)
    def test_the_round_of_the_job_decides_each_on_its_own(self, transactional_db, clock, monkeypatch):
        """The round opens no transaction itself, and a report that cannot be decided holds up none of the others."""
        from citybrain.base.jobs.running import run_due
        from citybrain.hubs.business.signals.actions import triaging

        hotline = Hotline(Cast(), clock)
        broken, other = (hotline.reports(text, case_type=None) for text in ("这里", "那里"))
        decide = triaging.decide_by_words

        def fails_for_one(signal, *args, **more):
            if signal.pk == broken.pk:
                raise LookupError("unreadable")
            decide(signal, *args, **more)

        monkeypatch.setattr(triaging, "PATIENCE", timedelta(seconds=-1))
        monkeypatch.setattr(triaging, "decide_by_words", fails_for_one)
        [outcome] = run_due(names=["signals.give_up_asking"])

        other.refresh_from_db()
        broken.refresh_from_db()
        assert (other.state, other.waiting_reason) == ("waiting_for_person", "no_classifier")
        assert [event.subject for event in said("signal.waiting")] == [other.key]
        assert broken.state == "received"
        assert outcome.error.startswith("LookupError")

    def test_nothing_to_handle_ends_it_without_a_case(self, hotline):
        signal = hotline.reports(case_type=None, label="Flying carpets")
        assert hotline.post(f"/signals/{signal.pk}/end", {"reason": "玩笑"}).json()["state"] == "ended"
        assert not Case.objects.exists()
        assert hotline.post(f"/signals/{signal.pk}/end", {"reason": "玩笑"}).status_code == 409


class TestWords:
    """A city in which nobody has trained anything."""

    @pytest.fixture(autouse=True)
    def _words(self, hotline):
        declare_words({"lamp": ["路灯", "灯 不亮/坏"], "yard": ["垃圾", "杂物 堆"]})

    def unread(self, hotline, text, **more):
        """A report that no model could read."""
        return classified(hotline, hotline.reports(text, case_type=None, **more), "", 0.0)

    def test_the_keywords_of_the_packs_decide(self, hotline):
        signal = self.unread(hotline, "楼下的灯坏了,请来修")

        assert (signal.state, signal.case_type, signal.classified_by) == ("opened", "lamp", "rule")
        assert signal.probability == 0.6667
        assert signal.alternatives == [{"label": "坏、灯", "probability": 0.6667, "case_type": "lamp"}]
        assert hotline.case_of(signal).organisation.code == "urban"

    def test_where_the_words_leave_doubt_a_person_decides_among_them(self, hotline):
        signal = self.unread(hotline, "路灯下面全是垃圾")
        assert (signal.state, signal.waiting_reason, signal.case_type) == ("waiting_for_person", "unsure", "")
        assert [(one["label"], one["case_type"]) for one in signal.alternatives] == [("路灯", "lamp"), ("垃圾", "yard")]

    def test_where_there_are_none_a_person_decides_alone(self, hotline):
        signal = self.unread(hotline, "请尽快处理")
        assert (signal.state, signal.waiting_reason, signal.alternatives) == ("waiting_for_person", "no_type", [])
        assert signal.probability is None

    def test_a_trained_model_is_asked_first_and_its_doubt_stands(self, hotline):
        sure = classified(hotline, hotline.reports("路灯不亮", case_type=None), "卫生", 0.9)
        unsure = classified(hotline, hotline.reports("路灯不亮", case_type=None), "卫生", 0.5)
        assert (sure.case_type, sure.classified_by) == ("yard", "model")
        assert (unsure.state, unsure.waiting_reason) == ("waiting_for_person", "unsure")

    def test_they_decide_too_when_the_model_never_answers(self, hotline, monkeypatch):
        from citybrain.hubs.business.signals import jobs
        from citybrain.hubs.business.signals.actions import triaging

        signal = hotline.reports("路灯不亮", case_type=None)
        monkeypatch.setattr(triaging, "PATIENCE", timedelta(seconds=-1))
        assert jobs.give_up_asking() == 1
        signal.refresh_from_db()
        assert (signal.state, signal.classified_by) == ("opened", "rule")

    def test_they_propose_where_the_source_s_own_word_is_unknown(self, hotline):
        signal = hotline.reports("路灯不亮", case_type=None, label="Flying carpets")
        assert (signal.state, signal.waiting_reason) == ("waiting_for_person", "unknown_label")
        assert [one["case_type"] for one in signal.alternatives] == ["lamp"]


class TestWhoMayDecide:
    def test_not_elsewhere_and_not_without_the_permission(self, hotline):
        signal = hotline.reports(case_type=None, label="Flying carpets")
        body = {"case_type": "yard"}
        assert hotline.post(f"/signals/{signal.pk}/type", body, by="dispatcher_elsewhere").status_code == 404
        for name in ("handler", "leader", "auditor", "grid_worker", "nobody"):
            assert hotline.post(f"/signals/{signal.pk}/type", body, by=name).status_code == 403
        signal.refresh_from_db()
        assert signal.state == "waiting_for_person"
        assert not Case.objects.exists()

    def test_a_district_sees_its_own_signals_only(self, hotline):
        here, there = hotline.reports(), hotline.reports(**ELSEWHERE)
        nowhere = hotline.reports(lon=100.1234, lat=20.1234)

        def seen(by):
            return [row["id"] for row in hotline.get("/signals", by=by)["items"]]

        assert seen("dispatcher") == [nowhere.pk, there.pk, here.pk]
        assert seen("county_dispatcher") == [here.pk]
        assert seen("dispatcher_elsewhere") == [there.pk]
        assert hotline.cast.client("county_dispatcher").get(f"/api/v1/signals/{there.pk}").status_code == 404

    def test_a_handler_sees_what_was_reported_of_his_cases(self, hotline):
        mine = hotline.reports()
        eco = hotline.reports(case_type="air")

        def seen(path, by):
            return [row["id"] for row in hotline.get(path, by=by)["items"]]

        assert seen("/signals", "handler") == seen(f"/cases/{mine.case_number}/signals", "handler") == [mine.pk]
        assert seen("/signals", "handler_elsewhere") == [eco.pk]
        assert hotline.cast.client("handler").get(f"/api/v1/cases/{eco.case_number}/signals").status_code == 404


def test_the_list_can_be_asked_for_anything(hotline):
    lamp = hotline.reports("独一无二的路灯", kind="grid", source_id="GRID-7")
    yard = hotline.reports("院子", case_type="yard", **ELSEWHERE)
    for query, found in [
        ({"kind": "grid"}, [lamp.pk]),
        ({"case_type": "yard"}, [yard.pk]),
        ({"region": "420606"}, [lamp.pk]),
        ({"q": "独一无二"}, [lamp.pk]),
        ({"q": "GRID-7"}, [lamp.pk]),
        ({"source": "12345", "state": "opened"}, [yard.pk, lamp.pk]),
        ({"case": yard.case_number}, [yard.pk]),
        ({"limit": 1}, [yard.pk]),
    ]:
        assert [row["id"] for row in hotline.get("/signals", **query)["items"]] == found, query
    page = hotline.get("/signals", limit=1)
    assert [row["id"] for row in hotline.get("/signals", limit=1, after=page["next"])["items"]] == [lamp.pk]
