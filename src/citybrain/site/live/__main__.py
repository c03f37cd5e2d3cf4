"""The `live` process: `python -m citybrain.site.live --data DIR --port N`."""

from __future__ import annotations

import argparse
import os
import sys
from functools import partial
from pathlib import Path
from types import FrameType

import uvicorn

from citybrain.base import clock
from citybrain.site.datadir import prepare, secret_key
from citybrain.site.live.app import LiveApp
from citybrain.site.live.hub import Hub
from citybrain.site.live.outbox import open_outbox
from citybrain.site.start import tell_stacks_when_asked


class Server(uvicorn.Server):
    """Ends the open streams as soon as it is told to stop, so that stopping does not wait for them."""

    def __init__(self, config: uvicorn.Config, hub: Hub):
        super().__init__(config)
        self.hub = hub

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        self.hub.end_all("closing")
        super().handle_exit(sig, frame)


def web_origins(web_port: int) -> frozenset[str]:
    """Where pages of this platform come from: this machine's port of `web`, and CITYBRAIN_ORIGINS."""
    named = filter(None, os.environ.get("CITYBRAIN_ORIGINS", "").split(","))
    return frozenset({f"http://127.0.0.1:{web_port}", f"http://localhost:{web_port}", *named})


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="citybrain.site.live")
    parser.add_argument("--data", type=Path, default=Path("var"))
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8002)
    options = parser.parse_args(arguments)
    tell_stacks_when_asked()
    data = prepare(options.data.resolve())
    clock.install(clock.open_clock(data))
    web_port = int(os.environ.get("CITYBRAIN_PORT") or options.port - 2)
    hub = Hub(
        partial(open_outbox, data, os.environ.get("CITYBRAIN_DATABASE_URL", "")),
        heartbeat=data / "run" / "live.heartbeat",
    )
    config = uvicorn.Config(
        LiveApp(hub, secret_key(data), web_origins(web_port)),
        host=options.host,
        port=options.port,
        loop="uvloop",
        http="httptools",
        log_level="warning",
        access_log=False,
        server_header=False,
        proxy_headers=False,
        timeout_graceful_shutdown=2,
    )
    Server(config, hub).run()
    return 0


if __name__ == "__main__":
    sys.exit(main())
