"""Numbers that operations watch. Any app declares a gauge beside its queries; `/metrics` reads it when it is scraped.

    @gauge("citybrain_cases", "Cases by state", labels=("state",))
    def cases_by_state() -> Mapping[tuple[str, ...], float]: ...

Names and labels follow Prometheus. A gauge without labels returns one number. No Django here.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TypeVar

Reading = float | Mapping[tuple[str, ...], float]
F = TypeVar("F", bound=Callable[[], Reading])
NAME = re.compile(r"citybrain_[a-z][a-z0-9_]*\Z")


@dataclass(frozen=True)
class Gauge:
    """One declared number: its name, what it says, its labels, and how it is read."""

    name: str
    text: str
    labels: tuple[str, ...]
    read: Callable[[], Reading]


_gauges: dict[str, Gauge] = {}


def gauge(name: str, text: str, *, labels: tuple[str, ...] = ()) -> Callable[[F], F]:
    """Declare a gauge; refuses a name that is taken or does not read `citybrain_words`."""

    def declare(read: F) -> F:
        if not NAME.match(name):
            raise ValueError(f"gauge {name!r} must read citybrain_words")
        if name in _gauges:
            raise ValueError(f"gauge {name} is declared twice")
        _gauges[name] = Gauge(name, text, labels, read)
        return read

    return declare


def gauges() -> list[Gauge]:
    return [_gauges[name] for name in sorted(_gauges)]


@contextmanager
def only(*replacing: Gauge) -> Iterator[None]:
    """For tests: these gauges and no others."""
    kept = dict(_gauges)
    _gauges.clear()
    _gauges.update({one.name: one for one in replacing})
    try:
        yield
    finally:
        _gauges.clear()
        _gauges.update(kept)
