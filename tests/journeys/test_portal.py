"""A citizen with a phone: reports in three taps, follows what is known, is answered, rates, and is heard again."""

from __future__ import annotations

import gzip
import json
import re
import urllib.request
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.browser import Window
from tests.journeys.conftest import Open
from tests.processes.city_platform import CityPlatform
from tests.processes.ground import ROOT, until

HERE = {"longitude": 116.4074, "latitude": 39.9042}
MOST_BYTES = 250_000
CODE = re.compile(r"([0-9A-Z]{4}-){6}[0-9A-Z]{2}")


@pytest.fixture
def phone(bare: CityPlatform, windows: Open) -> Window:
    return windows(bare, phone=True, geolocation=HERE, permissions=["geolocation", "clipboard-read", "clipboard-write"])


class Staff:
    """Somebody of the staff, by the API."""

    def __init__(self, platform: CityPlatform, name: str):
        said = platform.command("token", "create", "--name", name, "--role", "administrator")
        self.platform, self.token = platform, said.strip().splitlines()[-1]

    def ask(self, method: str, path: str, body: Any = None, data: bytes | None = None, kind: str = "") -> Any:
        content = data if data is not None else None if body is None else json.dumps(body).encode()
        headers = {"Authorization": f"Bearer {self.token}", "Content-Type": kind or "application/json"}
        address = f"http://127.0.0.1:{self.platform.port}/api/v1{path}"
        asked = urllib.request.Request(address, data=content, headers=headers, method=method)
        with urllib.request.urlopen(asked, timeout=30) as answer:
            return json.loads(answer.read() or b"null")

    def does(self, number: str, step: str, **fields: Any) -> None:
        self.ask("POST", f"/cases/{number}/actions/{step}", fields)

    def uploads(self, photo: Path) -> str:
        head = b'--x\r\nContent-Disposition: form-data; name="file"; filename="done.jpg"\r\n\r\n'
        body = head + photo.read_bytes() + b"\r\n--x--\r\n"
        return str(self.ask("POST", "/files", data=body, kind="multipart/form-data; boundary=x")["key"])


def begin(window: Window, photo: Path | None = None) -> Page:
    """As far as the page on which one says what the matter is."""
    page = window.go("/portal")
    page.get_by_role("link", name=re.compile("反映问题 (三步|继续)")).click()
    if photo:
        page.set_input_files("input[type=file]", photo)
    else:
        page.get_by_role("button", name="没有照片，继续").click()
    expect(page.get_by_text("已选位置")).to_be_visible()
    return page


def write(page: Page, text: str) -> None:
    page.get_by_role("button", name="就是这里").click()
    page.get_by_label("发生了什么").fill(text)


def send(page: Page) -> str:
    page.get_by_role("button", name="提交", exact=True).click()
    code = page.locator(".code")
    expect(code).to_have_text(CODE)
    return code.inner_text()


def check(window: Window, name: str) -> None:
    assert window.check_access() == [], name
    assert window.overflow() == 0, name
    window.shoot(f"portal-{name}")


