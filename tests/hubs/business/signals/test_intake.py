"""What comes in through the door: the good rows are kept, the bad come back with the reason, nothing comes in twice."""

from __future__ import annotations

from datetime import timedelta

import pytest
import shapely

from citybrain.base.audit.models import Record as AuditRecord
from citybrain.base.bus.models import OutboxEvent
from citybrain.base.places.models import RegionBoundary
from citybrain.hubs.business.signals.models import Signal
from citybrain.hubs.business.signals.reading import decimals_precision
from tests.hubs.business.signals.conftest import ELSEWHERE, STREET


def test_a_batch_keeps_its_good_rows(hotline):
    row = hotline.row
    answer = hotline.send(
        row(),
        row(occurred_at="yesterday"),
        row(occurred_at="2026-03-02T09:00:00"),
        row(lat=999.0, lon=112.0),
        row(lon=112.0, lat=10**400),
        row(lon=112.0, lat=None),
        row(case_type="dragon"),
        row(region="9999", nowhere=True),
        row(colour="red"),
        row(kind="alarm"),
        row(text="", case_type=None),
        row(severity=5),
        row(reporter={"phone": 13800001234}),
        row(crs="MOON"),
        "not an object",
        row(text="x" * 20_001),
        row(),
    )

    assert answer["accepted"] == 2
    assert len(answer["ids"]) == 2
    assert [(r["index"], r["field"], r["code"]) for r in answer["rejected"]] == [
        (1, "occurred_at", "input.time"),
        (2, "occurred_at", "input.time"),
        (3, "lon", "place.out_of_range"),
        (4, "lat", "input.finite"),
        (5, "lat", "input.required"),
        (6, "case_type", "case.unknown_type"),
        (7, "region", "place.unknown_region"),
        (8, "colour", "input.unknown_field"),
        (9, "kind", "input.not_allowed"),
        (10, "text", "signal.says_nothing"),
        (11, "severity", "input.not_allowed"),
        (12, "reporter.phone", "input.text"),
        (13, "crs", "place.unknown_crs"),
        (14, "", "input.object"),
        (15, "text", "input.too_long"),
    ]
    assert all(r["reason"] and not r["reason"].startswith(r["code"]) for r in answer["rejected"])
    assert all(r["cure"] and r["cure"] != r["code"] and "<" not in r["cure"] for r in answer["rejected"])
    assert Signal.objects.count() == 2


def test_the_same_report_twice_is_kept_once(hotline):
    first, second = hotline.row(source_id="A"), hotline.row(source_id="B")
    assert hotline.send(first, second, first) | {"rejected": []} == {
        "accepted": 2, "duplicates": 1, "rejected": [], "ids": [*(ids := ids_of("A", "B")), ids[0]],
    }  # fmt: skip

    again = hotline.send(second, hotline.row(source_id="C"))

    assert (again["accepted"], again["duplicates"]) == (1, 1)
    assert again["ids"][0] == ids[1]
    assert Signal.objects.count() == 3
    assert OutboxEvent.objects.filter(type="signal.received").count() == 3


def ids_of(*source_ids: str) -> list[int]:
    return [Signal.objects.get(source_id=one).pk for one in source_ids]


def test_one_report_may_come_without_a_list(hotline):
    client = hotline.cast.client("dispatcher").english()
    good = client.post("/api/v1/signals", hotline.row())
    bad = client.post("/api/v1/signals", hotline.row(occurred_at="soon"))

    assert good.json()["accepted"] == 1
    assert bad.status_code == 422
    [wrong] = bad.json()["errors"]
    assert (wrong["field"], wrong["code"]) == ("occurred_at", "input.time")


def test_more_than_a_thousand_rows_are_refused_whole(hotline):
    answer = hotline.cast.token_client("integrator").post("/api/v1/signals", [hotline.row()] * 1001)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["code"] == "signal.too_many"
    assert Signal.objects.count() == 0


