"""How long a page of the case list takes over a million cases, filtered and with the rights of who asks.

`python bench/cases_list.py [--postgres] [--cases 1000000]`. The list is asked over HTTP (`web`, two workers, one client
over a keep-alive connection) by a dispatcher of the whole city, one of a county and a handler, with the filters that
the page offers, first pages and later ones. The limit is the cheapest thing that could be asked of the same database in
the same run: fifty whole rows of the same table by its newest-first index, over a plain connection. Goal: p95 below
100 ms on each database (the peer, Open Zaak, publishes 150 to 200 ms).
"""

from __future__ import annotations

import argparse
import json
import os
import random
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
sys.path[:0] = [str(ROOT), str(ROOT / "src"), str(HERE)]
GOAL_MS, PEER_MS, KINDS, ROUNDS = 100, 150, 40, 12
NOW = datetime.now(UTC)
OPEN_STATES = ("handling", "dispatched", "to_verify", "to_dispatch")
ASKED = (
    "", "is_open=true", "overdue=true", "order=due&is_open=true", "state=handling", "case_type=bench.k3",
    "case_type=bench&is_open=true", "region=420606001", "region=420602&is_open=true", "severity=1&severity=2",
    "source=hotline", "organisation=urban", "organisation=eco&state=closed", "mine=true", "supervised=true",
    "opened_from=2026-01-01T00:00:00Z&opened_to=2026-01-08T00:00:00Z", "unlocated=true", "q=路灯",
)  # fmt: skip
PEOPLE = ("dispatcher", "county_dispatcher", "handler")


def fill(cases: int) -> None:
    """A year of cases, one in twenty of them open, each with one task."""
    from citybrain.base.parties.models import Organisation
    from citybrain.base.places.models import Region
    from citybrain.hubs.business.cases.models import Assignment, Case, CaseType, Loop

    streets = list(Region.objects.filter(level="street").order_by("path"))
    holders = list(Organisation.objects.filter(code__in=("urban", "urban-fancheng", "eco")).order_by("path"))
    kinds = list(CaseType.objects.filter(code__startswith="bench.k").order_by("code"))
    loop = Loop.objects.order_by("-version").filter(key=kinds[0].loop_key).first()
    assert loop is not None
    stages = {state["key"]: state["stage"] for state in loop.definition["states"]}
    dice = random.Random(7)
    year = timedelta(days=365)
    for begin in range(0, cases, 20_000):
        rows, tasks = [], []
        for number in range(begin, min(begin + 20_000, cases)):
            at = NOW - year + year * number / cases
            street, holder, kind = dice.choice(streets), dice.choice(holders), dice.choice(kinds)
            is_open = dice.random() < 0.05
            state = dice.choice(OPEN_STATES) if is_open else "closed"
            case = Case(
                number=f"AJ{number:014d}", case_type=kind, loop=loop, title=f"{street.name}路灯不亮", state=state,
                stage=stages[state], source=dice.choice(("hotline", "app", "grid", "alarm")), severity=1 + number % 4,
                occurred_at=at, recorded_at=at, due_at=at + timedelta(days=5), dispatched_at=at, lon=112.05, lat=32.1,
                closed_at=None if is_open else at + timedelta(days=3), outcome="" if is_open else "resolved",
                region_code=street.code, region_path=street.path, organisation=holder, organisation_path=holder.path,
                holder_paths=[holder.path], supervised_at=at if number % 500 == 0 else None,
            )  # fmt: skip
            rows.append(case)
        Case.objects.bulk_create(rows, batch_size=2_000)
        for case in rows:
            tasks.append(Assignment(
                case=case, organisation=case.organisation, organisation_path=case.organisation_path,
                since=case.occurred_at, until=case.closed_at, outcome="" if case.closed_at is None else "done",
            ))  # fmt: skip
        Assignment.objects.bulk_create(tasks, batch_size=2_000)
        print(f"\r{begin + len(rows):,} cases", end="", file=sys.stderr, flush=True)
    print(file=sys.stderr)


def analyse() -> None:
    """PostgreSQL does it by itself in a city that has grown; SQLite lives without."""
    from django.db import connection

    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")


def ask(port: int, secrets: dict[str, str]) -> dict[str, list[float]]:
    """Milliseconds of each answer, by question."""
    import httpx

    found: dict[str, list[float]] = {}
    with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=120) as client:
        for round_ in range(ROUNDS + 1):
            for person in PEOPLE:
                headers = {"Authorization": f"Bearer {secrets[person]}"}
                for question in ASKED:
                    after = ""
                    for page in ("first", "second"):
                        began = time.perf_counter()
                        answer = client.get(f"/api/v1/cases?limit=50&{question}{after}", headers=headers)
                        took = (time.perf_counter() - began) * 1000
                        answer.raise_for_status()
                        if round_:  # the first round warms up
                            found.setdefault(f"{person} {page} {question}", []).append(took)
                        if not answer.json()["next"]:
                            break
                        after = f"&after={answer.json()['next']}"
    return found


def limit() -> list[float]:
    from django.db import connection

    found = []
    with connection.cursor() as cursor:
        for _ in range(200):
            began = time.perf_counter()
            cursor.execute("SELECT * FROM cases_case ORDER BY recorded_at DESC, id DESC LIMIT 50")
            cursor.fetchall()
            found.append((time.perf_counter() - began) * 1000)
    return found


def p95(values: list[float]) -> float:
    return statistics.quantiles(values, n=20)[-1]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--postgres", action="store_true", help="on a PostgreSQL of its own")
    parser.add_argument("--cases", type=int, default=1_000_000)
    options = parser.parse_args()
    if options.postgres and not os.environ.get("CITYBRAIN_DATABASE_URL"):
        command = [sys.executable, str(ROOT / "tests" / "with_postgres.py"), sys.executable, *sys.argv]
        return subprocess.run(command).returncode
    data = Path(tempfile.mkdtemp(prefix="citybrain-bench-"))
    try:
        from cases import prepare, start

        prepare(data)
        fill(options.cases)
        analyse()
        secrets = {name: f"cb_{name}_secret-of-the-cast" for name in PEOPLE}
        process, port = start(data, 2)
        try:
            found = ask(port, secrets)
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(30)
        bare = limit()
    finally:
        shutil.rmtree(data, ignore_errors=True)
    all_of_them = [value for values in found.values() for value in values]
    worst = sorted(found.items(), key=lambda one: -statistics.median(one[1]))[:8]
    for question, values in worst:
        print(f"{statistics.median(values):8.1f} ms  {question}")
    database = "postgresql" if options.postgres else "sqlite"
    value, bare_p95 = p95(all_of_them), p95(bare)
    print(json.dumps({
        "bench": f"cases_list.{database}", "value": round(value, 2), "unit": "ms", "limit": round(bare_p95, 2),
        "ratio": round(bare_p95 / value, 4), "goal": round(bare_p95 / GOAL_MS, 4), "goal_value": GOAL_MS,
        "peer": PEER_MS, "p50": round(statistics.median(all_of_them), 2),
        "how": f"p95 of {len(found)} questions, {ROUNDS} rounds over HTTP, {options.cases:,} cases; limit: fifty rows"
               " by an index over a plain connection",
    }))  # fmt: skip
    return 0


if __name__ == "__main__":
    sys.exit(main())
