"""Who listens to what: a closed, typed list that refuses duplicates and can be replaced in a test."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Literal

from citybrain.base.bus.discovery import import_all
from citybrain.base.bus.types import Event

Handler = Callable[[Event], None]
BundleHandler = Callable[[Sequence[Event]], None]
Start = Literal["beginning", "end"]


@dataclass(frozen=True)
class Subscription:
    """A handler with the types it wants (`case.opened`, `alarm.*`, `*`), and where it begins when it is new."""

    name: str
    patterns: tuple[str, ...]
    handler: Handler
    start: Start = "beginning"
    attempts: int = 10
    is_nudge: bool = False
    bundles: Mapping[str, BundleHandler] = field(default_factory=dict)

    def wants(self, event_type: str) -> bool:
        return any(
            event_type.startswith(pattern[:-1]) if pattern.endswith("*") else event_type == pattern
            for pattern in self.patterns
        )


_subscriptions: dict[str, Subscription] = {}


def subscribe(
    *patterns: str,
    name: str,
    start: Start = "beginning",
    attempts: int = 10,
    is_nudge: bool = False,
    bundles: Mapping[str, BundleHandler] | None = None,
) -> Callable[[Handler], Handler]:
    """Register a handler under a name that keeps its cursor for ever; it runs in one transaction with that cursor.

    A new subscription begins with the oldest event kept, or with `start="end"` after the newest. A handler that
    raises is tried `attempts` times with growing pauses before its event becomes a dead letter. `is_nudge`: it only
    needs to hear that something of the kind happened, so of many that come together it hears the last. `bundles` names
    for a type what takes several events of it that follow each other, all in one savepoint: it says with
    `bus.following` whose effects are whose. When it raises, they are delivered one by one.
    """
    if not patterns:
        raise ValueError(f"the subscription {name} names no types")

    def register(handler: Handler) -> Handler:
        there = _subscriptions.get(name)
        if there is not None and there.handler is not handler:
            raise ValueError(f"the subscription {name} is registered twice")
        _subscriptions[name] = Subscription(name, patterns, handler, start, attempts, is_nudge, bundles or {})
        return handler

    return register


def subscriptions() -> list[Subscription]:
    """All of them, by name; imports every app's `subscriptions.py` first."""
    if _replacement is not None:
        return _replacement
    import_all("subscriptions")
    return sorted(_subscriptions.values(), key=lambda one: one.name)


_readers: set[str] = set()


def declare_reader(name: str) -> None:
    """Somebody who reads the outbox by himself and tells with `mark_read` how far he has come.

    What he has not read yet is kept. The name keeps his cursor for ever.
    """
    _readers.add(name)


def readers() -> list[str]:
    """All of them, by name."""
    if _reader_replacement is not None:
        return _reader_replacement
    import_all("subscriptions")
    return sorted(_readers)


_replacement: list[Subscription] | None = None
_reader_replacement: list[str] | None = None


@contextmanager
def only(wanted: Iterable[Subscription], *, readers: Iterable[str] = ()) -> Iterator[None]:
    """For tests: these subscriptions and readers and no others."""
    global _replacement, _reader_replacement
    before = _replacement, _reader_replacement
    _replacement, _reader_replacement = sorted(wanted, key=lambda one: one.name), sorted(readers)
    try:
        yield
    finally:
        _replacement, _reader_replacement = before
