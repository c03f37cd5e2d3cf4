"""How many cases a second are opened and dispatched through the HTTP door, against bare inserts and commits.

`python bench/cases.py [--quick] [--postgres]`. The load (load_cases.py) is a process of its own and posts cases over
keep-alive connections to the `web` process; each answer is a case that is numbered, timed, audited, announced and
handed to the organisation that a list of 400 lines names. The limit (limit_cases.py) writes as many rows of the same
size by plain SQL, one transaction a case, with as many connections as `web` has workers (one on SQLite, which has one
writer). They take turns. Goal: 150 a
second on each database (Open Zaak, the peer, publishes 25).
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
sys.path[:0] = [str(ROOT), str(ROOT / "src")]
GOAL, PEER, KINDS = 150, 25, 40
TABLES = ("cases_case", "cases_assignment", "cases_clockrun", "cases_timelineentry", "bus_event", "audit_record",
          "notices_notice")  # fmt: skip


def prepare(data: Path) -> str:
    """Make a city with a responsibility list; returns the secret of a token of another system that may open cases."""
    os.environ |= {"CITYBRAIN_DATA": str(data), "DJANGO_SETTINGS_MODULE": "citybrain.site.settings"}
    from citybrain.site.start import set_up

    set_up(data)
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    from tests.cast import Cast

    from citybrain.base.accounts.models import Token
    from citybrain.base.audit import SYSTEM
    from citybrain.hubs.business.cases.manifest import CasesFile
    from citybrain.hubs.business.cases.packing import apply_cases_file

    cast = Cast()
    Token.objects.filter(pk=cast.token("dispatcher").pk).update(owner=None)
    clocks = {"case": "five-working-days", "steps": {"dispatched": "accept-2h"}}
    title = {"zh": "类型", "en": "Kind"}
    kinds = [{"code": f"bench.k{n}", "parent": "bench", "title": title} for n in range(KINDS)]
    top = {"code": "bench", "title": {"zh": "测试", "en": "Bench"}, "clocks": clocks}
    regions = ["4206", "420606", "420602", "420606001", "420602001"]
    lines = [{"case_type": kind["code"], "region": region, "organisation": organisation}
             for kind in kinds for region in regions for organisation in ("urban", "eco")]  # fmt: skip
    file = CasesFile.model_validate({"case_types": [top, *kinds], "responsibilities": lines})
    apply_cases_file("bench", file, actor=SYSTEM)
    return cast.secret("dispatcher")


def size_of_a_case() -> tuple[int, int]:
    """Rows that one case makes, and the bytes of their texts and numbers, on average."""
    from django.db import connection

    rows = size = 0
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM cases_case")
        cases = cursor.fetchone()[0]
        for table in TABLES:
            cursor.execute(f"SELECT * FROM {table} ORDER BY 1 DESC LIMIT 500")
            found = cursor.fetchall()
            cursor.execute(f"SELECT count(*) FROM {table}")
            count = cursor.fetchone()[0]
            rows += count
            size += count * sum(len(str(cell)) for row in found for cell in row) // max(1, len(found))
    return max(1, rows // cases), max(1, size // rows)


def start(data: Path, workers: int) -> tuple[subprocess.Popen[bytes], int]:
    import httpx
    from tests.processes.ground import free_ports

    port = free_ports()
    command = [sys.executable, "-m", "citybrain.site.web", "--data", str(data), "--port", str(port),
               "--workers", str(workers)]  # fmt: skip
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "src")}
    process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    until = time.monotonic() + 60
    while time.monotonic() < until:
        try:
            if httpx.get(f"http://127.0.0.1:{port}/health").status_code == 200:
                return process, port
        except httpx.TransportError:
            time.sleep(0.1)
    raise SystemExit("web did not start")


def run(script: str, *arguments: Any) -> float:
    command = [sys.executable, str(HERE / script), *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(done.stderr)
    return float(done.stdout.split()[-1])


def measure(options: argparse.Namespace, data: Path) -> list[tuple[float, float]]:
    secret = prepare(data)
    process, port = start(data, options.workers)
    where = os.environ.get("CITYBRAIN_DATABASE_URL") or str(data / "bare.sqlite3")
    pairs: list[tuple[float, float]] = []
    print(f"{'round':>5} {'limit/s':>9} {'cases/s':>9} {'ratio':>6}")
    try:
        run("load_cases.py", port, secret, options.cases // 4, options.connections)  # warms up, is not counted
        rows, size = size_of_a_case()
        for number in range(1, options.rounds + 1):
            limit = run("limit_cases.py", where, options.cases, rows, size, options.workers if options.postgres else 1)
            reached = run("load_cases.py", port, secret, options.cases, options.connections)
            print(f"{number:>5} {limit:9,.0f} {reached:9,.1f} {reached / limit:6.2f}", flush=True)
            pairs.append((limit, reached))
        print(f"a case makes {rows} rows of {size} bytes")
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(30)
    return pairs


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="fewer cases; the figures are rougher")
    parser.add_argument("--postgres", action="store_true", help="on a PostgreSQL of its own")
    parser.add_argument("--connections", type=int, default=8)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    if options.postgres and not os.environ.get("CITYBRAIN_DATABASE_URL"):
        command = [sys.executable, str(ROOT / "tests" / "with_postgres.py"), sys.executable, *sys.argv]
        return subprocess.run(command).returncode
    options.cases = 200 if options.quick else 1000
    data = Path(tempfile.mkdtemp(prefix="citybrain-bench-", dir=os.environ.get("CITYBRAIN_BENCH_DIR")))
    try:
        pairs = measure(options, data)
    finally:
        shutil.rmtree(data, ignore_errors=True)
    limit, value = (statistics.median(column) for column in zip(*pairs, strict=True))
    ratio = statistics.median(reached / bare for bare, reached in pairs)
    database = "postgresql" if options.postgres else "sqlite"
    how = f"{database}, {len(pairs)} alternating rounds of {options.cases} cases over HTTP, medians; goal {GOAL}/s"
    print(json.dumps({"bench": f"cases.{database}", "value": round(value, 1), "unit": "cases/s", "limit": round(limit),
                      "ratio": round(ratio, 3), "goal": round(GOAL / limit, 3), "goal_value": GOAL, "peer": PEER,
                      "how": how}))  # fmt: skip
    return 0


if __name__ == "__main__":
    sys.exit(main())
