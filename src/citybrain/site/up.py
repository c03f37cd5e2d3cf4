"""`citybrain up`: checks, migrates, and supervises the processes of one city."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

from citybrain.base import clock
from citybrain.base.errors import Misconfigured
from citybrain.lab.city.state import find_state
from citybrain.site.broker import broker_child, find_mosquitto
from citybrain.site.demo import life_child, make_demo, set_speed
from citybrain.site.ports import PORTS, keep_port, port_of
from citybrain.site.supervisor import Child, Supervisor, await_ports_free, python, take_lock
from citybrain.site.vitals import hung_after


def run(
    data: Path, port: int, *, workers: int, without_demo: bool = False, lives: bool = True, speed: float | None = None
) -> int:
    """Start everything and watch it; returns when told to stop. Raises Misconfigured before anything is started.

    An empty directory becomes a demo city first, unless `without_demo`; `lives` is whether its life goes on.
    """
    port_of(port)
    hung_after()
    os.close(take_lock(data / "run" / "up.lock"))  # whoever runs there is named first
    await_ports_free(data, [port + offset for offset in PORTS.values()])
    is_demo = not without_demo and make_demo(data, migrate=lambda: tell_password(migrate(say=print)), say=say_at_once)
    take_lock(data / "run" / "up.lock")
    if speed is not None:
        set_speed(data, speed)
    tell_password(migrate(say=print))
    tell_still_clock(data)
    keep_port(data, port)
    children = list_children(data, port, workers=workers)
    if is_demo and lives:
        children.append(life_child(data, port))
    return Supervisor(data, children, hung_after=hung_after()).run(f"ready http://127.0.0.1:{port}")


def say_at_once(text: str) -> None:
    """A line that is read while the next is made."""
    print(text, flush=True)


def migrate(*, say: Callable[[str], None]) -> str | None:
    """Bring database and packs to this version; answers the administrator's first password when one was made."""
    from django.conf import settings
    from django.core.management import call_command
    from django.db import connection
    from django.db.utils import OperationalError

    from citybrain.base.accounts.actions import ensure_administrator
    from citybrain.base.audit import system_actor
    from citybrain.base.packs import load_packs
    from citybrain.base.querying.commit_order import continue_after_restore
    from citybrain.guarantees.maintenance.schema import check_not_newer, write_version

    try:
        check_not_newer(settings.DATA_DIR)
        call_command("migrate", verbosity=0, interactive=False)
    except OperationalError as error:
        raise Misconfigured("start.database_unreachable", why=str(error).strip().splitlines()[0]) from error
    write_version(settings.DATA_DIR)
    continue_after_restore(connection, ("bus_event", "audit_record"))
    for problem in load_packs(actor=system_actor("migrate")):
        say(f"pack: {problem}")
    return ensure_administrator()


def tell_password(password: str | None) -> None:
    """Print the administrator's first password, where one was made just now."""
    if password:
        print(
            f"administrator: admin   password: {password}   (shown this once; change it after signing in)", flush=True
        )


def tell_still_clock(data: Path) -> None:
    """Say so when the city clock does not go on by itself; whoever waits for a deadline would wait for ever."""
    running = clock.current()
    if not isinstance(running, clock.DrivenClock):
        return
    way = "`citybrain up --empty --speed 1` lets it run" if find_state(data) else "only a replay moves it"
    print(f"clock: stands still at {running.now():%Y-%m-%d %H:%M} UTC, nothing falls due; {way}", flush=True)


def list_children(data: Path, port: int, *, workers: int) -> list[Child]:
    """The processes of one city, in the order in which they start."""
    folder = str(data)
    environment = {"CITYBRAIN_DATA": folder, "CITYBRAIN_PORT": str(port)}
    sense = python("citybrain.hubs.sensing.ingest", "--data", folder, "--port", str(port + PORTS["sense"]))
    children: list[Child] = []
    broker = find_mosquitto()
    if broker:
        mqtt_port = port + PORTS["mqtt"]
        children.append(broker_child(data, mqtt_port, broker))
        sense += ["--mqtt", f"127.0.0.1:{mqtt_port}"]
    else:
        print("mqtt: off, because Mosquitto is not installed (Debian: apt-get install mosquitto); HTTP stays open")
    children += [
        Child("work", python("citybrain.site.work", "--data", folder), heartbeat=data / "run" / "work.heartbeat"),
        Child("sense", sense, f"http://127.0.0.1:{port + PORTS['sense']}/health"),
        Child("live", python("citybrain.site.live", "--data", folder, "--port", str(port + PORTS["live"])),
              f"http://127.0.0.1:{port + PORTS['live']}/health"),
        Child("web", python("citybrain.site.web", "--data", folder, "--port", str(port), "--workers", str(workers)),
              f"http://127.0.0.1:{port}/health", data / "run" / "web.heartbeat"),
    ]  # fmt: skip
    for child in children:
        child.environment |= environment
    return children
