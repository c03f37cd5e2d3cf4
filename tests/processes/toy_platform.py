"""A supervisor with toy children, run by test_supervisor.py as its own process.

A web server, a sleeper, and (when asked for) `broken`, which cannot start; `worker`, which beats until a file tells it
to `hang` (sleep without a beat) or to `spin` (compute without a beat); `chatter`, which fills its log without end;
`work`, the real one with a job that hangs.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

from citybrain.site.start import tell_stacks_when_asked
from citybrain.site.supervisor import Child, Supervisor, python, take_lock

HUNG_AFTER = 2.0
WORKER = """
import pathlib, sys, time
from citybrain.site.start import tell_stacks_when_asked
tell_stacks_when_asked()
run = pathlib.Path(sys.argv[1])
def lies_on_its_back():
    while True:
        time.sleep(60)
while True:
    (run / "worker.heartbeat").touch()
    if (run / "hang").exists():
        (run / "hang").unlink()
        lies_on_its_back()
    if (run / "spin").exists():
        end = time.monotonic() + float((run / "spin").read_text())
        while time.monotonic() < end:
            sum(range(1000))
        (run / "spin").unlink()
    time.sleep(0.05)
"""
CHATTER = """
import itertools, time
for number in itertools.count():
    print(f"{number:09d}" + "." * 90, flush=True)
    time.sleep(0.0005)
"""


def children_of(data: Path, port: int, wanted: list[str]) -> list[Child]:
    run = data / "run"
    more = {
        "broken": Child("broken", [sys.executable, "-c", "raise SystemExit('no bread today')"]),
        "worker": Child("worker", [sys.executable, "-c", WORKER, str(run)], heartbeat=run / "worker.heartbeat"),
        "work": Child("work", python("tests.processes.stuck_work", "--data", str(data))),
        "chatter": Child("chatter", [sys.executable, "-c", CHATTER]),
    }
    return [
        Child("web", python("http.server", "--bind", "127.0.0.1", str(port)), f"http://127.0.0.1:{port}/"),
        Child("sleeper", [sys.executable, "-c", "import time; time.sleep(600)"]),
        *(more[name] for name in wanted),
    ]


def main(data: Path, port: int, wanted: list[str]) -> int:
    tell_stacks_when_asked()
    for folder in ("logs", "run"):
        (data / folder).mkdir(exist_ok=True)
    take_lock(data / "run" / "up.lock")
    say: Callable[[str], None] = lambda line: print(line, flush=True)  # noqa: E731
    children = children_of(data, port, wanted)
    supervisor = Supervisor(data, children, say, hung_after=HUNG_AFTER, log_limit=50_000)
    return supervisor.run(f"ready http://127.0.0.1:{port}")


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3:]))
