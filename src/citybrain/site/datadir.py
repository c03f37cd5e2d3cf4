"""The data directory: everything that the platform writes lies under it.

city.sqlite3   relations          hot/       readings not yet in the lake     snapshot/   what `sense` may know
lake/          Delta tables       journal/   alarm transitions                files/      uploads
models/        trained models     logs/ run/ logs, process ids, sockets       clock.json  the city clock
backups/       where no other place was named            version.json which version wrote it last
secret.key     signing of sessions and tickets             master.key  encryption of personal fields
"""

from __future__ import annotations

import contextlib
import os
import secrets
from pathlib import Path

FOLDERS = ("hot", "snapshot", "lake", "journal", "files", "models", "logs", "run")


def prepare(data: Path) -> Path:
    """Make the folders and the keys that are not there yet; keys are readable by the owner only."""
    data.mkdir(parents=True, exist_ok=True)
    with contextlib.suppress(PermissionError):  # whose folder it is has decided who may look in
        data.chmod(data.stat().st_mode & 0o700)
    for folder in FOLDERS:
        (data / folder).mkdir(exist_ok=True)
    secret_key(data)
    _key_file(data / "master.key", 32)
    return data


def secret_key(data: Path) -> str:
    return _key_file(data / "secret.key", 48)


def _key_file(path: Path, size: int) -> str:
    try:
        return path.read_text(encoding="ascii").strip()
    except FileNotFoundError:
        pass
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f"{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(secrets.token_hex(size) + "\n")
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(part, path)  # whoever is first wins; a key is never replaced
    except FileExistsError:
        pass
    finally:
        part.unlink()
    return path.read_text(encoding="ascii").strip()