def test_reported_in_three_taps_followed_answered_rated_and_reopened(
    bare: CityPlatform, windows: Open, phone: Window, photo: Path
) -> None:
    page = begin(phone, photo)
    check(phone, "place")
    write(page, "门口的路灯三天不亮了")
    expect(page.get_by_role("button", name="路灯不亮")).to_have_attribute("aria-pressed", "true")
    check(phone, "send")
    code = send(page)
    page.get_by_role("button", name="复制查询码").click()
    assert page.evaluate("navigator.clipboard.readText()") == code
    check(phone, "receipt")
    bare.await_settled()

    # somebody next door is about to report the same, and follows it instead
    neighbour = windows(bare, geolocation=HERE, permissions=["geolocation"])
    other = begin(neighbour)
    write(other, "路灯坏了，晚上很黑")
    expect(other.get_by_role("heading", name="附近可能已有人反映")).to_be_visible()
    check(neighbour, "near")
    other.get_by_role("button", name="就是这件，关注它").first.click()
    expect(other.get_by_role("heading", name="已为您关注")).to_be_visible()

    # the staff does its work
    page.get_by_role("link", name="查看进展").click()
    expect(page.get_by_text("照片审核中")).to_be_visible()
    check(phone, "tracking")
    number = page.locator("text=案件编号 >> .num").inner_text()
    handler, checker = Staff(bare, "handler"), Staff(bare, "checker")
    voices = handler.ask("GET", f"/cases/{number}/voices")
    assert (len(voices["reports"]), voices["followers"]) == (2, 1)
    if handler.ask("GET", f"/cases/{number}")["state"] == "to_dispatch":
        handler.does(number, "dispatch", organisation="urban")
    handler.does(number, "accept")
    handler.does(number, "finish", note="已更换灯泡", evidence=[handler.uploads(photo)])
    checker.does(number, "verify")
    checker.does(number, "rate", note="已告知市民")
    checker.does(number, "close", summary="路灯已修复")
    until("both photos wait for the check", lambda: len(checker.ask("GET", "/pictures?state=pending")["items"]) == 2)
    for one in checker.ask("GET", "/pictures?state=pending")["items"]:
        checker.ask("POST", f"/pictures/{one['key']}/show", {})

    # the citizen sees it, is not content, and is heard
    page.get_by_role("button", name="刷新").click()
    expect(page.get_by_alt_text("处理后的照片")).to_be_visible()
    expect(page.get_by_text("路灯已修复")).to_be_visible()
    page.get_by_text("非常不满意").click()
    page.get_by_label("想说的话").fill("又不亮了")
    check(phone, "rating")
    page.get_by_role("button", name="提交评价").click()
    expect(page.get_by_text("工作人员会与您联系")).to_be_visible()
    page.get_by_role("button", name="要求重新办理").click()
    page.get_by_label("还有什么问题").fill("昨晚又不亮了")
    page.get_by_role("button", name="要求重新办理").click()
    expect(page.get_by_text("已重新办理 1 次")).to_be_visible()
    assert handler.ask("GET", f"/cases/{number}")["reopened_count"] == 1


def test_without_a_line_nothing_is_lost_and_it_is_sent_when_the_line_is_back(phone: Window, photo: Path) -> None:
    page = begin(phone, photo)
    write(page, "井盖不见了，很危险")
    phone.context.set_offline(True)
    page.get_by_role("button", name="提交", exact=True).click()
    expect(page.get_by_role("alert").filter(has_text="都保存在本机")).to_be_visible()
    phone.shoot("portal-offline")

    phone.context.set_offline(False)
    expect(page.locator(".code")).to_have_text(CODE)


def test_a_draft_is_there_again_after_the_browser_was_closed(phone: Window, photo: Path) -> None:
    page = begin(phone, photo)
    write(page, "垃圾没人清")
    page.reload()
    expect(page.get_by_text("这是您上次没有发完的内容")).to_be_visible()
    expect(page.get_by_label("发生了什么")).to_have_value("垃圾没人清")
    code = send(page)
    page.goto(f"/portal/track#{code.replace('-', '')}")
    expect(page.get_by_text("照片审核中")).to_be_visible()  # the photo came along


def test_an_answer_that_was_lost_makes_no_second_report(bare: CityPlatform, phone: Window) -> None:
    page = begin(phone)
    write(page, "树枝断了挂在电线上")
    lost: list[int] = []

    def lose(route: Any) -> None:
        answer = route.fetch()
        lost.append(answer.status)
        route.abort()

    page.route("**/api/v1/public/reports", lose)
    page.get_by_role("button", name="提交", exact=True).click()
    expect(page.get_by_role("button", name="再发一次")).to_be_visible()
    page.unroute("**/api/v1/public/reports")
    page.get_by_role("button", name="再发一次").click()
    expect(page.locator(".code")).to_have_text(CODE)

    assert lost == [201]
    found = Staff(bare, "reader").ask("GET", "/signals?q=%E6%A0%91%E6%9E%9D%E6%96%AD%E4%BA%86")["items"]
    assert len(found) == 1


