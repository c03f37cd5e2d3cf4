"""In which folder the words of the command line work: a city that is there, one to be made, or none. No Django here."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from citybrain.base.errors import Misconfigured
from citybrain.guarantees.maintenance.ground import ground, needs_ground

MAKE_A_CITY = (("up",), ("migrate",), ("replay",), ("rehearse", "--scratch"), ("city", "new"), ("packs", "new"))
NEED_A_CITY = (
    ("doctor",), ("trace",), ("audit",), ("bus",), ("token",), ("user",), ("backup",), ("indicators",), ("reports",),
    ("lake",), ("texts",), ("rehearse",), ("city",), ("packs", "list"), ("packs", "load"),
)  # fmt: skip
"""All other words, a slip of the pen among them, do without one."""


@contextmanager
def data_folder(arguments: Sequence[str], data: Path) -> Iterator[Path]:
    """The folder for a command; raises Misconfigured `start.no_city` where a city is needed and none is there.

    What needs no city, where none is, works in a folder that goes when it ends.
    """
    if needs_ground(arguments):
        with ground(arguments, data) as folder:
            yield folder
    elif data.is_dir() or _begins(arguments, MAKE_A_CITY):
        yield data
    elif _begins(arguments, NEED_A_CITY):
        raise Misconfigured("start.no_city", data=str(data))
    else:
        with tempfile.TemporaryDirectory(prefix="citybrain-") as name:
            yield Path(name)


def _begins(arguments: Sequence[str], words: Sequence[tuple[str, ...]]) -> bool:
    """Whether these are such words; asking how a command is used is not using it."""
    given = tuple(arguments)
    asks = "-h" in given or "--help" in given or "--check" in given
    return not asks and any(given[: len(one)] == one for one in words)
