"""A real `sense` process on a data directory, for tests."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx

from tests.hubs.sensing.ingest.world import SECRET


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def command(data: Path, port: int, *more: str) -> list[str]:
    return [sys.executable, "-m", "citybrain.hubs.sensing.ingest", "--data", str(data), "--port", str(port), *more]


def until(condition: Callable[[], Any], what: str, *, seconds: float = 20) -> Any:
    """Poll until the condition holds; its value."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        found = condition()
        if found:
            return found
        time.sleep(0.02)
    raise AssertionError(f"not within {seconds} s: {what}")


class Sense:
    """Start, talk to, stop, kill."""

    def __init__(self, data: Path, *more: str, port: int | None = None, environment: dict[str, str] | None = None):
        self.data, self.more = data, more
        self.port = port or free_port()
        self.environment = {**os.environ, **(environment or {})}
        self.process: subprocess.Popen[bytes] | None = None
        self.http = httpx.Client(base_url=f"http://127.0.0.1:{self.port}", timeout=20, trust_env=False)

    def start(self, *, ready: bool = True) -> Sense:
        (self.data / "logs").mkdir(exist_ok=True)
        with (self.data / "logs" / "sense.log").open("ab") as log:
            self.process = subprocess.Popen(command(self.data, self.port, *self.more), stderr=log, env=self.environment)
        if ready:
            until(self.is_up, "sense answers", seconds=30)
        return self

    def is_up(self) -> bool:
        assert self.process is not None
        if self.process.poll() is not None:
            raise AssertionError(f"sense ended: {self.log()[-2000:]}")
        try:
            self.http.get("/health")
        except httpx.TransportError:
            return False
        return True

    def log(self) -> str:
        return (self.data / "logs" / "sense.log").read_text()

    def send(self, body: Any, *, secret: str | None = SECRET, language: str = "en", **headers: str) -> httpx.Response:
        """POST /observations; bytes as they are, anything else as JSON."""
        sent = {"Accept-Language": language, **{name.replace("_", "-"): value for name, value in headers.items()}}
        if secret is not None:
            sent["Authorization"] = f"Bearer {secret}"
        if isinstance(body, bytes):
            return self.http.post("/observations", content=body, headers=sent)
        return self.http.post("/observations", json=body, headers=sent)

    def stop(self) -> int:
        assert self.process is not None
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(10)

    def kill(self) -> None:
        assert self.process is not None
        self.process.kill()
        self.process.wait()

    def __enter__(self) -> Sense:
        return self.start()

    def __exit__(self, *_: object) -> None:
        if self.process is not None and self.process.poll() is None:
            self.kill()
        self.http.close()
