"""What a process keeps of the tiles it drew: the last used ones, up to a number of bytes."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

from citybrain.base import clock

T = TypeVar("T")


class Kept(Generic[T]):
    """Things by key, the longest unused thrown away when they weigh more than `limit`; each for `seconds` at most.

    Two requests that miss at the same moment may both make the thing: they make the same one.
    """

    def __init__(self, limit: int, weigh: Callable[[T], int], seconds: float | None = None):
        self.limit, self.weigh, self.seconds = limit, weigh, seconds
        self._lock = threading.Lock()
        self._things: OrderedDict[Hashable, tuple[T, float]] = OrderedDict()
        self._weight = 0

    def get(self, key: Hashable, make: Callable[[], T]) -> T:
        now = clock.monotonic()
        with self._lock:
            held = self._things.get(key)
            if held is not None and (self.seconds is None or now - held[1] < self.seconds):
                self._things.move_to_end(key)
                return held[0]
        thing = make()
        with self._lock:
            self._drop(key)
            self._things[key] = (thing, now)
            self._weight += self.weigh(thing)
            while self._weight > self.limit and len(self._things) > 1:
                self._drop(next(iter(self._things)))
        return thing

    def clear(self) -> None:
        with self._lock:
            self._things.clear()
            self._weight = 0

    def _drop(self, key: Hashable) -> None:
        held = self._things.pop(key, None)
        if held is not None:
            self._weight -= self.weigh(held[0])
