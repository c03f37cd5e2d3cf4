"""`python -m citybrain.hubs.sensing.ingest --data DIR --port N`: the process `sense`."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import faulthandler
import fcntl
import gc
import logging
import os
import signal
import socket
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import IO

import uvicorn
import uvloop

from citybrain.base import clock
from citybrain.base.errors import Misconfigured
from citybrain.hubs.sensing.ingest.app import App
from citybrain.hubs.sensing.ingest.committer import Committer
from citybrain.hubs.sensing.ingest.metrics import Metrics
from citybrain.hubs.sensing.ingest.mqtt import MqttDoor
from citybrain.hubs.sensing.ingest.room import RESERVE, Room, mebibytes_from
from citybrain.hubs.sensing.ingest.service import Service, Snapshots
from citybrain.hubs.sensing.ingest.store import Store

log = logging.getLogger("citybrain.sense")
REFUSED = 2
GRACE_SECONDS = 2


def main() -> int:
    arguments = _arguments()
    faulthandler.register(signal.SIGUSR1, all_threads=True)  # the supervisor asks before it ends a process that hangs
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    try:
        broker = _broker(arguments.mqtt)
        reserve = mebibytes_from("CITYBRAIN_DISK_RESERVE", RESERVE)
        with _only_one(_folders(arguments.data)):
            listener = _listen(arguments.host, arguments.port)
            clock.install(clock.open_clock(arguments.data))
            code: int = uvloop.run(serve(arguments.data, listener, broker, reserve))
            return code
    except (Misconfigured, ValueError) as error:
        print(error, file=sys.stderr)  # noqa: T201
        return REFUSED


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="sense", description="Takes readings in, keeps them, watches them.")
    parser.add_argument("--data", type=Path, required=True, help="the data directory")
    parser.add_argument("--port", type=int, required=True, help="HTTP port")
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on")
    parser.add_argument("--mqtt", default="", metavar="HOST:PORT", help="an MQTT broker to subscribe at")
    return parser.parse_args()


def _broker(given: str) -> tuple[str, int] | None:
    if not given:
        return None
    host, _, port = given.rpartition(":")
    if not host or not port.isdigit():
        raise Misconfigured("sense.mqtt", given=given)
    return host, int(port)


def _folders(data: Path) -> Path:
    try:
        for folder in ("hot", "journal", "run", "snapshot", "lake"):
            (data / folder).mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise Misconfigured("sense.data", data=data, why=error.strerror) from error
    return data


@contextlib.contextmanager
def _only_one(data: Path) -> Iterator[None]:
    """Hold DIR/run/sense.lock; the kernel lets go of it when the process dies."""
    with (data / "run" / "sense.lock").open("a+") as lock:
        _take_lock(lock, data)
        yield


def _take_lock(lock: IO[str], data: Path) -> None:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        lock.seek(0)
        raise Misconfigured("sense.locked", data=data, pid=lock.read().strip() or "?") from error
    lock.truncate(0)
    lock.write(str(os.getpid()))
    lock.flush()


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
    except OSError as error:
        listener.close()
        raise Misconfigured("sense.port", port=port) from error
    return listener


async def serve(data: Path, listener: socket.socket, broker: tuple[str, int] | None, reserve: int) -> int:
    """Run until SIGTERM or SIGINT: everything acknowledged is on the disk, everything on the disk is checkpointed."""
    snapshots = Snapshots(data / "snapshot")
    snapshots.load(snapshots.changed())
    store = Store(data, snapshots.catalogue, snapshots.rules)
    metrics = Metrics()
    committer = Committer(store, metrics)
    service = Service(snapshots, committer, metrics, Room(data, reserve))
    if snapshots.catalogue is not None:
        committer.adopt(snapshots.catalogue, snapshots.rules)
    gc.freeze()  # what stands now stays: the collector need not look through a hundred thousand things again and again
    server = uvicorn.Server(
        uvicorn.Config(
            App(service),
            http="httptools",
            lifespan="off",
            log_level="warning",
            access_log=False,
            server_header=False,
            timeout_keep_alive=75,
            timeout_graceful_shutdown=GRACE_SECONDS,
        )
    )
    return await _until_stopped(server, listener, service, data, broker)


async def _until_stopped(
    server: uvicorn.Server,
    listener: socket.socket,
    service: Service,
    data: Path,
    broker: tuple[str, int] | None,
) -> int:
    committing = asyncio.create_task(service.committer.run())
    committing.add_done_callback(lambda _: setattr(server, "should_exit", True))
    watching, sweeping = asyncio.create_task(service.watch()), asyncio.create_task(service.sweep())
    door = MqttDoor(service, *broker, data / "mqtt.password") if broker else None
    following = asyncio.create_task(door.run()) if door else None
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: None)  # the server repeats the signal after it has stopped; we have stopped too
    log.info("sense listens on port %s", listener.getsockname()[1])
    await server.serve(sockets=[listener])
    for task in (watching, sweeping, following):
        if task is not None:
            task.cancel()
    if door is not None:
        await door.stop()
    service.committer.stop()
    await asyncio.wait([committing])
    error = committing.exception()
    if error is not None:
        log.critical("sense stops, a stored group could not be taken in; it starts anew from the disk: %r", error)
        return 1
    await service.committer.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
