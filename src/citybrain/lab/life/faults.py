"""Devices that fail: fall silent, stand still at one value, or drift away from the truth."""

from __future__ import annotations

import numpy as np

from citybrain.lab.life.dice import Floats, Ints, uniform
from citybrain.lab.life.weather import DAY

BLOCK = 4 * DAY
FAULT = 201
WELL, SILENT, STUCK, DRIFTING = 0, 1, 2, 3
CHANCES = (0.004, 0.007, 0.010)  # in each block of four days, added up


def faults_at(seed: int, device: Ints, at: Ints) -> tuple[Ints, Floats, Floats]:
    """What is wrong with each device at each moment, since when, and what share of the fault is over."""
    block = at // BLOCK
    dice = uniform(seed, FAULT, device, block, 1)
    kind = np.searchsorted(CHANCES, dice, side="right") + 1
    kind = np.where(kind > DRIFTING, WELL, kind)
    start = block * BLOCK + uniform(seed, FAULT, device, block, 2) * BLOCK * 0.6
    length = 3 * 3_600 + uniform(seed, FAULT, device, block, 3) ** 2 * 33 * 3_600
    share = (at - start) / length
    is_now = (share >= 0) & (share < 1)
    return np.where(is_now, kind, WELL), np.floor(start), np.clip(share, 0, 1)
