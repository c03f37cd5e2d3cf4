"""How soon pages are useful in a browser, against an empty page of the same stack.

`python bench/web.py [--quick]`. Makes the fictional city with 3,000 things, opens 2,000 cases in it through the API,
and opens pages in Debian's Chromium with its software renderer: each time with an empty cache, in turns with the
console's "no such page" (the same bundles, frame and session, and no data), which is the limit. A page is useful in the
first frame that shows what people come for: the situation page when its map with all things and cases has been drawn, a
case when its head is there. Also: what the portal's first page weighs, and how long the platform takes to be ready.
Goals: situation 2 s, case 1 s, portal 250 kB (gzip), ready within 90 s.
"""

from __future__ import annotations

import argparse
import gzip
import json
import os
import random
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
sys.path[:0] = [str(ROOT), str(ROOT / "src")]

from tests.journeys.browser import DESKTOP, chromium  # noqa: E402
from tests.processes.ground import CITYBRAIN, Platform, free_ports  # noqa: E402

BUILT = ROOT / "src" / "citybrain" / "site" / "pages" / "built"
THINGS, CASES = 3000, 2000
WATCH = """
window.useful = null
addEventListener('DOMContentLoaded', () => {
  const look = () => {
    if ((() => { try { return PREDICATE } catch { return false } })())
      requestAnimationFrame((at) => setTimeout(() => { window.useful = performance.now() }))
    else requestAnimationFrame(look)
  }
  look()
})
"""
PAGES = {
    "empty": ("/console/nowhere", "document.querySelector('main h1')", None),
    "situation": ("/console/situation", "document.querySelector('[data-drawn]')", 2.0),
    "case": ("/console/cases/{number}", "document.querySelector('main').innerText.includes('{number}')", 1.0),
}


class City:
    """The fictional city on a platform of its own."""

    def __init__(self, folder: Path):
        self.folder, self.data, self.port = folder, folder / "data", free_ports(4)
        self.base = f"http://127.0.0.1:{self.port}"
        self.token = ""

    def command(self, *words: str) -> str:
        done = subprocess.run([*CITYBRAIN, *words, "--data", str(self.data)], capture_output=True, text=True)
        if done.returncode:
            raise SystemExit(done.stdout + done.stderr)
        return done.stdout

    def start(self) -> float:
        """Make the city, start the platform; returns seconds until it said `ready`, the making included."""
        began = time.monotonic()
        self.command("city", "new", "--seed", "7", "--people", "100000")
        command = [*CITYBRAIN, "up", "--data", str(self.data), "--port", str(self.port)]
        self.platform = Platform(command, self.folder)
        self.platform.await_ready(within=900)
        took = time.monotonic() - began
        made = self.command("token", "create", "--name", "bench", "--role", "administrator", "--mode", "live")
        self.token = made.strip().splitlines()[-1]
        return took

    def call(self, method: str, path: str, body: Any = None) -> Any:
        request = urllib.request.Request(
            self.base + path, method=method, data=None if body is None else json.dumps(body).encode(),
            headers={"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"},
        )  # fmt: skip
        with urllib.request.urlopen(request, timeout=60) as answer:
            return json.load(answer)

    def fill(self) -> str:
        """Open cases until there are enough of them; returns the number of one that has been worked on."""
        places = [(one["lon"], one["lat"]) for one in self.call("GET", "/api/v1/things?limit=500")["items"]]
        dice = random.Random(7)
        for number in range(CASES):
            lon, lat = dice.choice(places)
            at = {"lon": lon + dice.uniform(-0.004, 0.004), "lat": lat + dice.uniform(-0.004, 0.004)}
            self.call("POST", "/api/v1/cases", {"case_type": "urban.facilities", "title": f"试验案件 {number}", **at})
        return str(self.call("GET", "/api/v1/cases?limit=1")["items"][0]["number"])


