"""An error in words that may be kept and shown: its kind, its place, and only such text as is never personal."""

from __future__ import annotations

import traceback

from citybrain.base.errors import CityError

LONGEST = 8000


def describe(error: BaseException) -> str:
    """One line. The message itself is kept only for errors of the machine and for our own, whose texts are written."""
    frames = traceback.extract_tb(error.__traceback__)
    where = f" at {_short(frames[-1].filename)}:{frames[-1].lineno}" if frames else ""
    return f"{type(error).__name__}{_words(error)}{where}"


def trace(error: BaseException) -> str:
    """Where it happened, frame by frame, and the line that `describe` gives; causes first, as Python prints them."""
    parts = [trace(error.__cause__)] if error.__cause__ is not None else []
    frames = traceback.extract_tb(error.__traceback__)
    parts += [f"{_short(frame.filename)}:{frame.lineno} in {frame.name}: {frame.line}" for frame in frames]
    return "\n".join([*parts, describe(error)])[-LONGEST:]


def _words(error: BaseException) -> str:
    if isinstance(error, CityError):
        return f" {error.code}"
    if isinstance(error, OSError):
        return f": {error.strerror}" if error.strerror else ""
    if isinstance(error, ImportError | TimeoutError):
        return f": {error}"
    return ""


def _short(path: str) -> str:
    """The path from the package on, so that it reads the same wherever the platform is installed."""
    for start in ("citybrain/", "site-packages/"):
        if start in path:
            return path[path.rindex(start) :].removeprefix("site-packages/")
    return path.rsplit("/", 1)[-1]
