"""What the lake already holds of a day, for readings that come so late that their hot segment has moved."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from deltalake import DeltaTable

from citybrain.base import clock
from citybrain.hubs.sensing.ingest.columns import NEVER, Ints, Rows, Streams
from citybrain.hubs.sensing.ingest.runs import Run

APPLICATION = "sense"  # under which a commit to the table says the last segment that it holds
COLUMNS = ["stream", "at", "value", "quality", "sequence"]
WHOLE_DAY_ROWS = 2_000_000  # a bigger day is read for the streams asked for, each time
CACHE_ROWS = 6_000_000


def day_name(day: int) -> str:
    """The partition of a day number (days since 1970): `2026-03-02`."""
    return (clock.EPOCH + timedelta(days=day)).date().isoformat()


class LakeKeys:
    """Keys of the Delta table, a day at a time, cached until the day's files change."""

    def __init__(self, table: Path):
        self.path = table
        self._table: DeltaTable | None = None
        self._cache: OrderedDict[int, tuple[tuple[str, ...], Run]] = OrderedDict()

    def _opened(self) -> DeltaTable | None:
        """The table at its newest version; None while there is none."""
        if self._table is None:
            if not (self.path / "_delta_log").is_dir() or not DeltaTable.is_deltatable(str(self.path)):
                return None
            self._table = DeltaTable(str(self.path))
        else:
            self._table.update_incremental()
        return self._table

    def last_segment(self) -> int:
        """The number of the last segment that the table holds; 0 while there is none."""
        table = self._opened()
        return (table.transaction_version(APPLICATION) or 0) if table is not None else 0

    def runs(self, day: int, streams: Streams) -> Iterator[Run]:
        table = self._opened()
        if table is None:
            return
        files = tuple(sorted(table.file_uris(file_pruning_predicate=[("day", "=", day_name(day))])))
        if not files:
            return
        cached = self._cache.get(day)
        if cached is None or cached[0] != files:
            if sum(pq.read_metadata(file).num_rows for file in files) > WHOLE_DAY_ROWS:
                yield self._read(files, day, streams)
                return
            self._remember(day, files, self._read(files, day, None))
        self._cache.move_to_end(day)
        yield self._cache[day][1]

    def _read(self, files: tuple[str, ...], day: int, streams: Streams | None) -> Run:
        wanted = None if streams is None else pc.field("stream").isin(pa.array(np.unique(streams)))
        found = [pq.read_table(file, columns=COLUMNS, filters=wanted, partitioning=None) for file in files]
        table = pa.concat_tables(found).combine_chunks()
        at = table.column("at").cast(pa.timestamp("us", tz="UTC")).cast(pa.int64()).to_numpy()
        rows = Rows(
            table.column("stream").to_numpy(),
            at,
            table.column("value").to_numpy(),
            table.column("quality").to_numpy(),
        )
        return Run.of(rows, table.column("sequence").to_numpy(), day)

    def _remember(self, day: int, files: tuple[str, ...], run: Run) -> None:
        self._cache[day] = (files, run)
        while len(self._cache) > 1 and sum(len(run.keys) for _, run in self._cache.values()) > CACHE_ROWS:
            self._cache.popitem(last=False)

    def high_water(self, size: int) -> Ints:
        """The latest event time by stream id over the whole table: for a start without a checkpoint."""
        high = np.full(size, NEVER, np.int64)
        table = self._opened()
        for file in table.file_uris() if table is not None else ():
            read = pq.read_table(file, columns=["stream", "at"], partitioning=None)
            stream = read.column("stream").to_numpy()
            at = read.column("at").cast(pa.timestamp("us", tz="UTC")).cast(pa.int64()).to_numpy()
            if len(stream) and int(stream.max()) >= len(high):
                high = np.concatenate([high, np.full(int(stream.max()) + 1 - len(high), NEVER, np.int64)])
            np.maximum.at(high, stream, at)
        return high
