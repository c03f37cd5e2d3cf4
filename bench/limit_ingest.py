"""The limit of `spine.py`: the bare loop of decoding, making columns, appending and syncing, in one process.

No HTTP, no token, no checks, no duplicates, no rules, no latest values. `python limit_ingest.py THINGS BODIES FOLDER`
prints readings per second. BODIES is a pickled list of JSON arrays.
"""

from __future__ import annotations

import os
import pickle
import sys
import time
from pathlib import Path

import msgspec
import numpy as np
import pyarrow as pa

TIME = pa.timestamp("us", tz="UTC")
SYNC_SECONDS = 0.005


class Observation(msgspec.Struct, gc=False):
    thing: str
    property: str
    at: str
    value: float
    quality: int = 0


decode = msgspec.json.Decoder(list[Observation]).decode


def columns(body: bytes, row_of: dict[str, int]) -> pa.RecordBatch:
    rows = decode(body)
    stream = np.fromiter(map(row_of.__getitem__, [row.thing for row in rows]), np.int32, len(rows))
    at = pa.array([row.at for row in rows], pa.string()).cast(TIME)
    value = np.array([row.value for row in rows], np.float64)
    quality = np.array([row.quality for row in rows], np.int8)
    return pa.RecordBatch.from_arrays([pa.array(stream), at, pa.array(value), pa.array(quality)], names=list("savq"))


def main(things: int, bodies: list[bytes], folder: Path) -> float:
    row_of = {f"air-{n:06d}": n for n in range(things)}
    descriptor = os.open(folder / "limit.arrow", os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_APPEND)
    count, began = 0, time.perf_counter()
    synced = began
    for body in bodies:
        batch = columns(body, row_of)
        os.write(descriptor, batch.serialize())
        count += batch.num_rows
        if time.perf_counter() - synced > SYNC_SECONDS:
            os.fdatasync(descriptor)
            synced = time.perf_counter()
    os.fdatasync(descriptor)
    return count / (time.perf_counter() - began)


if __name__ == "__main__":
    print(main(int(sys.argv[1]), pickle.loads(Path(sys.argv[2]).read_bytes()), Path(sys.argv[3])))
