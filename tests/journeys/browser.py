"""A real browser: Debian's Chromium, driven by Playwright, and what a person sees in it."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, expect, sync_playwright

from tests.processes.ground import ROOT

SHOTS = ROOT / "build" / "screenshots"
DESKTOP = {"width": 1920, "height": 1080}
PHONE = {"width": 390, "height": 844}
CHROMIUM = ("chromium", "chromium-browser", "google-chrome")
FLAGS = [
    "--no-sandbox", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync",
    "--disable-quic",
]  # fmt: skip
AXE = ROOT / "web" / "node_modules" / "axe-core" / "axe.min.js"
ASK = """async ([method, path, body]) => {
  const token = /csrftoken=([^;]+)/.exec(document.cookie)?.[1] ?? ''
  const headers = { 'Content-Type': 'application/json', 'X-CSRFToken': token }
  const answer = await fetch(path, { method, headers, body: JSON.stringify(body) })
  if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`)
  return answer.json()
}"""
WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]


@contextmanager
def chromium() -> Iterator[Browser]:
    """Debian's Chromium, headless; skips with a clear word where it is not installed."""
    program = next(filter(None, map(shutil.which, CHROMIUM)), None)
    if program is None:
        pytest.skip("Chromium is not installed (Debian: apt-get install chromium fonts-noto-cjk)")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=FLAGS)
        yield browser
        browser.close()


class Window:
    """One person's browser window: where he is, what he sees, and everything that went wrong in it."""

    def __init__(self, browser: Browser, home: str, size: dict[str, int], **more: Any):
        phone = size is PHONE
        self.context: BrowserContext = browser.new_context(
            base_url=home, viewport=size, locale="zh-CN", timezone_id="Asia/Shanghai", has_touch=phone,
            reduced_motion="reduce", **more,
        )  # fmt: skip
        self.context.set_default_timeout(15_000)
        self.page: Page = self.context.new_page()
        self.label = f"{size['width']}x{size['height']}"
        self.wrong: list[str] = []
        self.page.on("pageerror", lambda error: self.wrong.append(f"pageerror: {error}"))
        self.page.on("console", self._hear)

    def _hear(self, message: ConsoleMessage) -> None:
        if message.type == "error" and not re.search(r"Failed to load resource|ERR_|EventSource", message.text):
            self.wrong.append(f"console: {message.text}")

    def go(self, path: str) -> Page:
        """Open an address of this platform and wait until nothing is being loaded."""
        self.page.goto(path)
        self.settle()
        return self.page

    def settle(self) -> None:
        self.page.wait_for_load_state("load")
        expect(self.page.locator("[aria-busy=true]")).to_have_count(0, timeout=15_000)

    def sign_in(self, username: str, password: str) -> None:
        self.go("/console/sign-in")
        self.page.fill("input[name=username]", username)
        self.page.fill("input[name=password]", password)
        self.page.keyboard.press("Enter")
        self.page.wait_for_selector("header .who")

    def become(self, role: str) -> None:
        """Sign in as a role of the demo city: one click."""
        self.go("/")
        self.page.click(f"[data-role={role}]")
        self.page.wait_for_url(re.compile(r"/(console|portal)"))
        self.settle()

    def ask(self, method: str, path: str, body: object) -> Any:
        """One request of whoever is signed in here; for what only a person may do, but is not what is looked at."""
        return self.page.evaluate(ASK, [method, path, body])

    def shoot(self, name: str) -> Path:
        """Keep a picture of what is on the screen now, as a part of the run's output."""
        SHOTS.mkdir(parents=True, exist_ok=True)
        path = SHOTS / f"{name}-{self.label}.png"
        self.page.screenshot(path=path)
        return path

    def check_access(self) -> list[str]:
        """What axe finds against WCAG 2.2 A and AA: rule and the elements, one line each."""
        self.page.evaluate(AXE.read_text(encoding="utf-8"))
        found = self.page.evaluate(
            "tags => axe.run(document, {runOnly: {type: 'tag', values: tags}, resultTypes: ['violations']})", WCAG
        )
        return [f"{one['id']}: {', '.join(node['target'][0] for node in one['nodes'])}" for one in found["violations"]]

    def overflow(self) -> int:
        """By how many pixels the page is wider than the window; 0 when nothing has to be scrolled sideways."""
        wide = self.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        return max(0, int(wide))

    def close(self) -> None:
        self.context.close()
