"""The air gets bad: a reading becomes an alarm and a case without anybody, watched by those whom it concerns."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from itertools import count

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.browser import SHOTS, Window
from tests.journeys.conftest import Open
from tests.journeys.everything import alarm_of, quiet_station, reading
from tests.processes.city_platform import CityPlatform
from tests.processes.ground import until

RULE = "environment.so2_high"  # over 500 at once, without waiting for a second hour
SOON = 30_000


def case_of(town: CityPlatform, alarm: str) -> str:
    """The number of the case that an alarm became."""

    def facts() -> list[str]:
        chain = town.call("GET", f"/api/v1/trace/alarm/{alarm}")
        return [fact["id"] for fact in chain["facts"] if fact["kind"] == "case"]

    until("the alarm is a case", facts, within=30)
    return facts()[0]


@pytest.fixture
def officer(town: CityPlatform, windows: Open) -> Window:
    window = windows(town)
    window.become("dispatcher")
    return window


def beside(window: Window, path: str) -> Page:
    """Another tab of the same person."""
    page = window.context.new_page()
    page.goto(path)
    page.wait_for_load_state("networkidle")
    return page


def test_a_reading_over_the_limit_becomes_a_case_before_everybodys_eyes(town: CityPlatform, officer: Window):
    station = quiet_station(town)
    situation = beside(officer, "/console/situation")
    cases = beside(officer, "/console/cases?is_open=true&order=newest")
    alarms = officer.go("/console/alarms")
    expect(alarms.locator("[data-row]").filter(has_text=station["code"])).to_have_count(0)

    reading(town, station["code"], 600.0)

    row = alarms.locator("[data-row]").filter(has_text=station["code"])
    expect(row).to_contain_text("二氧化硫小时超标", timeout=SOON)
    expect(row).to_contain_text(re.compile(r"600\s*µg/m³"))
    expect(row).to_contain_text("未确认")
    officer.shoot("air-alarm-list")
    alarm = str(row.get_attribute("data-row"))
    assert alarm_of(town, station["code"])["id"] == alarm
    number = case_of(town, alarm)

    line = cases.locator(f".line[data-number={number}]")
    expect(line).to_contain_text("市生态环境局", timeout=SOON)  # the responsibility list knew whose it is
    expect(line).to_contain_text("待接收")
    stream = situation.get_by_role("region", name="最新动态")
    expect(stream.get_by_role("button").filter(has_text=station["name"]).first).to_be_visible(timeout=SOON)
    case = town.call("GET", f"/api/v1/cases/{number}")
    assert (case["case_type"], case["organisation"], case["state"]) == (
        "environment.air_pollution",
        "eco",
        "dispatched",
    )

    line.get_by_role("link", name=number).click()
    expect(cases.get_by_role("heading", level=1)).to_contain_text("二氧化硫小时超标")
    expect(cases.get_by_role("main")).to_contain_text(re.compile("来源\\s*.*告警"))
    cases.get_by_role("tab", name="来龙去脉").click()
    chain = cases.get_by_role("tabpanel").locator(".fact")
    expect(chain.filter(has_text="600")).to_have_class(re.compile("reading"))
    expect(chain.filter(has_text="市生态环境局")).to_have_class(re.compile("assignment"))
    cases.screenshot(path=SHOTS / "air-alarm-trace-1920x1080.png")
    situation.screenshot(path=SHOTS / "air-alarm-situation-1920x1080.png")
    chain.and_(cases.locator(".alarm")).click()
    expect(cases).to_have_url(re.compile(rf"/alarms/{alarm}"))
    expect(cases.get_by_role("link", name=re.compile(number))).to_be_visible()


def test_an_alarm_is_acknowledged_and_everybody_sees_by_whom(town: CityPlatform, windows: Open, officer: Window):
    station = quiet_station(town)["code"]
    reading(town, station, 620.0)
    alarm = alarm_of(town, station)["id"]
    other = windows(town)
    other.become("commander")
    watched = other.go("/console/alarms").locator(f"[data-row='{alarm}']")
    expect(watched).to_contain_text("未确认", timeout=SOON)

    page = officer.go(f"/console/alarms/{alarm}")
    page.get_by_role("button", name="确认", exact=True).click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("二氧化硫小时超标")
    dialog.get_by_role("textbox").fill("已请生态环境局到场核实")
    officer.shoot("air-alarm-acknowledging")
    dialog.get_by_role("button", name="确认", exact=True).click()
    expect(dialog).to_be_hidden()
    who = page.request.get("/api/v1/session").json()["me"]["label"]
    expect(page.get_by_text(re.compile(f"{who} 于 .* 确认")).first).to_be_visible()
    expect(page.get_by_role("button", name="确认", exact=True)).to_have_count(0)
    expect(watched).to_contain_text(who, timeout=SOON)
    assert town.call("GET", f"/api/v1/alarms/{alarm}")["acknowledged_note"] == "已请生态环境局到场核实"


def switch(page: Page, word: str, reason: str) -> None:
    """Switch the rule on its page, after reading what the question says."""
    page.get_by_role("switch", name=f"{word} 二氧化硫小时超标").locator("..").click()
    dialog = page.get_by_role("dialog", name=word)
    expect(dialog).to_contain_text(f"{word}“二氧化硫小时超标”？")
    dialog.get_by_role("textbox").fill(reason)
    dialog.get_by_role("button", name=word, exact=True).click()
    expect(dialog).to_be_hidden(timeout=60_000)  # a change of a pack is tried against all of it


def test_a_rule_that_is_off_raises_nothing_and_on_again_it_does(town: CityPlatform, windows: Open):
    station = quiet_station(town)["code"]
    steward = windows(town)
    steward.become("steward")
    page = steward.go("/console/alarm-rules?q=so2_high")
    expect(page.get_by_role("switch")).to_be_disabled()  # a rule of a pack is the pack's, and the page says so
    expect(page.get_by_text("还需要“调整行业包”权限")).to_be_visible()

    window = windows(town)
    window.become("administrator")
    page = window.go("/console/alarm-rules?q=so2_high")
    expect(page.get_by_role("article")).to_contain_text("二氧化硫高于 500 µg/m³，即告警")
    switch(page, "停用", "仪器检修")
    expect(page.get_by_text("已停用，一秒内生效")).to_be_visible()
    expect(page.get_by_role("article")).to_have_class(re.compile("off"))
    window.shoot("air-alarm-rule-off")
    assert town.call("GET", f"/api/v1/alarms/rules/{RULE}")["enabled"] is False
    town.await_settled()
    page.wait_for_timeout(3_000)  # `sense` looks for changed rules once a second, and says nowhere that it has

    now = datetime.fromisoformat(town.call("GET", "/health")["city_time"])
    moments = ((now - timedelta(hours=1) + timedelta(seconds=second)).isoformat() for second in count())
    reading(town, station, 640.0, next(moments))
    town.await_settled()
    assert town.call("GET", f"/api/v1/alarms?thing={station}")["items"] == []

    switch(page, "启用", "检修完成")
    expect(page.get_by_text("已启用，一秒内生效")).to_be_visible()

    def is_raised() -> bool:
        reading(town, station, 660.0, next(moments))
        return bool(town.call("GET", f"/api/v1/alarms?thing={station}")["items"])

    until("the rule is in force again", is_raised)
    assert alarm_of(town, station)["value"] == 660.0
