"""The numbers of the city, as a leader looks at them: the list, one number, another place, and why it is what it is."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.journeys.conftest import Open
from tests.processes.city_platform import CityPlatform

PLACES = ({"lon": 112.88, "lat": 30.95}, {"lon": 112.9, "lat": 30.97}, {"lon": 112.86, "lat": 30.93})
OPEN = "urban.open_cases"


@pytest.fixture(scope="module")
def counted(town: CityPlatform) -> None:
    """Cases are open, and the numbers were computed over them."""
    for place, where in enumerate(PLACES):
        body = {"case_type": "urban.facilities.manhole", "title": f"指标路口{place}井盖松动", **where}
        town.call("POST", "/api/v1/cases", body)
    town.await_settled()
    town.command("lake", "project")
    town.command("indicators", "compute")


def value_of(town: CityPlatform, **query: str) -> float:
    asked = "&".join(f"{name}={text}" for name, text in query.items())
    return float(town.call("GET", f"/api/v1/indicators/{OPEN}/series?{asked}")["values"][-1]["value"])


@pytest.mark.usefixtures("counted")
def test_a_number_is_opened_down_to_the_cases_it_counts(town: CityPlatform, windows: Open):
    window = windows(town)
    window.become("administrator")
    page = window.go("/console/indicators")
    row = page.get_by_role("row").filter(has=page.get_by_role("link", name="在办案件", exact=True))
    expect(row).to_contain_text(f"{value_of(town):.0f} 件")
    expect(row).to_contain_text("城市运行管理中心")

    page.get_by_role("link", name="在办案件", exact=True).click()
    page.wait_for_url(re.compile(f"/indicators/{OPEN}"))
    expect(page.get_by_text("重算 = 显示")).to_be_visible()
    expect(page.get_by_text(f"共 {value_of(town):.0f} 行")).to_be_visible()
    expect(page.get_by_text("case_events", exact=True)).to_be_visible()
    page.get_by_text("查看 SQL").click()
    expect(page.get_by_text("JOIN urban_states c")).to_be_visible()

    counted = page.locator("table").get_by_role("link", name=re.compile(r"^AJ\d+$")).first
    number = counted.inner_text()
    counted.click()
    page.wait_for_url(re.compile(f"/cases/{number}"))
    expect(page.get_by_role("heading", level=1)).to_be_visible()


@pytest.mark.usefixtures("counted")
def test_the_ranking_leads_to_a_district_whose_number_is_its_own(town: CityPlatform, windows: Open):
    window = windows(town, phone=True)
    window.become("administrator")
    page = window.go(f"/console/indicators/{OPEN}")
    ranks = town.call("GET", f"/api/v1/indicators/{OPEN}/ranking")
    cases = town.pages("/api/v1/cases?is_open=true")
    in_no_district = [one["number"] for one in cases if one["region_path"].count("/") < 3]  # a question about the city
    assert sum(one["value"]["value"] for one in ranks) + len(in_no_district) == value_of(town)
    most = max(ranks, key=lambda one: one["value"]["value"])
    page.get_by_role("button", name=re.compile(most["name"]["zh"])).click()
    page.wait_for_url(re.compile(f"code={most['code']}"))
    window.settle()
    expect(page.get_by_text(f"共 {most['value']['value']:.0f} 行")).to_be_visible()
    assert window.overflow() == 0


@pytest.mark.usefixtures("counted")
def test_computing_now_shows_the_new_number_and_keeps_the_old(town: CityPlatform, windows: Open):
    """The city stands still, so the same hour has a second value: both are kept, and each can be gone back to."""
    before = value_of(town)
    body = {"case_type": "urban.facilities.manhole", "title": "指标路口又一处井盖松动", **PLACES[0]}
    town.call("POST", "/api/v1/cases", body)
    town.await_settled()
    town.command("lake", "project")
    window = windows(town)
    window.become("administrator")
    page = window.go(f"/console/indicators/{OPEN}")
    page.get_by_role("button", name="立即计算").click()
    expect(page.get_by_text("计算完成")).to_be_visible(timeout=60_000)
    assert value_of(town) > before
    expect(page.locator(".explanation .shown")).to_contain_text(f"{value_of(town):.0f} 件")

    past = page.locator("section").filter(has=page.get_by_role("heading", name="这个时段显示过的值"))
    old = past.get_by_role("button").filter(has_text=f"{before:.0f} 件").first
    expect(old).to_be_visible()
