"""From many names to their numbers at once.

A dictionary of 100,000 names misses the processor's caches several times for every lookup, one after the other; that
was the dearest step of the whole path. Here the names of a batch are hashed and compared as 64-bit words by array
operations, whose misses overlap. The result is exact: all words and the length are compared.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

Words = NDArray[np.uint64]
MULTIPLIER = np.uint64(0x9E3779B97F4A7C15)
MASKS = np.array([(1 << (8 * n)) - 1 for n in range(8)] + [2**64 - 1], np.uint64)  # the first n bytes of a word
SPARE = 4  # places in the table for each name: nearly every name is found at the first try


class Names:
    def __init__(self, names: Sequence[str]):
        lengths, words = _words(pa.array(names, pa.string()))
        self._lengths = np.append(lengths, -1)  # the last row is nobody
        self._words = [np.append(column, np.uint64(0)) for column in words]
        bits = max(4, (SPARE * len(names)).bit_length())
        self._shift, self._last = np.uint64(64 - bits), (1 << bits) - 1
        self._table = np.full(1 << bits, len(names), np.int32)
        self._fill(self._hash(lengths, words))

    def _hash(self, lengths: NDArray[np.int64], words: list[Words]) -> NDArray[np.int64]:
        """The same for a name whatever other names are hashed with it: words of zeros add nothing."""
        mixed = lengths.astype(np.uint64)
        for place, column in enumerate(words):
            mixed += column * (MULTIPLIER + np.uint64(2 * place))
        mixed ^= mixed >> np.uint64(29)
        return ((mixed * MULTIPLIER) >> self._shift).astype(np.int64)

    def _fill(self, place: NDArray[np.int64]) -> None:
        """Put each name at its place or the next free one after it."""
        nobody, rows = len(place), np.arange(len(place), dtype=np.int32)
        while len(rows):
            free = self._table[place] == nobody
            self._table[place[free]] = rows[free]  # of several that want one place the last gets it
            left = self._table[place] != rows
            rows, place = rows[left], (place[left] + 1) & self._last

    def rows(self, names: Sequence[str]) -> NDArray[np.int32]:
        """The number of each name; -1 where it is not known."""
        lengths, words = _words(pa.array(names, pa.string()))
        place = self._hash(lengths, words)
        found = self._table.take(place)
        open_ = np.flatnonzero(~self._same(found, lengths, words))
        while len(open_):
            place[open_] = (place[open_] + 1) & self._last
            nobody = found[open_] == len(self._lengths) - 1
            found[open_[nobody]] = -1
            open_ = open_[~nobody]
            found[open_] = self._table.take(place[open_])
            same = self._same(found[open_], lengths[open_], [column[open_] for column in words])
            open_ = open_[~same]
        return found

    def _same(self, rows: NDArray[np.int32], lengths: NDArray[np.int64], words: list[Words]) -> NDArray[np.bool_]:
        same: NDArray[np.bool_] = self._lengths.take(rows) == lengths
        for column, own in zip(words, self._words, strict=False):
            same &= own.take(rows) == column
        return same


def _words(names: pa.StringArray) -> tuple[NDArray[np.int64], list[Words]]:
    """The length of each name in bytes, and its bytes as little-endian words, padded with zeros."""
    if not len(names):
        return np.zeros(0, np.int64), []
    _, offsets, data = names.buffers()
    edges = np.frombuffer(offsets, np.int32)[: len(names) + 1].astype(np.int64)
    text = np.zeros(int(edges[-1]) + 8, np.uint8)
    text[: edges[-1]] = np.frombuffer(data, np.uint8)[: edges[-1]] if edges[-1] else 0
    anywhere = np.ndarray((len(text) - 7,), np.uint64, buffer=text, strides=(1,))  # a word from any byte on
    start, lengths = edges[:-1], np.diff(edges)
    words: list[Words] = []
    for begin in range(0, int(lengths.max()), 8):
        left = np.clip(lengths - begin, 0, 8)
        word = anywhere[np.minimum(start + begin, len(anywhere) - 1)]
        words.append(word & MASKS.take(left))
    return lengths, words