def test_history_is_for_tokens_that_may(hotline):
    """The cast's tokens are of mode history; a signed-in person reports what happens now."""
    old = hotline.row(occurred_at="2012-07-01T00:00:00-05:00")
    soon = hotline.row(occurred_at=(hotline.clock.now() + timedelta(minutes=6)).isoformat())

    assert hotline.send(old)["accepted"] == 1
    assert hotline.send(soon)["rejected"][0]["code"] == "signal.in_the_future"
    by_hand = hotline.post("/signals", hotline.row(occurred_at="2026-02-22T00:00:00Z"))
    assert by_hand.json()["errors"][0]["code"] == "signal.too_old"


def test_places_come_in_any_system_and_are_kept_in_wgs84(hotline):
    here = hotline.reports(lon=112.0512, lat=32.0475, crs="GCJ-02")
    assert here.lon != 112.0512
    assert abs(here.lon - 112.0512) < 0.02
    assert here.region_code == "420606001"


@pytest.mark.parametrize(
    ("lon", "lat", "precision"), [(-77.0, 39.0, 111_320.0), (112.0512, 32.0475, 11.13), (112.05, 32.04, 1113.2)]
)
def test_precision_is_read_off_the_decimals(lon, lat, precision):
    assert decimals_precision(lon, lat) == pytest.approx(precision)


class TestWhereItLies:
    def test_by_its_point(self, hotline):
        signal = hotline.reports()
        assert (signal.region_path, signal.located_by) == ("/4206/420606/420606001/", "point")

    def test_outside_every_region_is_kept_marked_and_shown(self, hotline):
        signal = hotline.reports(lon=100.1234, lat=20.1234)
        assert (signal.region_path, signal.located_by, signal.state) == ("", "", "opened")
        listed = hotline.get("/signals", unlocated="true")["items"]
        assert [row["id"] for row in listed] == [signal.pk]
        assert (listed[0]["lon"], listed[0]["is_outside"]) == (100.1234, True)
        cases = hotline.get("/cases", unlocated="true")["items"]
        assert [case["is_outside"] for case in cases] == [True]

    def test_swapped_numbers_are_told_rather_than_kept(self, hotline):
        hotline.cast.root.boundaries.all().delete()
        box = shapely.box(-88.0, 41.0, -87.0, 42.0)
        RegionBoundary.objects.create(
            region=hotline.cast.root, wkb=shapely.to_wkb(box), west=-88.0, south=41.0, east=-87.0, north=42.0,
            area_km2=1.0, source="Chicago",
        )  # fmt: skip
        answer = hotline.send(hotline.row(lon=41.8057, lat=-87.6697), hotline.row(lon=-87.6697, lat=41.8057))
        assert [(r["index"], r["code"]) for r in answer["rejected"]] == [(0, "place.swapped")]

    def test_by_the_region_that_the_source_names(self, hotline):
        signal = hotline.reports(region="420602")
        assert (signal.region_path, signal.located_by) == ("/4206/420602/", "given")

    def test_by_the_address(self, hotline):
        signal = hotline.reports(nowhere=True, address="襄阳市樊城区米公街道长虹路12号")
        assert (signal.region_path, signal.located_by) == ("/4206/420606/420606002/", "address")

    def test_by_the_words(self, hotline):
        signal = hotline.reports("襄城区昭明街道的路灯坏了", nowhere=True)
        assert (signal.region_path, signal.located_by) == ("/4206/420602/420602001/", "text")

    def test_by_the_duty_of_who_reports(self, hotline):
        signal = hotline.reports("这里的路灯坏了", nowhere=True, by="county_dispatcher")
        assert (signal.region_path, signal.located_by) == ("/4206/420606/", "duty")

    def test_a_rounded_point_says_nothing_about_its_region(self, hotline):
        signal = hotline.reports(lon=112.1, lat=32.0, address="樊城区王寨街道人民路1号")
        assert signal.precision_m > 10_000
        assert signal.located_by == "address"


