"""Readings as columns: what travels between the doors, the store and the rules of `sense`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Streams = NDArray[np.int32]
Floats = NDArray[np.float64]
Bytes = NDArray[np.int8]
Flags = NDArray[np.bool_]

TIME = pa.timestamp("us", tz="UTC")
SCHEMA = pa.schema(
    [
        ("stream", pa.int32()),
        ("at", TIME),
        ("value", pa.float64()),
        ("quality", pa.int8()),
        ("sequence", pa.int16()),
        ("recorded_at", TIME),
        ("token", pa.int32()),
    ]
)
SECOND = 1_000_000
DAY = 86_400 * SECOND
LIVE_PAST = 7 * DAY  # no live sender may be later than this
NEVER = -(2**63)  # a time before every time


@dataclass(slots=True)
class Rows:
    """Readings in arrival order: stream id, event time in microseconds since 1970, value, quality (0 = good)."""

    stream: Streams
    at: Ints
    value: Floats
    quality: Bytes

    def __len__(self) -> int:
        return len(self.stream)

    def take(self, which: Flags | Ints) -> Rows:
        return Rows(self.stream[which], self.at[which], self.value[which], self.quality[which])


def join(parts: Sequence[Rows]) -> Rows:
    if len(parts) == 1:
        return parts[0]
    return Rows(
        np.concatenate([p.stream for p in parts]),
        np.concatenate([p.at for p in parts]),
        np.concatenate([p.value for p in parts]),
        np.concatenate([p.quality for p in parts]),
    )


@dataclass(slots=True)
class Stored:
    """Readings as they are kept: with the sequence of corrections (0 = the first) and the token that sent them."""

    rows: Rows
    sequence: NDArray[np.int16]
    token: NDArray[np.int32]
    recorded_at: int

    def batch(self) -> pa.RecordBatch:
        n = len(self.rows)
        recorded = pa.array(np.full(n, self.recorded_at, np.int64)).view(TIME)
        columns = [
            pa.array(self.rows.stream),
            pa.array(self.rows.at).view(TIME),
            pa.array(self.rows.value),
            pa.array(self.rows.quality),
            pa.array(self.sequence),
            recorded,
            pa.array(self.token),
        ]
        return pa.RecordBatch.from_arrays(columns, schema=SCHEMA)

    @classmethod
    def of(cls, batch: pa.RecordBatch) -> Stored:
        """The columns of a batch that `batch()` made; all of one group were recorded at one moment."""
        rows = Rows(
            batch.column("stream").to_numpy(),
            batch.column("at").view(pa.int64()).to_numpy(),
            batch.column("value").to_numpy(),
            batch.column("quality").to_numpy(),
        )
        recorded = batch.column("recorded_at").view(pa.int64())
        return cls(rows, batch.column("sequence").to_numpy(), batch.column("token").to_numpy(), recorded[0].as_py())
