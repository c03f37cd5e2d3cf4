"""How many readings a second go through the HTTP door: durable, checked, rules on, against the bare loop.

`python bench/spine.py [--quick] [--only ingest]`. The limit (limit_ingest.py: decode, columns, append, sync) and the
measurement take turns on the same bytes; the load comes from a process of its own, over keep-alive connections, each
sending its next batch of 1,000 readings when the last was acknowledged. 100,000 things, a threshold and a silence rule
on each.

The second half (`dispatch_latency.py`) takes the time from a reading that breaks a rule to the dispatched case on a
running platform; its goal is a p99 below one second at 1,000 and at 20,000 readings a second.
"""

from __future__ import annotations

import argparse
import json
import os
import pickle
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "src"))
SECRET = "bench"
ROWS = 1_000
GOAL = 0.4


def snapshot(data: Path, things: int) -> None:
    import hashlib

    rules = [
        {"key": "air/high", "id": 1, "model": "air", "property": "pm25", "kind": "threshold", "op": "gt",
         "raise_at": 115.0, "clear_at": 100.0, "for_seconds": 60.0, "clear_for_seconds": 60.0},
        {"key": "air/silent", "id": 2, "model": "air", "property": "pm25", "kind": "silence", "after_seconds": 7200.0},
    ]  # fmt: skip
    content = {
        "tokens": {"version": 1, "tokens": [
            {"id": 1, "hash": hashlib.sha256(SECRET.encode()).hexdigest(), "mode": "live", "scope": True}]},
        "things": {"version": 1,
            "models": {"air": {"properties": {"pm25": {"type": "number", "unit": "µg/m³", "min": 0, "max": 1000}}}},
            "things": [[n + 1, f"air-{n:06d}", "air", "/42/", "/1/"] for n in range(things)],
            "streams": [[n + 1, n + 1, "pm25"] for n in range(things)]},
        "rules": {"version": 1, "rules": rules},
    }  # fmt: skip
    (data / "snapshot").mkdir(parents=True)
    for name, document in content.items():
        (data / "snapshot" / f"{name}.json").write_text(json.dumps(document))


def bodies(things: int, batches: int, begin: datetime, seed: int) -> list[bytes]:
    """Every thing in turn, in random order, a reading every ten seconds; one in two hundred is above the threshold."""
    random = np.random.default_rng(seed)
    found: list[bytes] = []
    rounds = -(-batches * ROWS // things)
    rows: list[str] = []
    for turn in range(rounds):
        at = (begin + timedelta(seconds=10 * turn)).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        values = np.where(random.random(things) < 0.005, 130, random.random(things) * 100).round(1)
        for n in random.permutation(things):
            rows.append(f'{{"thing":"air-{n:06d}","property":"pm25","at":"{at}","value":{values[n]}}}')
            if len(rows) == ROWS:
                found.append(f"[{','.join(rows)}]".encode())
                rows.clear()
    return found[:batches]


def free_port() -> int:
    import socket

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def start(data: Path, port: int) -> subprocess.Popen[bytes]:
    import httpx

    command = [sys.executable, "-m", "citybrain.hubs.sensing.ingest", "--data", str(data), "--port", str(port)]
    environment = {**os.environ, "PYTHONPATH": str(HERE.parent / "src")}
    process = subprocess.Popen(command, env=environment, stderr=subprocess.DEVNULL)
    until = time.monotonic() + 60
    while time.monotonic() < until:
        try:
            if httpx.get(f"http://127.0.0.1:{port}/health").status_code == 200:
                return process
        except httpx.TransportError:
            time.sleep(0.1)
    raise SystemExit("sense did not start")


def run(script: str, *arguments: object) -> float:
    command = [sys.executable, str(HERE / script), *map(str, arguments)]
    return float(subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()[-1])


def measure(work: Path, things: int, batches: int, rounds: int, connections: int) -> list[tuple[float, float]]:
    data, port = work / "data", free_port()
    snapshot(data, things)
    process = start(data, port)
    begin = datetime.now(UTC) - timedelta(hours=1)
    pairs = []
    try:
        print(f"{'round':>5} {'limit/s':>12} {'spine/s':>12} {'ratio':>6}")
        for number in range(rounds + 1):  # round 0 warms up and is not counted
            file = work / "bodies.pickle"
            turns = -(-batches * ROWS // things)
            file.write_bytes(
                pickle.dumps(bodies(things, batches, begin + timedelta(seconds=10 * turns * number), number))
            )
            limit = run("limit_ingest.py", things, file, work)
            reached = run("load_ingest.py", port, SECRET, file, connections)
            print(f"{number or 'warm':>5} {limit:12,.0f} {reached:12,.0f} {reached / limit:6.2f}", flush=True)
            if number:
                pairs.append((limit, reached))
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(30)
    return pairs


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="fewer readings; the ratio is rougher")
    parser.add_argument("--only", choices=["ingest"], help="leave the second half out")
    parser.add_argument("--connections", type=int, default=32)
    parser.add_argument("--rounds", type=int, default=5)
    arguments = parser.parse_args()
    batches = 200 if arguments.quick else 1_000
    work = Path(tempfile.mkdtemp(prefix="citybrain-bench-", dir=os.environ.get("CITYBRAIN_BENCH_DIR")))
    try:
        pairs = measure(work, 100_000, batches, arguments.rounds, arguments.connections)
    finally:
        shutil.rmtree(work, ignore_errors=True)
    limit, value = (statistics.median(column) for column in zip(*pairs, strict=True))
    ratio = statistics.median(reached / bare for bare, reached in pairs)
    how = f"{len(pairs)} alternating rounds of {batches * ROWS:,} readings in batches of {ROWS:,}, medians"
    if not arguments.only:
        import dispatch_latency

        dispatch = dispatch_latency.run(quick=arguments.quick)
        print(json.dumps(dispatch))
        how += f"; reading to dispatched case (goal: p99 below 1 s): {dispatch['how']}"
    print(json.dumps({"bench": "spine", "value": round(value), "unit": "readings/s", "limit": round(limit),
                      "ratio": round(ratio, 3), "goal": GOAL, "how": how}))  # fmt: skip


if __name__ == "__main__":
    main()
