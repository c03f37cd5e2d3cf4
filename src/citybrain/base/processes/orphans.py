"""A child that must not outlive its parent, even when the parent is killed hard (Linux)."""

from __future__ import annotations

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1


def die_with_parent(*, parent: int | None = None) -> None:
    """Ask the kernel to kill this process when its parent ends; `parent` is the pid it should still have."""
    _when_the_parent_ends(signal.SIGKILL)
    if parent is not None and os.getppid() != parent:
        os._exit(1)


def end_with_parent() -> None:
    """As `die_with_parent`, but this process is asked (SIGTERM), and may end in order."""
    _when_the_parent_ends(signal.SIGTERM)


def _when_the_parent_ends(sent: signal.Signals) -> None:
    if sys.platform.startswith("linux"):
        ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, sent, 0, 0, 0)
