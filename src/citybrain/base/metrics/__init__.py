"""Numbers that operations watch. Any app declares them beside its queries; they are read when somebody asks.

    @gauge("citybrain_cases", "Cases by state", labels=("state",))      read by /metrics
    def cases_by_state() -> Mapping[tuple[str, ...], float]: ...

    @lag("alarms")                                                      read by /health
    def alarms_not_taken_in() -> int: ...

Names and labels of gauges follow Prometheus; one without labels is one number. A lag is 0 when that part has caught
up with everything up to the city time of the same answer; it is asked often and must be cheap. No Django here.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TypeVar

Reading = float | Mapping[tuple[str, ...], float]
F = TypeVar("F", bound=Callable[[], Reading])
L = TypeVar("L", bound=Callable[[], int])
NAME = re.compile(r"citybrain_[a-z][a-z0-9_]*\Z")


@dataclass(frozen=True)
class Gauge:
    """One declared number: its name, what it says, its labels, and how it is read."""

    name: str
    text: str
    labels: tuple[str, ...]
    read: Callable[[], Reading]


_gauges: dict[str, Gauge] = {}
_lags: dict[str, Callable[[], int]] = {}


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


def lag(name: str) -> Callable[[L], L]:
    """Declare how far a part is behind; refuses a name that is taken."""

    def declare(read: L) -> L:
        if name in _lags:
            raise ValueError(f"lag {name} is declared twice")
        _lags[name] = read
        return read

    return declare


def lags() -> dict[str, int]:
    """How far each part is behind, now."""
    return {name: read() for name, read in sorted(_lags.items())}


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
