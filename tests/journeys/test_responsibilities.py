"""Who answers for what: asked before it is changed, changed with its effect in sight, and obeyed by the next case."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from tests.journeys.conftest import Open
from tests.journeys.test_desk import HERE
from tests.processes.city_platform import CityPlatform

KIND = "urban.facilities.manhole"


def choose(page: Page, where: str, code: str) -> None:
    """Pick from a tree by its search."""
    page.locator(f".el-dialog [data-field={where}] .picker .value").click()
    popper = page.locator(".tree-picker:visible")
    popper.locator("input[type=search]").fill(code)
    popper.locator(f"[role=treeitem][id$='-{code}']").click()


def test_a_line_is_tried_before_it_is_saved_and_the_next_case_goes_by_it(town: CityPlatform, windows: Open):
    before = town.call("GET", f"/api/v1/responsibilities/what-if?case_type={KIND}&lon={HERE['lon']}&lat={HERE['lat']}")
    organisations = town.call("GET", "/api/v1/parties/organisations?limit=200")["items"]
    other = next(one for one in organisations if one["kind"] == "department" and one["code"] != before["organisation"])
    asked = f"askKind={KIND}&askAt={HERE['lon']},{HERE['lat']}"
    window = windows(town)
    window.become("administrator")
    page = window.go(f"/console/responsibilities?{asked}")
    expect(page.locator(".ask [data-answer] .who")).to_have_text(before["organisation_name"])
    window.shoot("responsibilities")
    assert window.overflow() == 0
    assert window.check_access() == []

    page.locator("[data-add]").click()
    choose(page, "case_type", KIND)
    choose(page, "organisation", other["code"])
    page.locator(".el-dialog input[maxlength='300']").fill("试点:井盖统一由一家负责")
    answers = page.locator(".el-dialog .effect [data-answer] .who")
    expect(answers).to_have_count(2)
    page.locator(".el-dialog .el-input-number__increase").click()
    window.settle()
    window.shoot("responsibility-line")
    page.locator(".el-dialog button[type=submit]").click()
    expect(page.locator(".el-dialog")).to_have_count(0)

    lines = town.call("GET", f"/api/v1/responsibilities?case_type={KIND}&own=true&in_force=true")["items"]
    assert [(line["organisation"], line["region"], line["priority"]) for line in lines] == [(other["code"], "*", 10)]
    now = town.call("GET", f"/api/v1/responsibilities/what-if?case_type={KIND}&lon={HERE['lon']}&lat={HERE['lat']}")
    shown = page.locator(".ask [data-answer] .who")
    expect(shown).to_have_text(now["organisation_name"])  # the page heard of it by itself
    opened = town.call("POST", "/api/v1/cases", {"case_type": KIND, "title": "责任清单试验井盖缺失", **HERE})
    assert opened["organisation"] == now["organisation"]

    page.goto(f"/console/responsibilities?kind={KIND}&source=own&{asked}")
    row = page.locator(f"[data-row='{lines[0]['id']}']")
    row.get_by_role("button").last.click()
    window.shoot("responsibility-ending")
    page.locator(".el-dialog__footer button").last.click()
    expect(row).to_have_count(0)
    expect(shown).to_have_text(before["organisation_name"])


def test_the_list_on_a_phone(town: CityPlatform, windows: Open):
    window = windows(town, phone=True)
    window.become("dispatcher")
    window.go(f"/console/responsibilities?askKind={KIND}")
    window.shoot("responsibilities")
    assert window.overflow() == 0
    assert window.check_access() == []