class TestWhoMayReport:
    def test_not_without_the_permission(self, hotline):
        for name in ("handler", "auditor", "leader", "steward", "nobody"):
            assert hotline.post("/signals", hotline.row(), by=name).status_code == 403
        assert hotline.cast.anonymous().post("/api/v1/signals", hotline.row()).status_code == 401
        assert Signal.objects.count() == 0

    def test_not_about_another_region(self, hotline):
        answer = hotline.send(hotline.row(**ELSEWHERE), hotline.row(**STREET), by="county_dispatcher")
        assert answer["accepted"] == 1
        assert answer["rejected"][0]["code"] == "signal.elsewhere"
        assert [s.region_code for s in Signal.objects.all()] == ["420606001"]

    def test_a_citizen_reports_but_does_not_read(self, hotline):
        assert hotline.post("/signals", hotline.row(), by="citizen").status_code == 200
        assert hotline.cast.client("citizen").get("/api/v1/signals").status_code == 403


class TestPersonalData:
    TEXT = "我是张三丰,电话13800001234,门口路灯不亮"

    def report(self, hotline):
        return hotline.reports(self.TEXT, reporter={"name": "张三丰", "phone": "13800001234"})

    def test_it_is_sealed_masked_and_never_on_the_bus(self, hotline):
        signal = self.report(hotline)
        raw = " ".join(str(value) for value in Signal.objects.filter(pk=signal.pk).values()[0].values())
        shown = hotline.get(f"/signals/{signal.pk}")

        assert shown["reporter"] == {"name": "张**", "phone": "138****1234"}
        assert shown["text"] == "我是***,电话***,门口路灯不亮"
        everything = raw + " ".join(OutboxEvent.objects.values_list("data", flat=True))
        everything += " ".join(AuditRecord.objects.values_list("data", flat=True)) + str(hotline.case_of(signal).text)
        assert "13800001234" not in everything
        assert "张三丰" not in everything

    def test_it_is_opened_for_a_purpose_on_record(self, hotline):
        signal = self.report(hotline)
        refused = hotline.post(f"/signals/{signal.pk}/reveal", {"purpose": "  "})
        opened = hotline.post(f"/signals/{signal.pk}/reveal", {"purpose": "回访"})

        assert refused.status_code == 422
        assert opened.json() == {"name": "张三丰", "phone": "13800001234", "text": self.TEXT}
        records = AuditRecord.objects.filter(action="person.revealed")
        assert {record.object_key for record in records} == {str(signal.pk)}
        assert all("回访" in record.data for record in records)
        assert len(records) == 3

    def test_earlier_reports_of_a_caller_are_found_by_his_number(self, hotline):
        first = self.report(hotline)
        hotline.reports("别的事", reporter={"phone": "13900001234"})
        search = {"phone": " 13800001234", "purpose": "来电询问"}

        found = hotline.post("/signals/of-reporter", search).json()["items"]

        assert [row["id"] for row in found] == [first.pk]
        assert hotline.post("/signals/of-reporter", search, by="dispatcher_elsewhere").json()["items"] == []
        assert hotline.post("/signals/of-reporter", search, by="leader").status_code == 403
        records = AuditRecord.objects.filter(action="signal.reporter_searched")
        assert len(records) == 2
        assert all("13800001234" not in record.data for record in records)

    def test_not_by_everybody_and_not_elsewhere(self, hotline):
        signal = self.report(hotline)
        body = {"purpose": "回访"}
        assert hotline.post(f"/signals/{signal.pk}/reveal", body, by="leader").status_code == 403
        assert hotline.post(f"/signals/{signal.pk}/reveal", body, by="dispatcher_elsewhere").status_code == 404
        assert not AuditRecord.objects.filter(action="person.revealed").exists()


def test_reading_in_costs_the_same_for_one_and_for_many(hotline, django_assert_max_num_queries):
    hotline.send(hotline.row())
    with django_assert_max_num_queries(30):
        hotline.send(*(hotline.row() for _ in range(200)))
