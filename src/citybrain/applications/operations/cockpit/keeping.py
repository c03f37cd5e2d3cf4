"""What a process keeps of scenes that it drew, for others with the same reach who ask for the same moment."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

from citybrain.base import clock

T = TypeVar("T")


class Keeper(Generic[T]):
    """The last `most` things by key, each for `seconds` at most; who asks while one is being made waits for it."""

    def __init__(self, most: int, seconds: float):
        self.most, self.seconds = most, seconds
        self._lock = threading.Lock()
        self._things: OrderedDict[Hashable, tuple[float, T]] = OrderedDict()
        self._making: dict[Hashable, threading.Lock] = {}

    def get(self, key: Hashable, make: Callable[[], T]) -> T:
        held = self._find(key)
        if held is not None:
            return held[1]
        with self._lock:
            mine = self._making.setdefault(key, threading.Lock())
        with mine:
            held = self._find(key)
            if held is not None:
                return held[1]
            try:
                thing = make()
                self._put(key, thing)
            finally:
                with self._lock:
                    self._making.pop(key, None)
        return thing

    def clear(self) -> None:
        with self._lock:
            self._things.clear()

    def _find(self, key: Hashable) -> tuple[float, T] | None:
        with self._lock:
            held = self._things.get(key)
            if held is None or clock.monotonic() - held[0] >= self.seconds:
                return None
            self._things.move_to_end(key)
            return held

    def _put(self, key: Hashable, thing: T) -> None:
        with self._lock:
            self._things[key] = (clock.monotonic(), thing)
            self._things.move_to_end(key)
            while len(self._things) > self.most:
                self._things.popitem(last=False)
