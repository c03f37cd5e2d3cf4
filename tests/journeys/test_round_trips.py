"""There and back, to the end: what was adjusted is given back, an import is confirmed, a thing comes and goes."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.journeys.browser import Window
from tests.journeys.conftest import Open
from tests.journeys.everything import alarm_of, quiet_station, reading
from tests.processes.city_platform import CityPlatform

RULE = "environment.no2_high"
PLACE = f"rules/{RULE}/raise_at"
WHOLE_PACK = 60_000  # ms: a change of a pack is tried against all of it


@pytest.fixture
def keeper(town: CityPlatform, windows: Open) -> Window:
    window = windows(town)
    window.become("administrator")
    return window


def rule_of(town: CityPlatform, key: str = RULE) -> dict[str, Any]:
    return dict(town.call("GET", f"/api/v1/alarms/rules/{key}"))


def dialog(page: Page) -> Locator:
    return page.locator(".el-dialog:visible")


def test_an_adjustment_of_a_pack_is_tried_made_and_given_back(town: CityPlatform, keeper: Window):
    declared = rule_of(town)["raise_at"]
    page = keeper.go("/console/packs/environment")
    page.locator("summary").filter(has_text="alarms.yaml").click()
    entry = page.locator("details.entry").filter(has=page.get_by_text(f"rules/{RULE}", exact=True))
    entry.get_by_role("button", name="调整").click()
    place = page.get_by_label("位置")
    expect(place).to_have_value(f"rules/{RULE}")
    place.fill(PLACE)
    page.get_by_label(re.compile("新的值")).fill(str(declared + 55))
    page.get_by_label("说明", exact=True).fill("本市加严")
    page.get_by_role("button", name="试算").click()
    expect(page.get_by_text("校验通过，尚未生效")).to_be_visible(timeout=WHOLE_PACK)
    assert rule_of(town)["raise_at"] == declared
    page.get_by_role("button", name="确认生效").click()
    row = page.get_by_role("listitem").filter(has_text=PLACE).filter(has_text="生效中")
    expect(row).to_contain_text("本市加严", timeout=WHOLE_PACK)
    assert rule_of(town)["raise_at"] == declared + 55

    row.get_by_role("button", name="还原").click()
    expect(dialog(page)).to_contain_text(PLACE)
    dialog(page).get_by_role("button", name="还原").click(timeout=WHOLE_PACK)
    expect(dialog(page)).to_have_count(0, timeout=WHOLE_PACK)
    expect(page.get_by_role("listitem").filter(has_text=PLACE).get_by_role("button", name="还原")).to_have_count(0)
    assert rule_of(town)["raise_at"] == declared


def test_a_roster_is_tried_and_then_imported(town: CityPlatform, keeper: Window):
    page = keeper.go("/console/organisations")
    page.get_by_role("button", name="导入名册").click()
    rows = (
        "code,name,parent,kind,region,name_en\n"
        "lamps-east,东片路灯所,urban,office,,\n"
        "lamps-none,无处可归所,nowhere-at-all,office,,"
    )
    dialog(page).get_by_label("或粘贴内容").fill(rows)
    dialog(page).get_by_role("button", name="试算").click()
    expect(dialog(page).get_by_role("status")).to_contain_text("将写入 1 项，1 行不能导入")
    named = "/api/v1/parties/organisations?code=lamps-east"
    assert town.call("GET", named)["items"] == []

    dialog(page).get_by_role("button", name="导入 1 项").click()
    expect(dialog(page).get_by_role("status")).to_contain_text("已写入 1 项，1 行未导入")
    (made,) = town.call("GET", named)["items"]
    assert made["name"] == "东片路灯所"
    dialog(page).locator(".el-dialog__footer").get_by_role("button", name="关闭").click()
    expect(dialog(page)).to_have_count(0)
    page.get_by_placeholder(re.compile("名称或代码")).first.fill("东片路灯")
    expect(page.get_by_text("东片路灯所").first).to_be_visible()


def test_a_pasted_table_of_things_is_registered_one_is_changed_and_retired(town: CityPlatform, keeper: Window):
    page = keeper.go("/console/thing-register?how=many")
    rows = (
        "code,model,name,lon,lat,crs\nround-1,environment.air_station,东湖空气站,112.88,30.95,WGS-84\n"
        "round-2,environment.no_such_model,没有的型号,112.88,30.95,WGS-84"
    )
    page.get_by_label("粘贴表格或 CSV").fill(rows)
    page.get_by_role("button", name="登记 2 台").click()
    expect(page.get_by_role("status").filter(has_text="新增 1 台")).to_contain_text("退回 1 行")
    expect(page.get_by_role("row").filter(has_text="model")).to_be_visible()

    page.get_by_label("粘贴表格或 CSV").fill("")
    page = keeper.go("/console/things/round-1")
    page.get_by_role("button", name="修改").click()
    dialog(page).get_by_label("名称").fill("东湖西岸空气站")
    dialog(page).get_by_label("地址").fill("湖滨路 3 号")
    dialog(page).get_by_role("button", name="添加属性").click()
    dialog(page).get_by_label("属性名").last.fill("maker")
    dialog(page).get_by_label("值", exact=True).last.fill("蓝天仪器")
    dialog(page).get_by_role("button", name="保存").click()
    expect(page.get_by_role("heading", name="东湖西岸空气站")).to_be_visible()
    changed = town.call("GET", "/api/v1/things/round-1")
    assert (changed["address"], changed["attributes"]["maker"]) == ("湖滨路 3 号", "蓝天仪器")

    page.get_by_role("button", name="停用").click()
    dialog(page).get_by_label("停用原因").fill("设备拆除")
    dialog(page).get_by_role("button", name="停用").click()
    expect(page.get_by_text("已停用").first).to_be_visible()
    assert town.call("GET", "/api/v1/things/round-1")["state"] == "retired"


def test_an_alarm_rule_is_switched_off_and_on_again(town: CityPlatform, keeper: Window):
    page = keeper.go(f"/console/alarm-rules?q={RULE}")
    card = page.get_by_role("article").filter(has_text=RULE)
    card.get_by_role("switch").locator("xpath=..").click()
    dialog(page).get_by_label("原因（写入审计）").fill("探头校准")
    dialog(page).get_by_role("button", name="停用").click()
    expect(page.get_by_text("已停用，一秒内生效")).to_be_visible(timeout=WHOLE_PACK)
    expect(card.get_by_role("switch")).not_to_be_checked()
    assert rule_of(town)["enabled"] is False

    card.get_by_role("switch").locator("xpath=..").click()
    dialog(page).get_by_role("button", name="启用").click()
    expect(page.get_by_text("已启用，一秒内生效")).to_be_visible(timeout=WHOLE_PACK)
    expect(card.get_by_role("switch")).to_be_checked()
    assert rule_of(town)["enabled"] is True


@pytest.mark.parametrize("phone", [False, True])
def test_right_after_an_alarm_its_reading_is_on_the_charts(town: CityPlatform, windows: Open, phone: bool):
    """Also while the clock stands still, and the reading is of this very moment."""
    station = quiet_station(town)["code"]
    reading(town, station, 600.0)
    alarm = alarm_of(town, station)
    window = windows(town, phone=phone)
    window.become("administrator")
    for path in (f"/console/alarms/{alarm['id']}", f"/console/things/{station}?property=so2"):
        page = window.go(path)
        chart = page.get_by_role("img", name=re.compile("折线图"))
        expect(chart).to_have_attribute("aria-label", re.compile("共 1 个点"))
        expect(page.get_by_text("这段时间没有读数")).to_have_count(0)
        box = chart.locator("canvas").bounding_box()
        assert box is not None
        assert box["width"] > 200
        window.shoot(f"chart-{path.split('/')[2]}")
