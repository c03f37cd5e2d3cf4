"""An administrator finds somebody, sees what a duty would open to him before granting it, and takes it away again."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from tests.journeys.conftest import Open
from tests.processes.city_platform import CityPlatform


def test_a_duty_is_granted_with_its_reach_in_sight_and_revoked(town: CityPlatform, windows: Open):
    window = windows(town)
    window.become("administrator")
    page = window.go("/console/users")
    page.get_by_role("textbox", name="姓名或用户名").fill("grid-")
    expect(page).to_have_url(re.compile(r"\?q=grid-"))
    expect(page.locator("tbody tr .username").first).to_contain_text("grid-")
    page.reload()  # what is looked for is in the address
    expect(page.get_by_role("textbox", name="姓名或用户名")).to_have_value("grid-")
    expect(page.locator("tbody tr .roles").first).to_have_text("网格员")

    page.locator("tbody tr a").first.click()
    expect(page.get_by_role("heading", name=re.compile("^现有职责"))).to_contain_text("1")
    page.get_by_role("button", name="授予职责").click()
    grant = page.get_by_role("dialog", name=re.compile("授予.*职责"))
    grant.get_by_role("combobox").first.click()
    page.get_by_role("option", name="指挥长").click()
    expect(grant.locator("[data-kind=thing] .count")).to_contain_text("→")  # from his grid to the whole city
    expect(grant.locator("li.opens, li.more")).not_to_have_count(0)
    window.settle()
    window.shoot("grant-reach")
    assert window.check_access() == []

    grant.get_by_role("button", name="授予职责").click()
    expect(page.get_by_role("heading", name=re.compile("^现有职责"))).to_contain_text("2")
    duty = page.get_by_role("listitem").filter(has_text="指挥长").filter(has_text="全部机构")
    duty.get_by_role("button", name="撤销").click()
    page.get_by_role("dialog").get_by_role("button", name="撤销").click()
    expect(page.get_by_role("heading", name=re.compile("^现有职责"))).to_contain_text("1")
    expect(page.get_by_role("heading", name=re.compile("^过往职责"))).to_be_visible()
