"""What `work` knows how to do: recurring jobs, single jobs and loops. Closed, typed, refuses duplicates."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Literal, TypeVar

from citybrain.base import clock
from citybrain.base.bus.discovery import import_all

F = TypeVar("F", bound=Callable[..., Any])
Step = Callable[[], bool]
Which = Literal["wall", "city"]
ROUND_LIMIT, RUN_LIMIT = timedelta(hours=1), timedelta(hours=6)


@dataclass(frozen=True)
class Every:
    """A job that comes round, by wall time or by city time."""

    name: str
    function: Callable[[], Any]
    period: timedelta
    by: Which
    limit: timedelta = ROUND_LIMIT

    def now(self) -> datetime:
        """The time by which this job comes round."""
        return clock.now() if self.by == "city" else clock.wall_now()


@dataclass(frozen=True)
class Single:
    """A job that is asked for by name, with arguments."""

    name: str
    function: Callable[..., Any]
    attempts: int
    limit: timedelta = RUN_LIMIT


@dataclass(frozen=True)
class Loop:
    """A step that `work` takes again and again in its main thread; true = it did something, come back at once."""

    name: str
    step: Step


@dataclass
class Registry:
    recurring: dict[str, Every] = field(default_factory=dict)
    single: dict[str, Single] = field(default_factory=dict)
    loops: dict[str, Loop] = field(default_factory=dict)

    def add(self, kind: dict[str, Any], entry: Every | Single | Loop, code: Callable[..., Any]) -> None:
        for group in (self.recurring, self.single, self.loops):
            there = group.get(entry.name)
            if there is not None and (there.step if isinstance(there, Loop) else there.function) is not code:
                raise ValueError(f"the job {entry.name} is registered twice")
        kind[entry.name] = entry


_registry = Registry()
_replacement: Registry | None = None


def every(
    *,
    name: str,
    seconds: float = 0,
    minutes: float = 0,
    hours: float = 0,
    by: Which = "wall",
    limit: timedelta = ROUND_LIMIT,
) -> Callable[[F], F]:
    """Run a function again and again, in a thread of `work`, never twice at once.

    With `by="city"` the period is city time: in a scaled city it comes round faster, in a replay as the clock is
    driven. Rounds that were missed are not made up for: it runs once. A round that takes longer than `limit` hangs:
    `work` notes it and starts itself anew, because a thread cannot be ended alone.
    """
    period = timedelta(seconds=seconds, minutes=minutes, hours=hours)
    if period <= timedelta(0):
        raise ValueError(f"the job {name} has no period")

    def register(function: F) -> F:
        _registry.add(_registry.recurring, Every(name, function, period, by, limit), function)
        return function

    return register


def job(*, name: str, attempts: int = 1, limit: timedelta = RUN_LIMIT) -> Callable[[F], F]:
    """Make a function available to `enqueue(name, …)`; it may take `progress`, see `jobs.running.Progress`. For
    `limit` see `every`.
    """

    def register(function: F) -> F:
        _registry.add(_registry.single, Single(name, function, attempts, limit), function)
        return function

    return register


def loop(name: str) -> Callable[[Step], Step]:
    """Let `work` call a step continuously in its main thread (for what cannot wait); short steps only."""

    def register(step: Step) -> Step:
        _registry.add(_registry.loops, Loop(name, step), step)
        return step

    return register


def registry() -> Registry:
    """Everything registered; imports every app's `jobs.py` first."""
    if _replacement is not None:
        return _replacement
    import_all("jobs")
    return _registry


@contextmanager
def only(wanted: Registry) -> Iterator[Registry]:
    """For tests: this registry and no other."""
    global _replacement
    before, _replacement = _replacement, wanted
    try:
        yield wanted
    finally:
        _replacement = before
