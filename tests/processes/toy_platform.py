"""A supervisor with two toy children (a web server and a sleeper), run by test_supervisor.py as its own process."""

from __future__ import annotations

import sys
from pathlib import Path

from citybrain.site.supervisor import Child, Supervisor, python, take_lock

data, port = Path(sys.argv[1]), int(sys.argv[2])
for folder in ("logs", "run"):
    (data / folder).mkdir(exist_ok=True)
take_lock(data / "run" / "up.lock")
children = [
    Child("web", python("http.server", "--bind", "127.0.0.1", str(port)), f"http://127.0.0.1:{port}/"),
    Child("sleeper", [sys.executable, "-c", "import time; time.sleep(600)"]),
    *([Child("broken", [sys.executable, "-c", "raise SystemExit('no bread today')"])] if "broken" in sys.argv else []),
]
sys.exit(Supervisor(data, children, say=lambda line: print(line, flush=True)).run(f"ready http://127.0.0.1:{port}"))
