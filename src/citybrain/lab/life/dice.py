"""Dice that remember nothing: with the same seed and numbers they always fall the same way, whoever throws when.

Everything that happens in the simulated city is a function of its seed and of city time, thrown with these.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
U64 = NDArray[np.uint64]
GOLDEN = np.uint64(0x9E3779B97F4A7C15)
FIRST, SECOND = np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB)


def _mixed(x: U64) -> U64:
    """The finaliser of SplitMix64 (Steele, Lea and Flood 2014)."""
    x = (x ^ (x >> np.uint64(30))) * FIRST
    x = (x ^ (x >> np.uint64(27))) * SECOND
    return np.asarray(x ^ (x >> np.uint64(31)), dtype=np.uint64)


def uniform(*keys: ArrayLike) -> Floats:
    """Numbers in [0, 1), one for each combination of keys (whole numbers, broadcast against each other)."""
    state: U64 = np.zeros(1, dtype=np.uint64)
    for key in keys:
        number = np.atleast_1d(np.asarray(key, dtype=np.int64)).astype(np.uint64)
        state = _mixed(state * GOLDEN + number + GOLDEN)
    return np.asarray((state >> np.uint64(11)).astype(np.float64) * 2.0**-53)


def bell(*keys: ArrayLike) -> Floats:
    """Numbers around 0 with variance 1, never beyond 3: the sum of three uniform ones."""
    return (uniform(*keys, 1) + uniform(*keys, 2) + uniform(*keys, 3) - 1.5) * 2.0


def drifting(seed: int, what: ArrayLike, at: Ints, period: int) -> Floats:
    """A value in [0, 1] that wanders smoothly, with a new aim every `period` seconds."""
    step = at // period
    share = (at - step * period) / period
    share = share * share * (3 - 2 * share)
    return np.asarray(uniform(seed, what, step) * (1 - share) + uniform(seed, what, step + 1) * share)
