"""The report of yesterday: made, read, printed, taken along, and every number opened."""

from __future__ import annotations

import io
import re
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from openpyxl import load_workbook
from playwright.sync_api import Page, expect

from tests.journeys.conftest import Open
from tests.processes.city_platform import CityPlatform
from tests.processes.ground import until

PLAN = "urban.daily"


@pytest.fixture(scope="module")
def counted(town: CityPlatform) -> None:
    """A case that happened the day before yesterday, so that yesterday is counted too."""
    now = datetime.fromisoformat(town.call("GET", "/health")["city_time"])
    body = {"case_type": "urban.facilities.manhole", "title": "前天的井盖", "lon": 112.88, "lat": 30.95,
            "occurred_at": (now - timedelta(hours=49)).isoformat()}  # fmt: skip
    town.call("POST", "/api/v1/cases", body)
    town.command("indicators", "compute")
    until("its numbers are there", lambda: town.call("GET", "/api/v1/indicators/urban.open_cases/series")["values"])


def taken_along(page: Page, name: str) -> bytes:
    with page.expect_download(timeout=60_000) as waiting:
        page.get_by_role("link", name=name).click()
    return Path(waiting.value.path()).read_bytes()


def test_a_leader_reads_yesterdays_report_and_takes_it_along(town: CityPlatform, windows: Open, counted: None):
    leader = windows(town)
    leader.become("leader")
    page = leader.go(f"/console/reports?key={PLAN}")
    page.get_by_role("button", name="立即生成").click()
    expect(page).to_have_url(re.compile(r"/reports/\d+$"), timeout=30_000)
    number = page.url.rpartition("/")[2]

    told = town.call("GET", f"/api/v1/reports/{number}")
    figures = [row for part in told["sections"] if part["form"] == "figures" for row in part["rows"]]
    shown = next(row for row in figures if row["indicator"]["key"] == "urban.open_cases")
    report = page.frame_locator("iframe")
    row = report.get_by_role("row").filter(has_text=shown["indicator"]["title"]["zh"]).first
    expect(row).to_contain_text(f"{shown['now']['value']:.0f}", timeout=30_000)
    leader.settle()
    leader.shoot("report")
    assert leader.check_access() == []

    page.get_by_role("button", name="订阅").click()
    expect(page.get_by_role("button", name="退订")).to_be_visible()

    assert taken_along(page, "PDF").startswith(b"%PDF-")
    table = load_workbook(io.BytesIO(taken_along(page, "XLSX"))).active
    assert any(shown["indicator"]["title"]["zh"] in row for row in table.iter_rows(values_only=True))

    page.get_by_role("link", name="来龙去脉").click()
    expect(page).to_have_url(re.compile(rf"/trace/report/{number}"))
    expect(page.get_by_text("在办案件").first).to_be_visible(timeout=30_000)

    phone = windows(town, phone=True)
    phone.become("leader")
    small = phone.go(f"/console/reports/{number}")
    expect(small.frame_locator("iframe").get_by_role("heading").first).to_be_visible(timeout=30_000)
    phone.shoot("report")
    assert phone.overflow() == 0
    assert phone.check_access() == []
