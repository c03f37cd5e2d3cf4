"""Sorted keys of stored readings, by day: what a late reading is looked up in."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from citybrain.hubs.sensing.ingest.columns import DAY, Flags, Floats, Ints, Rows, Stored

DAY_BITS = 37  # microseconds of a day


def keys_of(rows: Rows, day: int) -> Ints:
    """One sortable number for (stream, time of the day)."""
    return (rows.stream.astype(np.int64) << DAY_BITS) | (rows.at - day * DAY)


@dataclass(slots=True)
class Run:
    """Readings of one day, sorted by key; corrections stand beside each other."""

    keys: Ints
    value: Floats
    quality: NDArray[np.int8]
    sequence: NDArray[np.int16]

    @classmethod
    def of(cls, rows: Rows, sequence: NDArray[np.int16], day: int) -> Run:
        keys = keys_of(rows, day)
        order = np.argsort(keys)
        return cls(keys[order], rows.value[order], rows.quality[order], sequence[order])

    def merged(self, other: Run) -> Run:
        keys = np.concatenate([self.keys, other.keys])
        order = np.argsort(keys, kind="stable")  # timsort: two sorted stretches are merged, not sorted
        value = np.concatenate([self.value, other.value])
        quality = np.concatenate([self.quality, other.quality])
        sequence = np.concatenate([self.sequence, other.sequence])
        return Run(keys[order], value[order], quality[order], sequence[order])

    def find(self, rows: Rows, day: int) -> tuple[NDArray[np.int16], Flags]:
        """For each row the highest sequence under its key (-1: none), and whether its value is among them."""
        keys = keys_of(rows, day)
        left = np.searchsorted(self.keys, keys, "left")
        right = np.searchsorted(self.keys, keys, "right")
        top, same = np.full(len(rows), -1, np.int16), np.zeros(len(rows), np.bool_)
        step, hit = 0, np.flatnonzero(right > left)
        while len(hit):
            place = left[hit] + step
            top[hit] = np.maximum(top[hit], self.sequence[place])
            same[hit] |= (self.value[place] == rows.value[hit]) & (self.quality[place] == rows.quality[hit])
            step += 1
            hit = hit[right[hit] - left[hit] > step]
        return top, same


class Runs:
    """Runs by day, merged so that there are only logarithmically many."""

    def __init__(self) -> None:
        self._by_day: dict[int, list[Run]] = {}

    def add(self, stored: Stored) -> None:
        days = stored.rows.at // DAY
        for day in np.unique(days):
            which = days == day
            runs = self._by_day.setdefault(int(day), [])
            runs.append(Run.of(stored.rows.take(which), stored.sequence[which], int(day)))
            while len(runs) > 1 and len(runs[-2].keys) <= 2 * len(runs[-1].keys):
                last = runs.pop()
                runs[-1] = runs[-1].merged(last)

    def of(self, day: int) -> Iterator[Run]:
        return iter(self._by_day.get(day, ()))
