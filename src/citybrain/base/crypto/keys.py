"""Keys in the data directory: readable by their owner only, made at first use, never replaced by accident.

`master.key` holds one key for each line, the current one first. To rotate, put a new line on top: what was sealed
with an older key is still opened, because every sealed text names its key. `sign.key` holds the SM2 key that signs.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import sys
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path

from citybrain.base.crypto.providers import NationalSuite, Provider

MASTER, SIGN = "master.key", "sign.key"
KEY_SIZE = 32


def data_folder() -> Path:
    """The data directory: of the running site, or CITYBRAIN_DATA where Django does not run."""
    django = sys.modules.get("django.conf")
    if django is not None and django.settings.configured:
        return Path(django.settings.DATA_DIR)
    return Path(os.environ.get("CITYBRAIN_DATA", "var")).resolve()


def read_or_make(path: Path, make: Callable[[], bytes]) -> str:
    """The text of a key file; made with mode 0600 when it is not there (whoever is first wins)."""
    with contextlib.suppress(FileNotFoundError):
        return path.read_text(encoding="ascii")
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f"{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(make().hex() + "\n")
            file.flush()
            os.fsync(file.fileno())
        with contextlib.suppress(FileExistsError):
            os.link(part, path)
    finally:
        part.unlink()
    return path.read_text(encoding="ascii")


@dataclass(frozen=True)
class MasterKey:
    """One line of `master.key` and what is derived from it: a key for sealing, a key for looking up."""

    material: bytes
    suite: Provider

    @cached_property
    def id(self) -> str:
        return self.suite.digest(b"citybrain key id" + self.material).hex()[:8]

    @cached_property
    def sealing(self) -> bytes:
        return self.suite.keyed_digest(self.material, b"citybrain field sealing")[:16]

    @cached_property
    def lookup(self) -> bytes:
        return self.suite.keyed_digest(self.material, b"citybrain field lookup")


@dataclass(frozen=True)
class SigningKey:
    """The SM2 key of this data directory; `id` names it where its signatures are kept."""

    private: bytes
    suite: Provider

    @cached_property
    def public(self) -> bytes:
        return self.suite.public_key(self.private)

    @cached_property
    def id(self) -> str:
        return key_id(self.public, self.suite)

    def sign(self, data: bytes) -> bytes:
        return self.suite.sign(self.private, data)


def key_id(public: bytes, suite: Provider) -> str:
    return suite.digest(public).hex()[:16]


def _keys_of(text: str, path: Path) -> list[bytes]:
    try:
        keys = [bytes.fromhex(line) for line in text.split()]
    except ValueError as error:
        raise ValueError(f"{path} does not hold keys in hexadecimal") from error
    if not keys or any(len(key) != KEY_SIZE for key in keys):
        raise ValueError(f"{path} must hold keys of {KEY_SIZE} bytes, one on each line")
    return keys


def master_keys(folder: Path | None = None) -> tuple[MasterKey, ...]:
    """The keys of a data directory, the current one first; read again when the file changes."""
    path = (folder or data_folder()) / MASTER
    try:
        stamp = path.stat().st_mtime_ns
    except FileNotFoundError:
        read_or_make(path, lambda: secrets.token_bytes(KEY_SIZE))
        stamp = path.stat().st_mtime_ns
    return _master_keys(path, stamp)


@lru_cache(maxsize=8)
def _master_keys(path: Path, stamp: int) -> tuple[MasterKey, ...]:
    suite = NationalSuite()
    return tuple(MasterKey(key, suite) for key in _keys_of(path.read_text(encoding="ascii"), path))


def signing_key(folder: Path | None = None) -> SigningKey:
    """The key that signs for this data directory, made at first use; the first line counts."""
    suite = NationalSuite()
    path = (folder or data_folder()) / SIGN
    return SigningKey(_keys_of(read_or_make(path, suite.new_private_key), path)[0], suite)
