"""Mosquitto as a part of the platform: its settings, its folder, and the account it runs under.

Started by root it runs as `mosquitto` (Debian's package makes that account) or else as `nobody`, from its first
instruction on: a program that speaks to devices has no business with root's rights. It lives in `DIR/mqtt`, which is
its own, and finds everything there by relative names, because it cannot look into DIR.
"""

from __future__ import annotations

import os
import pwd
import secrets
import shutil
import subprocess
from pathlib import Path

from citybrain.site.supervisor import Child

ACCOUNTS = ("mosquitto", "nobody")
FILES = ("mosquitto.conf", "passwords", "mosquitto.db")


def find_mosquitto() -> str | None:
    return shutil.which("mosquitto") or ("/usr/sbin/mosquitto" if Path("/usr/sbin/mosquitto").exists() else None)


def broker_child(data: Path, port: int, broker: str) -> Child:
    """Mosquitto on loopback, only for who knows the password in `DIR/mqtt.password`."""
    folder = data / "mqtt"
    folder.mkdir(mode=0o700, exist_ok=True)
    _write_passwords(folder / "passwords", *_secret(data / "mqtt.password"), broker)
    _keep_messages_of_before(data / "run" / "mosquitto.db", folder / "mosquitto.db")
    lines = [
        f"listener {port} 127.0.0.1",
        "allow_anonymous false",
        "password_file passwords",
        "persistence true",
        "persistence_location ./",
        "autosave_interval 30",
        "max_queued_messages 100000",
        "max_inflight_messages 1000",
    ]
    (folder / "mosquitto.conf").write_text("\n".join(lines) + "\n", encoding="utf-8")
    account = _account() if os.geteuid() == 0 else None
    if account:
        _give(folder, account)
    return Child("mqtt", [broker, "-c", "mosquitto.conf"], folder=folder, account=account)


def _account() -> tuple[int, int] | None:
    """User and group of the first account there is; None (and root) only on a machine without any."""
    for name in ACCOUNTS:
        try:
            found = pwd.getpwnam(name)
        except KeyError:
            continue
        return found.pw_uid, found.pw_gid
    return None


def _give(folder: Path, account: tuple[int, int]) -> None:
    for path in (folder, *(folder / name for name in FILES)):
        if path.exists():
            os.chown(path, *account)


def _secret(path: Path) -> tuple[str, str]:
    if not path.exists():
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(f"citybrain:{secrets.token_urlsafe(24)}\n")
    user, password = path.read_text(encoding="ascii").strip().split(":", 1)
    return user, password


def _write_passwords(path: Path, user: str, password: str, broker: str) -> None:
    path.unlink(missing_ok=True)
    hasher = Path(broker).with_name("mosquitto_passwd")
    hasher = hasher if hasher.exists() else Path("/usr/bin/mosquitto_passwd")
    subprocess.run([hasher, "-b", "-c", path, user, password], check=True, capture_output=True)


def _keep_messages_of_before(old: Path, new: Path) -> None:
    """Earlier versions kept the queued messages in DIR/run."""
    if old.exists() and not new.exists():
        old.replace(new)