def test_what_is_refused_is_said_at_its_field(phone: Window) -> None:
    page = begin(phone)
    write(page, "路灯不亮")
    page.get_by_label("联系电话").fill("123")
    page.get_by_role("button", name="提交", exact=True).click()
    expect(page.get_by_text("电话号码不对")).to_be_visible()
    expect(page.get_by_label("联系电话")).to_have_attribute("aria-invalid", "true")
    page.get_by_label("联系电话").fill("13800001234")
    send(page)


def test_the_keyboard_alone_finds_a_place_on_the_map(bare: CityPlatform, windows: Open) -> None:
    window = windows(bare)
    page = window.go("/portal/report")
    page.get_by_role("button", name="没有照片，继续").click()
    window.settle()
    page.get_by_role("application").focus()
    for key in ("+", "ArrowLeft", "ArrowUp"):
        page.keyboard.press(key)
    expect(page.get_by_text("已选位置")).to_be_visible()

    def is_moved() -> bool:
        place = page.evaluate("JSON.parse(localStorage['citybrain.portal.draft'])")
        return bool(116.3 < place["lon"] < 116.4 and 39.9 < place["lat"] < 40.0)

    until("the pin stands north-west of the middle", is_moved)


def test_without_a_map_and_without_a_position_an_address_will_do(bare: CityPlatform, windows: Open) -> None:
    window = windows(bare, phone=True)
    window.page.route("**/api/v1/public/map", lambda route: route.abort())
    page = window.go("/portal/report")
    page.get_by_role("button", name="没有照片，继续").click()
    page.get_by_role("button", name="就是这里").click()
    expect(page.get_by_text("请在地图上选位置，或填写地址")).to_be_visible()
    page.get_by_label("地址或明显标志").fill("试验市人民路12号")
    write(page, "噪声扰民")
    send(page)


@pytest.mark.parametrize("phone_size", [True, False])
def test_every_page_is_readable_for_everybody(bare: CityPlatform, windows: Open, phone_size: bool) -> None:
    window = windows(bare, phone=phone_size, geolocation=HERE, permissions=["geolocation"])
    for large in (False, True):
        for path in ("", "/report", "/track", "/mine", "/received"):
            page = window.go(f"/portal{path}")
            if large and not path:
                page.get_by_role("button", name="大字").click()
            check(window, f"{path.strip('/') or 'home'}{'-large' if large else ''}")
    page.get_by_role("button", name="English").click()
    expect(page.get_by_role("link", name="My reports")).to_be_visible()
    assert window.check_access() == []


def test_a_shared_phone_forgets(phone: Window) -> None:
    page = begin(phone)
    write(page, "路面有坑")
    send(page)
    page.goto("/portal/mine")
    expect(page.get_by_role("article")).to_have_count(1)
    check(phone, "mine-one")
    page.get_by_role("button", name="全部清除").click()
    page.get_by_role("button", name="确定清除").click()
    expect(page.get_by_text("这台手机上还没有记下查询码")).to_be_visible()
    assert page.evaluate("localStorage['citybrain.portal.mine']") is None


def test_a_wrong_code_is_refused_in_words(phone: Window) -> None:
    page = phone.go("/portal/track")
    page.get_by_label("查询码").fill("AAAA-BBBB")
    page.get_by_role("button", name="查询", exact=True).click()
    expect(page.get_by_role("alert")).to_contain_text("没有找到这个查询码")


def test_the_portal_and_its_map_are_light() -> None:
    """Everything that the first page and the report page load, compressed as it is sent."""
    built = ROOT / "src" / "citybrain" / "site" / "pages" / "built"
    entry = (built / "portal.html").read_text(encoding="utf-8")
    wanted = set(re.findall(r'(?:src|href)="/assets/([^"]+\.(?:js|css))"', entry))
    wanted |= {path.name for path in (built / "assets").glob("ReportPage-*") if path.suffix in (".js", ".css")}
    assert len(wanted) > 5
    size = sum(len(gzip.compress((built / "assets" / name).read_bytes(), 9)) for name in wanted)
    assert size < MOST_BYTES, f"{size} bytes"
