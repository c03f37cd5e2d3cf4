"""`citybrain up`: checks, migrates, and supervises the processes of one city."""

from __future__ import annotations

import os
import secrets
import subprocess
from collections.abc import Callable
from pathlib import Path

from citybrain.base.errors import Misconfigured
from citybrain.site.ports import PORTS, port_of
from citybrain.site.supervisor import Child, Supervisor, check_port_free, find_mosquitto, python, take_lock


def run(data: Path, port: int, *, workers: int) -> int:
    """Start everything and watch it; returns when told to stop. Raises Misconfigured before anything is started."""
    port_of(port)
    take_lock(data / "run" / "up.lock")
    for offset in PORTS.values():
        check_port_free(port + offset)
    password = migrate(say=print)
    tell_password(password)
    children = list_children(data, port, workers=workers)
    return Supervisor(data, children).run(f"ready http://127.0.0.1:{port}")


def migrate(*, say: Callable[[str], None]) -> str | None:
    """Bring database and packs to this version; answers the administrator's first password when one was made."""
    from django.core.management import call_command
    from django.db import connection
    from django.db.utils import OperationalError

    from citybrain.base.accounts.actions import ensure_administrator
    from citybrain.base.audit import system_actor
    from citybrain.base.packs import load_packs
    from citybrain.base.querying.commit_order import continue_after_restore

    try:
        call_command("migrate", verbosity=0, interactive=False)
    except OperationalError as error:
        raise Misconfigured("start.database_unreachable", why=str(error).strip().splitlines()[0]) from error
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


def list_children(data: Path, port: int, *, workers: int) -> list[Child]:
    """The processes of one city, in the order in which they start."""
    folder = str(data)
    environment = {"CITYBRAIN_DATA": folder, "CITYBRAIN_PORT": str(port)}
    sense = python("citybrain.hubs.sensing.ingest", "--data", folder, "--port", str(port + PORTS["sense"]))
    children: list[Child] = []
    broker = find_mosquitto()
    if broker:
        mqtt_port = port + PORTS["mqtt"]
        children.append(Child("mqtt", [broker, "-c", str(write_broker_settings(data, mqtt_port, broker))]))
        sense += ["--mqtt", f"127.0.0.1:{mqtt_port}"]
    else:
        print("mqtt: off, because Mosquitto is not installed (Debian: apt-get install mosquitto); HTTP stays open")
    children += [
        Child("work", python("citybrain.site.work", "--data", folder)),
        Child("sense", sense, f"http://127.0.0.1:{port + PORTS['sense']}/health"),
        Child("live", python("citybrain.site.live", "--data", folder, "--port", str(port + PORTS["live"])),
              f"http://127.0.0.1:{port + PORTS['live']}/health"),
        Child("web", python("citybrain.site.web", "--data", folder, "--port", str(port), "--workers", str(workers)),
              f"http://127.0.0.1:{port}/health"),
    ]  # fmt: skip
    for child in children:
        child.environment |= environment
    return children


def write_broker_settings(data: Path, port: int, broker: str) -> Path:
    """Mosquitto on loopback, only for who knows the password in `DIR/mqtt.password`; answers its configuration file."""
    secret = data / "mqtt.password"
    if not secret.exists():
        descriptor = os.open(secret, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(f"citybrain:{secrets.token_urlsafe(24)}\n")
    user, password = secret.read_text(encoding="ascii").strip().split(":", 1)
    hashed = data / "run" / "mosquitto.passwords"
    hashed.unlink(missing_ok=True)
    hasher = Path(broker).with_name("mosquitto_passwd")
    hasher = hasher if hasher.exists() else Path("/usr/bin/mosquitto_passwd")
    subprocess.run([hasher, "-b", "-c", hashed, user, password], check=True, capture_output=True)
    settings = data / "run" / "mosquitto.conf"
    lines = [
        f"listener {port} 127.0.0.1",
        "allow_anonymous false",
        f"password_file {hashed}",
        "persistence true",
        f"persistence_location {data / 'run'}/",
        "autosave_interval 30",
        "max_queued_messages 100000",
        "max_inflight_messages 1000",
        *(["user root"] if os.geteuid() == 0 else []),
    ]
    settings.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return settings
