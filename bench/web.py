"""How soon pages are useful in a browser, against an empty page of the same stack.

`python bench/web.py [--quick] [--rounds N]`, about three minutes on two cores. Makes the fictional city with 3,000
things, opens cases in it through the API until 2,000 located ones are open (the most that the map draws one by one,
the heaviest for a browser; nobody else lives in it, so that it stays so), and opens pages in Debian's Chromium with
its software renderer: each time in a new window with an empty cache, in turns with the console's "no such page" (the
same bundles, frame and session, and no data), which is the limit.

A page is useful in the first frame that shows what people come for, and not a skeleton of it:
- situation: the map with all its tiles, cases, alarms and things drawn (`data-drawn`), the list of the latest filled,
  every key number and the legend's counts there, and the renderer done (a pixel of the map is read back: that waits).
- case: its head with number and state, and what one may do now.
- empty: its heading.
One more opening proves the first: a picture taken when the situation page says it is useful and one of three seconds
later are the same in 99 of 100 pixels of the map. It prints the load of the machine too: on a busy one read the ratio.
Also: what the portal's first page weighs, and how long the platform takes to be ready.
Goals: situation 2 s, case 1 s, portal 250 kB (gzip), ready within 90 s.
"""

from __future__ import annotations

import argparse
import gzip
import io
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
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
sys.path[:0] = [str(ROOT), str(ROOT / "src")]

from tests.journeys.browser import DESKTOP, chromium  # noqa: E402
from tests.processes.ground import CITYBRAIN, Platform, free_ports  # noqa: E402

