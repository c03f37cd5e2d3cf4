"""A real platform on an empty directory, prepared by its own command line, for tests that use it from outside."""

from __future__ import annotations

import http.client
import json
import os
import re
import subprocess
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

from tests.processes.ground import CITYBRAIN, ROOT, Platform, free_ports, until

GRID_CITY = [
    "city",
    "grid",
    "--bbox",
    "116.30,39.80,116.50,40.00",
    "--size",
    "1km",
    "--tz",
    "Asia/Shanghai",
    "--name",
    "试验市",
]


class CityPlatform:
    """One city in `folder`, with the four processes running on free ports, and a token that may report."""

    def __init__(self, folder: Path, **environment: str):
        self.folder, self.environment = folder, environment
        self.data = folder / "data"
        self.port = free_ports(4)
        self.platform: Platform | None = None
        self.token = self.password = ""

    def command(self, *arguments: str) -> str:
        """Run a `citybrain` command on this city; fails with its words when it fails."""
        done = subprocess.run(
            [*CITYBRAIN, *arguments, "--data", str(self.data)],
            capture_output=True, text=True, env={**os.environ, **self.environment, "LANG": "C.UTF-8"}, timeout=120,
        )  # fmt: skip
        assert done.returncode == 0, f"citybrain {' '.join(arguments)}\n{done.stdout}\n{done.stderr}"
        return done.stdout

    def prepare(self, *, mode: str = "live") -> None:
        told = re.search(r"password: (\S+)", self.command("migrate"))
        self.password = told[1] if told else ""
        self.command(*GRID_CITY)
        self.command("city", "organisations", str(ROOT / "src/citybrain/sectors/urban/organisations.csv"))
        self.token = (
            self.command("token", "create", "--name", "reporter", "--role", "integrator", "--mode", mode)
            .strip()
            .splitlines()[-1]
        )

    def start(self, *more: str) -> None:
        command = [
            *CITYBRAIN,
            "up",
            "--port",
            str(self.port),
            "--empty",
            "--workers",
            "1",
            *more,
            "--data",
            str(self.data),
        ]
        self.platform = Platform(command, self.folder, **self.environment)
        self.platform.await_ready()

    def kill(self) -> None:
        assert self.platform is not None
        self.platform.process.kill()
        self.platform.process.wait(10)

    def stop(self) -> None:
        if self.platform is not None and self.platform.process.poll() is None:
            assert self.platform.stop() == 0

    def pid_of(self, name: str) -> int:
        return int((self.data / "run" / f"{name}.pid").read_text())

    def call(self, method: str, path: str, body: Any = None, *, sense: bool = False, timeout: float = 30) -> Any:
        """One request with the token; answers the decoded body, raises urllib's HTTPError for a refusal."""
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.port + (1 if sense else 0)}{path}",
            data=None if body is None else json.dumps(body).encode(),
            headers={"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"},
            method=method,
        )
        with urllib.request.urlopen(request, timeout=timeout) as response:
            return json.loads(response.read() or b"null")

    def insist(self, method: str, path: str, body: Any, *, sense: bool = False, within: float = 60) -> Any:
        """The same request again and again until it is acknowledged, as an honest client does."""
        deadline = time.monotonic() + within
        while True:
            try:
                return self.call(method, path, body, sense=sense, timeout=10)
            except urllib.error.HTTPError as refusal:
                if refusal.code not in (429, 500, 502, 503) or time.monotonic() > deadline:
                    raise AssertionError(f"{refusal.code}: {refusal.read().decode()}") from refusal
            except (OSError, http.client.HTTPException) as error:
                if time.monotonic() > deadline:
                    raise AssertionError(f"{path} was not acknowledged within {within} s: {error}") from error
            time.sleep(0.05)

    def pages(self, path: str) -> list[dict[str, Any]]:
        """Every item of a paged list."""
        found: list[dict[str, Any]] = []
        after = ""
        while True:
            joiner = "&" if "?" in path else "?"
            page = self.call("GET", f"{path}{joiner}limit=500{after}")
            found += page["items"]
            if not page["next"]:
                return found
            after = f"&after={page['next']}"

    def await_settled(self, within: float = 60) -> None:
        """Wait until everything that was acknowledged has been worked through."""

        def settled() -> bool:
            try:
                lag = self.call("GET", "/health")["lag"]
            except (OSError, http.client.HTTPException):
                return False
            return not any(lag.values())

        until("every lag is zero", settled, within=within)
