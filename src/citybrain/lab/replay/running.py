"""A whole replay: read, prepare, pour, wait, report. Broken off anywhere, run again, it goes on where it was."""

from __future__ import annotations

import signal
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from citybrain.base.errors import BadInput, Misconfigured
from citybrain.lab.replay.checking import open_tables
from citybrain.lab.replay.city import City, prepare
from citybrain.lab.replay.client import Client
from citybrain.lab.replay.documents import Document
from citybrain.lab.replay.mapping import ReadingsMapping, SignalsMapping, read_mapping
from citybrain.lab.replay.pace import Drivable, Pace
from citybrain.lab.replay.pouring import Pourer
from citybrain.lab.replay.progress import Progress, open_progress, source_hash
from citybrain.lab.replay.readings import Readings
from citybrain.lab.replay.reports.report import write_report
from citybrain.lab.replay.rows import Table
from citybrain.lab.replay.signals import Reports
from citybrain.lab.replay.things import Fill, read_things

TICK = timedelta(hours=6)
PACKS = Path(__file__).resolve().parents[2] / "sectors"


@dataclass(frozen=True)
class Order:
    """What was asked for on the command line. `speed` is city seconds a second; None is as fast as the city can."""

    files: tuple[Path, ...]
    mapping: Path
    data: Path
    speed: float | None = None
    limit: int | None = None
    report: Path | None = None
    url: str = ""
    sense_url: str = ""
    token: str = ""
    port: int = 0


@dataclass
class Source:
    """The files of a replay, read and in the order of time."""

    mapping: ReadingsMapping | SignalsMapping
    document: Document
    tables: Sequence[Table]
    stream: Readings | Reports
    drafts: list[dict[str, Any]]
    fill: Fill


Say = Callable[[str], None]


def read_source(order: Order) -> Source:
    """Read everything before anything is started. Raises BadInput with what is wrong, each with file and line."""
    mapping, document = read_mapping(order.mapping)
    tables = open_tables(mapping, document, order.files)
    folder = order.files[0].resolve().parent
    fill = Fill(file=order.files[0].resolve(), folder=folder, data=order.data, packs=PACKS)
    drafts: list[dict[str, Any]] = []
    stream: Readings | Reports
    if isinstance(mapping, ReadingsMapping):
        timed = set(mapping.time.named())
        names = [name for name in tables[0].columns if name not in timed] if mapping.each_column else []
        things = read_things(mapping.things, fill, names)
        drafts = things.drafts()
        stream = Readings(mapping, tables, things)
    else:
        stream = Reports(mapping, tables)
    if not len(stream):
        raise BadInput("replay.no_rows")
    return Source(mapping, document, tables, stream, drafts, fill)


def run_replay(order: Order, say: Say) -> dict[str, Any]:
    """Carry an order out; answers the report. KeyboardInterrupt leaves everything so that it can go on."""
    began = time.monotonic()
    source = read_source(order)
    say(f"{source.mapping.key}: {len(source.stream):,} rows to pour, "
        f"{source.stream.first:%Y-%m-%d %H:%M} to {source.stream.last:%Y-%m-%d %H:%M} UTC, "
        f"read in {time.monotonic() - began:.1f} s")  # fmt: skip
    folder = None if order.url else order.data / "replay"
    progress = open_progress(folder, source.mapping.key, source_hash(order.mapping, order.files, order.limit))
    with _terminated_like_interrupted():
        if order.url:
            return _pour_into_url(order, source, progress, say)
        return _pour_into_own_city(order, source, progress, say)


def _pour_into_url(order: Order, source: Source, progress: Progress, say: Say) -> dict[str, Any]:
    """A city that runs elsewhere: its clock is its own, so nothing is waited for."""
    if not order.token:
        raise Misconfigured("replay.token_missing")
    client = Client(order.url, order.token, sense_url=order.sense_url)
    return _pour(order, source, progress, client, None, say)


def _pour_into_own_city(order: Order, source: Source, progress: Progress, say: Say) -> dict[str, Any]:
    city = City(order.data, port=order.port, say=say)
    clock = city.declare_clock(source.stream.first)
    try:
        if not progress.is_prepared:
            prepare(city, [[source.fill(word) for word in words] for words in source.mapping.city])
            progress.is_prepared = True
            progress.save()
        token = city.token(f"replay-{source.mapping.key}")
        city.start()
        say(f"ready {city.url}")
        return _pour(order, source, progress, Client(city.url, token), clock, say)
    finally:
        city.stop()
        clock.close()


def _pour(
    order: Order, source: Source, progress: Progress, client: Client, clock: Drivable | None, say: Say
) -> dict[str, Any]:
    tick = source.mapping.tick or TICK
    pace = Pace(client, clock, speed=order.speed, tick=tick, say=say, senses=bool(source.drafts))
    try:
        _register(client, source, say)
        pace.settle()
        if progress.done:
            say(f"going on after {progress.done:%Y-%m-%d %H:%M} UTC")
        Pourer(client, pace, progress, say).pour(source.stream, limit=order.limit)
        report = write_report(order, source, progress, pace, client)
    finally:
        client.close()
    return report


def _register(client: Client, source: Source, say: Say) -> None:
    """Things are registered each time: whoever is there just so already stays."""
    if not source.drafts:
        return
    receipt = client.register_things(source.drafts)
    say(f"things: {receipt.accepted} registered, {receipt.duplicates} known, {len(receipt.rejected)} rejected")
    for one in receipt.rejected[:10]:
        say(f"  {source.drafts[one.index]['code']} {one.field}: {one.reason}")
    client.await_things(receipt.accepted + receipt.duplicates)


@contextmanager
def _terminated_like_interrupted() -> Iterator[None]:
    """SIGTERM ends a replay as Ctrl-C does: the progress is saved and the city stopped."""

    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