BUILT = ROOT / "src" / "citybrain" / "site" / "pages" / "built"
THINGS, CASES = 3000, 2000
MIDDLE = (560, 200, 1500, 900)
"""A part of the window (left, top, right, bottom) in which the situation page shows nothing but its map."""
WATCH = """
window.useful = null
addEventListener('DOMContentLoaded', () => {
  const isThere = () => { try { return Boolean(PREDICATE) } catch { return false } }
  const drawn = () => {  // reading a pixel back waits until the renderer has done what it was told
    const gl = document.querySelector('canvas.maplibregl-canvas')?.getContext('webgl2')
    if (gl) gl.readPixels(0, 0, 1, 1, gl.RGBA, gl.UNSIGNED_BYTE, new Uint8Array(4))
    requestAnimationFrame(() => setTimeout(() => { window.useful = performance.now() }))
  }
  const look = () => requestAnimationFrame(() => isThere() ? setTimeout(drawn) : look())
  look()
})
"""
SITUATION = """
  document.querySelector('.situation .city-map[data-drawn]') && document.querySelector('.situation .stream li')
  && document.querySelectorAll('.situation .numbers b').length >= 6
  && document.querySelector('.situation .legend .count')
  && [...document.querySelectorAll('.situation .numbers b, .situation .legend .count')]
    .every((one) => /[0-9]/.test(one.innerText))
"""
CASE = """
  document.querySelector('main header.head').innerText.includes('{number}')
  && document.querySelector('main header.head .state').innerText && document.querySelector('main .actions button')
"""
PAGES = {
    "empty": ("/console/nowhere", "document.querySelector('main h1')", None),
    "situation": ("/console/situation", SITUATION, 2.0),
    "case": ("/console/cases/{number}", CASE, 1.0),
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
        self.up()
        took = time.monotonic() - began
        made = self.command("token", "create", "--name", "bench", "--role", "administrator", "--mode", "live")
        self.token = made.strip().splitlines()[-1]
        return took

    def up(self) -> None:
        command = [*CITYBRAIN, "up", "--data", str(self.data), "--port", str(self.port), "--no-life"]
        self.platform = Platform(command, self.folder)
        self.platform.await_ready(within=900)

    def call(self, method: str, path: str, body: Any = None) -> Any:
        request = urllib.request.Request(
            self.base + path, method=method, data=None if body is None else json.dumps(body).encode(),
            headers={"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"},
        )  # fmt: skip
        with urllib.request.urlopen(request, timeout=60) as answer:
            return json.load(answer)

    def located(self) -> list[Any]:
        """The located cases that are open."""
        box = ",".join(map(str, self.call("GET", "/api/v1/map")["bbox"]))
        found = self.call("GET", f"/api/v1/cases.geojson?is_open=true&limit=5000&bbox={box}")
        return list(found["features"])

    def fill(self) -> str:
        """Open cases, all over the city, until there are enough of them; returns the number of one."""
        places: list[tuple[float, float]] = []
        page: dict[str, Any] = {"next": ""}
        while page["next"] is not None:
            page = self.call("GET", f"/api/v1/things?limit=500{page['next'] and '&after='}{page['next']}")
            places += [(one["lon"], one["lat"]) for one in page["items"] if one["lon"] is not None]
        dice = random.Random(7)
        bodies = [
            {"case_type": "urban.facilities", "title": f"试验案件 {number}", "lon": lon, "lat": lat}
            for number, (lon, lat) in enumerate(dice.choices(places, k=CASES - len(self.located())))
        ]
        with ThreadPoolExecutor(4) as pool:
            list(pool.map(lambda body: self.call("POST", "/api/v1/cases", body), bodies))
        self.check(len(places))
        return str(self.call("GET", "/api/v1/cases?limit=1")["items"][0]["number"])

    def check(self, things: int) -> None:
        """The city is what is said of it; stops the run else."""
        cases = len(self.located())
        print(f"{things} located things, {cases} open located cases", flush=True)
        if things < THINGS * 0.9 or not CASES * 0.98 <= cases <= CASES:
            raise SystemExit("not the city that was to be measured")


def open_page(browser: Any, city: City, cookies: list[Any], path: str, predicate: str, proof: bool = False) -> float:
    """Seconds from the navigation to the first useful frame, in a window with an empty cache."""
    context = browser.new_context(base_url=city.base, viewport=DESKTOP, locale="zh-CN", bypass_csp=True)
    context.add_cookies(cookies)
    page = context.new_page()
    page.add_init_script(WATCH.replace("PREDICATE", predicate))
    page.goto(path, wait_until="commit")
    page.wait_for_function("window.useful", timeout=60_000)
    if proof:
        prove(page)
    took = float(page.evaluate("window.useful")) / 1000
    context.close()
    return took


def prove(page: Any) -> None:
    """What was called useful is what the page looks like when nothing is left to come; stops the run else."""
    pictures = []
    for wait in (0, 3000):
        page.wait_for_timeout(wait)
        shot = Image.open(io.BytesIO(page.screenshot())).convert("RGB")
        pictures.append(np.asarray(shot.crop(MIDDLE), dtype=np.int16))
    same = float((np.abs(pictures[0] - pictures[1]).max(axis=2) < 16).mean())
    colours = len(np.unique(pictures[0].reshape(-1, 3), axis=0))
    print(f"proof: {same:.2%} of the map is as it stays, {colours} colours in it", flush=True)
    if same < 0.99 or colours < 50:
        raise SystemExit("the situation page called itself useful before it was")


def measure(city: City, number: str, rounds: int) -> dict[str, list[float]]:
    times: dict[str, list[float]] = {name: [] for name in PAGES}
    with chromium() as browser:
        context = browser.new_context(base_url=city.base)
        page = context.new_page()
        page.goto("/")
        page.click("[data-role=administrator]")
        page.wait_for_url(re.compile("/console"))
        cookies = context.cookies()
        context.close()
        for turn in range(rounds + 1):  # the first round warms the server and proves
            for name, (path, predicate, _) in PAGES.items():
                path, predicate = path.replace("{number}", number), predicate.replace("{number}", number)
                took = open_page(browser, city, cookies, path, predicate, proof=not turn and name == "situation")
                if turn:
                    times[name].append(took)
            load = os.getloadavg()[0]
            print(
                "  ".join(f"{name} {rows[-1]:.2f} s" for name, rows in times.items() if rows),
                f"(load {load:.1f})",
                flush=True,
            )
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
    parser.add_argument("--rounds", type=int, default=7, help="openings of each page (default 7)")
    options = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="citybrain-bench-", dir=os.environ.get("CITYBRAIN_BENCH_DIR")))
    city = City(folder)
    try:
        ready = city.start()
        number = city.fill()
        times = measure(city, number, 2 if options.quick else options.rounds)
    finally:
        if hasattr(city, "platform"):
            city.platform.stop()
        shutil.rmtree(folder, ignore_errors=True)
    medians = {name: statistics.median(rows) for name, rows in times.items()}
    portal, whole = weight_of("portal.html") / 1000, weight_of("console.html") / 1000
    empty, situation, case = medians["empty"], medians["situation"], medians["case"]
    print(f"\n{'':<22} {'median':>10} {'least':>8} {'most':>8} {'to empty':>9} {'goal':>7}")
    for name, (_, _, goal) in PAGES.items():
        low, high = min(times[name]), max(times[name])
        spread = f"{medians[name]:8.2f} s {low:6.2f} s {high:6.2f} s {medians[name] / empty:8.2f}x"
        print(f"{name + ' page':<22} {spread} {'' if goal is None else f'{goal:.0f} s':>7}")
    print(f"{'portal, gzip':<22} {portal:7.0f} kB {'250 kB':>35}\n{'console, gzip':<22} {whole:7.0f} kB")
    print(f"{'make the city, ready':<22} {ready:8.1f} s {'90 s':>34}")
    how = (f"median of {len(times['empty'])} openings with an empty cache, software renderer, {THINGS} things, {CASES} "
           "open cases drawn one by one, in turns with an empty page of the console; goal 2 s")  # fmt: skip
    row = {
        "bench": "web", "value": round(situation, 2), "unit": "s", "limit": round(empty, 2),
        "ratio": round(empty / situation, 3), "goal": round(empty / 2.0, 3),
        "least_s": round(min(times["situation"]), 2),
        "case_s": round(case, 2), "case_ratio": round(empty / case, 3), "portal_kb": round(portal),
        "ready_s": round(ready, 1), "load": round(os.getloadavg()[0], 1), "how": how,
    }  # fmt: skip
    print(json.dumps(row))
    return 0


if __name__ == "__main__":
    sys.exit(main())
