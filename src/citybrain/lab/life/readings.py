"""The stream of readings: NDJSON lines in the order of time, the same bytes for the same seed and city time.

However the time is cut into pieces, the pieces joined are the same stream.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from citybrain.lab.life.dice import Ints
from citybrain.lab.life.faults import DRIFTING, SILENT, STUCK, faults_at
from citybrain.lab.life.happenings import HAPPENINGS, happenings, lamps, regular
from citybrain.lab.life.sensors import MODELS, Asked, Property
from citybrain.lab.life.weather import Weather
from citybrain.lab.life.world import Devices, World

DRIFT = 0.6  # of the value, at the end of a fault
FLAGS = {"drainage.manhole_cover": "open", "fire.smoke_detector": "smoke", "lighting.lamp_controller": "dark"}


@dataclass(frozen=True)
class Piece:
    """Readings of one property: device, moment, value as text."""

    property: str
    is_flag: bool
    device: Ints
    at: Ints
    texts: list[str]


@dataclass(frozen=True)
class Lines:
    """Readings as they are sent: numbers and yes/no apart, because the straight way is for numbers only."""

    numbers: list[str]
    flags: list[str]
    all: list[str]
    number_times: Ints
    flag_times: Ints

    def cut(self, after: int, until: int) -> tuple[list[str], list[str]]:
        """Numbers and flags after a moment and up to another."""
        return _within(self.numbers, self.number_times, after, until), _within(
            self.flags, self.flag_times, after, until
        )


class Readings:
    """Everything that the devices of a world report."""

    def __init__(self, world: World):
        self.world = world
        self.weather = Weather(world.seed)
        self._heads = {
            (name, number): f'{{"thing":"{code}","property":"{name}","at":"'
            for model, devices in world.devices.items()
            for name in [*(one.name for one in MODELS.get(model, ())), *([FLAGS[model]] if model in FLAGS else [])]
            for number, code in zip(devices.number.tolist(), devices.codes, strict=True)
        }

    def between(self, after: int, until: int) -> Lines:
        """Every reading after a moment and up to another (seconds since 1970)."""
        pieces: list[Piece] = []
        for model, devices in self.world.devices.items():
            pieces += [self._measured(devices, one, after, until) for one in MODELS.get(model, ())]
            if model in FLAGS:
                pieces.append(self._flags(model, devices, after, until))
        return self._written([piece for piece in pieces if len(piece.at)])

    def _measured(self, devices: Devices, wanted: Property, after: int, until: int) -> Piece:
        which, at = regular(np.arange(len(devices.number)), devices.nature, wanted.period, after, until)
        device, nature = devices.number[which], devices.nature[which]
        kind, since, share = faults_at(self.world.seed, device, at)
        there = kind != SILENT
        device, nature, at = device[there], nature[there], at[there]
        kind, since, share = kind[there], since[there], share[there]
        meant = np.where(kind == STUCK, since.astype(np.int64), at)
        value = wanted.measure(Asked(self.world.seed, device, nature, meant, self.weather))
        value = value * np.where(kind == DRIFTING, 1 + DRIFT * share, 1.0)
        value = np.clip(value, wanted.least, wanted.most)
        form = f"%.{wanted.decimals}f"
        return Piece(wanted.name, False, device, at, [form % one for one in (value + 0.0).tolist()])

    def _flags(self, model: str, devices: Devices, after: int, until: int) -> Piece:
        seed, name = self.world.seed, FLAGS[model]
        if model in HAPPENINGS:
            kind = 400 + list(HAPPENINGS).index(model)
            device, at, value = happenings(
                HAPPENINGS[model], seed, kind, devices.number, devices.nature, after, until
            )  # fmt: skip
        else:
            device, at, value = lamps(seed, devices.number, devices.nature, self.weather, after, until)
        there = (faults_at(seed, device, at)[0] != SILENT) | (value > 0)
        device, at, value = device[there], at[there], value[there]
        return Piece(name, True, device, at, ["true" if one else "false" for one in (value > 0).tolist()])

    def _written(self, pieces: list[Piece]) -> Lines:
        if not pieces:
            nothing = np.zeros(0, dtype=np.int64)
            return Lines([], [], [], nothing, nothing)
        at = np.concatenate([piece.at for piece in pieces])
        device = np.concatenate([piece.device for piece in pieces])
        which = np.repeat(np.arange(len(pieces)), [len(piece.at) for piece in pieces])
        lines: list[str] = []
        times = _times(at)
        start = 0
        for piece in pieces:
            n, name, heads = len(piece.at), piece.property, self._heads
            stamps = times[start : start + n]
            lines += [
                f'{heads[name, number]}{stamp}","value":{text}}}'
                for number, stamp, text in zip(piece.device.tolist(), stamps, piece.texts, strict=True)
            ]
            start += n
        names = np.array([piece.property for piece in pieces])
        rank = np.argsort(np.argsort(names, kind="stable"), kind="stable")[which]
        order = np.lexsort((rank, device, at))
        is_flag = np.array([piece.is_flag for piece in pieces])[which][order]
        ordered = [lines[one] for one in order.tolist()]
        flags = [ordered[one] for one in np.flatnonzero(is_flag).tolist()]
        numbers = [ordered[one] for one in np.flatnonzero(~is_flag).tolist()]
        return Lines(numbers, flags, ordered, at[order][~is_flag], at[order][is_flag])


def _within(lines: list[str], times: Ints, after: int, until: int) -> list[str]:
    first, last = np.searchsorted(times, [after, until], side="right").tolist()
    return lines[first:last]


def _times(at: Ints) -> list[str]:
    """ISO 8601 in UTC; equal moments are written once."""
    moments, back = np.unique(at, return_inverse=True)
    texts = np.datetime_as_string(moments.astype("datetime64[s]"), timezone="UTC").tolist()
    return [texts[one] for one in back.tolist()]
