"""Poking `work`: after a commit that left something to do, one byte to a datagram socket in the data directory.

A lost poke loses nothing: `work` looks by itself ten times a second.
"""

from __future__ import annotations

import contextlib
import os
import socket
from pathlib import Path

from django.conf import settings

LONGEST_ADDRESS = 100  # sun_path holds 108 bytes
NEWS, JOBS = b"!", b"j"  # something happened; somebody changed when a job comes round


def socket_path() -> Path:
    return Path(settings.DATA_DIR) / "run" / "work.sock"


@contextlib.contextmanager
def _address(path: Path):  # type: ignore[no-untyped-def]
    """An address that fits in sun_path, however deep the data directory lies."""
    if len(os.fsencode(path)) <= LONGEST_ADDRESS:
        yield str(path)
        return
    folder = os.open(path.parent, os.O_PATH)
    try:
        yield f"/proc/self/fd/{folder}/{path.name}"
    finally:
        os.close(folder)


def wake(word: bytes = NEWS) -> None:
    """Let `work` look at once; harmless when it does not run."""
    with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sender:
        sender.setblocking(False)
        with _address(socket_path()) as address:
            sender.sendto(word, address)


def listen() -> socket.socket:
    """The receiving end, bound anew (what a killed process left behind is removed); non-blocking."""
    path = socket_path()
    path.parent.mkdir(parents=True, exist_ok=True)
    path.unlink(missing_ok=True)
    receiver = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    with _address(path) as address:
        receiver.bind(address)
    receiver.setblocking(False)
    return receiver