def open_page(browser: Any, city: City, cookies: list[Any], path: str, predicate: str) -> float:
    """Seconds from the navigation to the first useful frame, in a window with an empty cache."""
    context = browser.new_context(base_url=city.base, viewport=DESKTOP, locale="zh-CN", bypass_csp=True)
    context.add_cookies(cookies)
    page = context.new_page()
    page.add_init_script(WATCH.replace("PREDICATE", predicate))
    page.goto(path, wait_until="commit")
    page.wait_for_function("window.useful", timeout=60_000)
    took = float(page.evaluate("window.useful")) / 1000
    context.close()
    return took


def measure(city: City, number: str, rounds: int) -> dict[str, list[float]]:
    times: dict[str, list[float]] = {name: [] for name in PAGES}
    with chromium() as browser:
        context = browser.new_context(base_url=city.base)
        page = context.new_page()
        page.goto("/")
        page.click("[data-role=administrator]")
        page.wait_for_url(re.compile("/console"))
        cookies = context.cookies()
        for turn in range(rounds + 1):
            for name, (path, predicate, _) in PAGES.items():
                path, predicate = path.replace("{number}", number), predicate.replace("{number}", number)
                took = open_page(browser, city, cookies, path, predicate)
                if turn:  # the first round warms the server
                    times[name].append(took)
            print("  ".join(f"{name} {rows[-1]:.2f} s" for name, rows in times.items() if rows), flush=True)
    return times


def weight_of(entry: str) -> int:
    """Bytes (gzip) of everything that the entry's HTML makes a browser load before anything is clicked."""
    todo, seen = [BUILT / entry], set[Path]()
    html = (BUILT / entry).read_text(encoding="utf-8")
    for name in re.findall(r'(?:src|href)="(/assets/[^"]+)"', html):
        todo.append(BUILT / name.lstrip("/"))
    while todo:
        path = todo.pop()
        if path in seen:
            continue
        seen.add(path)
        if path.suffix == ".js":  # what a module imports at once comes along
            found = re.findall(r'(?:from|import)"\./([^"]+\.js)"', path.read_text(encoding="utf-8"))
            todo += [path.parent / name for name in found]
    return sum(len(gzip.compress(path.read_bytes(), 9)) for path in seen)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="two rounds")
    options = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="citybrain-bench-", dir=os.environ.get("CITYBRAIN_BENCH_DIR")))
    city = City(folder)
    try:
        ready = city.start()
        number = city.fill()
        times = measure(city, number, 2 if options.quick else 5)
    finally:
        if hasattr(city, "platform"):
            city.platform.stop()
        shutil.rmtree(folder, ignore_errors=True)
    medians = {name: statistics.median(rows) for name, rows in times.items()}
    portal, whole = weight_of("portal.html") / 1000, weight_of("console.html") / 1000
    print(f"\n{'':<22} {'measured':>10} {'goal':>8}")
    for name, (_, _, goal) in PAGES.items():
        print(f"{name + ' page':<22} {medians[name]:8.2f} s {'' if goal is None else f'{goal:.0f} s':>8}")
    print(f"{'portal, gzip':<22} {portal:7.0f} kB {'250 kB':>8}\n{'console, gzip':<22} {whole:7.0f} kB")
    print(f"{'make the city, ready':<22} {ready:8.1f} s {'90 s':>8}")
    empty, situation = medians["empty"], medians["situation"]
    how = (f"median of {len(times['empty'])} openings with an empty cache, software renderer, {THINGS} things, {CASES} "
           "more open cases, in turns with an empty page of the console; goal 2 s")  # fmt: skip
    row = {
        "bench": "web", "value": round(situation, 2), "unit": "s", "limit": round(empty, 2),
        "ratio": round(empty / situation, 3), "goal": round(empty / 2.0, 3), "case_s": round(medians["case"], 2),
        "case_ratio": round(empty / medians["case"], 3), "portal_kb": round(portal), "ready_s": round(ready, 1),
        "how": how,
    }  # fmt: skip
    print(json.dumps(row))
    return 0


if __name__ == "__main__":
    sys.exit(main())
