"""One committer: nobody is left waiting, whatever goes wrong."""

from __future__ import annotations

import asyncio
import errno
import os
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest

from citybrain.base.errors import CityError, NotSignedIn, TooMany, Unavailable
from citybrain.hubs.sensing.ingest import committer as committing
from citybrain.hubs.sensing.ingest import journal, known, segments, service
from citybrain.hubs.sensing.ingest.app import App
from citybrain.hubs.sensing.ingest.columns import Rows, join
from citybrain.hubs.sensing.ingest.committer import Committed, Committer
from citybrain.hubs.sensing.ingest.metrics import Metrics
from citybrain.hubs.sensing.ingest.room import Room
from citybrain.hubs.sensing.ingest.service import Service, Snapshots
from citybrain.hubs.sensing.ingest.store import Store
from tests.hubs.sensing.ingest.world import SECRET, told, write_snapshot

NEW = Committed()
Play = Callable[[Committer], Awaitable[None]]


def rows(count: int, *, begin: int = 0, value: float = 1.0) -> Rows:
    at = np.arange(begin + 1, begin + count + 1, dtype=np.int64) * 1_000_000
    return Rows(np.ones(count, np.int32), at, np.full(count, value), np.zeros(count, np.int8))


def play(data: Path, act: Play) -> Store:
    """Run a committer while `act` goes on, and stop it."""
    store = Store(data)

    async def run() -> None:
        committer = Committer(store, Metrics())
        task = asyncio.create_task(committer.run())
        await asyncio.wait_for(act(committer), 20)
        committer.stop()
        await asyncio.wait_for(task, 5)
        await committer.close()

    asyncio.run(run())
    return store


def stored(data: Path) -> int:
    return sum(batch.num_rows for _, path in segments.segments(data / "hot") for batch, _ in segments.read(path))


async def outcomes(*waiting: Awaitable[Committed]) -> list[Any]:
    return await asyncio.gather(*waiting, return_exceptions=True)


def full(*_: object) -> None:
    raise OSError(errno.ENOSPC, "No space left on device")


def test_batches_that_wait_together_are_synced_together(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    syncs: list[int] = []
    real = committing.Store.write
    monkeypatch.setattr(committing.Store, "write", lambda self, kept: (syncs.append(len(kept.rows)), real(self, kept)))

    async def act(committer: Committer) -> None:
        assert await outcomes(*(committer.submit(rows(10, begin=10 * n), 1) for n in range(20))) == [NEW] * 20

    play(data, act)
    assert syncs == [200]
    assert stored(data) == 200


def test_what_is_refused_is_told_to_its_sender_only(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(known, "MAX_CORRECTIONS", 2)
    corrections = [rows(1, value=float(value)) for value in range(5)]

    async def act(committer: Committer) -> None:
        found = await outcomes(committer.submit(join(corrections), 1), committer.submit(rows(3), 2))
        assert found == [Committed(refused=(3, 4)), Committed(duplicates=1)]

    play(data, act)
    assert stored(data) == 5


def test_a_failing_group_fails_all_its_waiters_and_leaves_nothing(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def act(committer: Committer) -> None:
        with monkeypatch.context() as patched:
            patched.setattr(segments.os, "fdatasync", full)
            found = await outcomes(*(committer.submit(rows(10, begin=10 * n), 1) for n in range(5)))
        assert [type(one) for one in found] == [Unavailable] * 5
        assert {one.code for one in found} == {"observation.disk_full"}
        assert "No space" in committer.trouble
        assert stored(data) == 0
        assert await committer.submit(rows(10), 1) == NEW
        assert committer.trouble == ""
        assert await committer.submit(rows(10), 1) == Committed(duplicates=10)

    play(data, act)
    assert stored(data) == 10


def test_a_half_written_group_is_cut_off(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The write stops in the middle, and even cutting it off fails at first: the segment stays readable."""
    real = segments.os.write

    def half(descriptor: int, view: memoryview) -> int:
        real(descriptor, view[: len(view) // 2])
        return full()  # type: ignore[func-returns-value]  # it raises

    async def act(committer: Committer) -> None:
        await committer.submit(rows(3), 1)
        with monkeypatch.context() as patched:
            patched.setattr(segments.os, "write", half)
            patched.setattr(segments.os, "ftruncate", full)
            assert isinstance((await outcomes(committer.submit(rows(5, begin=10), 1)))[0], Unavailable)
        await committer.submit(rows(7, begin=20), 1)

    store = play(data, act)
    assert stored(data) == 10
    assert [batch.num_rows for batch, _ in segments.read(store.segment.path)] == [3, 7]


def test_any_other_fault_is_told_too(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def act(committer: Committer) -> None:
        with monkeypatch.context() as patched:
            patched.setattr(Store, "decide", lambda *_: 1 / 0)
            (found,) = await outcomes(committer.submit(rows(1), 1))
        assert (found.code, found.data) == ("observation.not_stored", {"why": "division by zero"})
        assert await committer.submit(rows(1), 1) == NEW

    play(data, act)


def test_rules_that_fail_do_not_stop_the_store(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def act(committer: Committer) -> None:
        with monkeypatch.context() as patched:
            patched.setattr(type(committer.store.book), "apply", lambda *_: 1 / 0)
            assert await committer.submit(rows(2), 1) == NEW
        assert committer.store.rules_failed == 1
        assert await committer.submit(rows(2), 1) == Committed(duplicates=2)

    play(data, act)
    assert stored(data) == 2


def test_a_state_that_cannot_be_trusted_ends_the_process_and_the_senders_know(
    data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Stored, but not taken in: the yes is true, `run` raises, and whoever waits is told to come again."""
    store = Store(data)

    async def run() -> list[Any]:
        committer = Committer(store, Metrics())
        monkeypatch.setattr(Store, "apply", lambda *_: 1 / 0)
        task = asyncio.create_task(committer.run())
        first = asyncio.create_task(committer.submit(rows(2), 1))
        await asyncio.sleep(0.02)
        found = await outcomes(first, committer.submit(rows(2, begin=5), 1))
        with pytest.raises(ZeroDivisionError):
            await task
        committer.stop()
        await committer.close()
        return found

    first, second = asyncio.run(run())
    assert first == NEW
    assert second.code == "observation.stopping"
    monkeypatch.undo()
    again = Store(data)
    assert int(again.latest.at[1]) == 2_000_000
    again.close()


def test_a_full_queue_asks_to_come_again(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(committing, "QUEUE_ROWS", 100)
    monkeypatch.setattr(committing, "GATHER_SECONDS", 0.05)

    async def act(committer: Committer) -> None:
        found = await outcomes(*(committer.submit(rows(40, begin=40 * n), 1) for n in range(4)))
        assert found[:2] == [NEW, NEW]
        for refused in found[2:]:
            assert isinstance(refused, TooMany)
            assert (refused.status, refused.retry_after) == (429, 1)
        assert await committer.submit(rows(500, begin=1000), 1) == NEW  # a big batch alone is not refused for ever

    play(data, act)
    assert stored(data) == 80 + 500


def test_what_is_queued_is_stored_before_it_stops(data: Path) -> None:
    store = Store(data)

    async def run() -> tuple[list[Any], Any]:
        committer = Committer(store, Metrics())
        task = asyncio.create_task(committer.run())
        waiting = [asyncio.create_task(committer.submit(rows(10, begin=10 * n), 1)) for n in range(10)]
        await asyncio.sleep(0)
        committer.stop()
        (late,) = await outcomes(committer.submit(rows(1, begin=999), 1))
        await task
        await committer.close()
        return await outcomes(*waiting), late

    found, late = asyncio.run(run())
    assert found == [NEW] * 10
    assert isinstance(late, CityError)
    assert stored(data) == 100


def test_a_journal_that_cannot_be_written_keeps_its_lines(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Readings are stored and acknowledged; the alarm waits for room and then comes, once."""
    snapshots = Snapshots(data / "snapshot")
    snapshots.load(snapshots.changed())

    async def act(committer: Committer) -> None:
        assert snapshots.catalogue is not None
        committer.adopt(snapshots.catalogue, snapshots.rules)
        with monkeypatch.context() as patched:
            patched.setattr(type(committer.store.journal), "flush", full)
            assert await committer.submit(rows(1, value=500.0), 1) == NEW
            assert "journal" in committer.trouble
        assert told(data) == []
        committer.sweep()
        while committer.store.journal.pending:
            await asyncio.sleep(0.01)
        assert [entry.state for entry in told(data)] == ["firing"]

    play(data, act)
    assert [entry.state for entry in told(data)] == ["firing"]


def test_a_next_file_of_the_journal_that_cannot_be_opened_keeps_its_lines(
    data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They go into no other file that happens to get the number of the one before."""
    snapshots = Snapshots(data / "snapshot")
    snapshots.load(snapshots.changed())
    monkeypatch.setattr(journal, "FILE_SIZE", 1)
    real = os.open

    def broken(path: Any, *arguments: Any) -> int:
        if str(path).endswith("alarms-00000002.jsonl"):
            raise OSError(errno.EMFILE, "Too many open files")
        return real(path, *arguments)

    async def act(committer: Committer) -> None:
        assert snapshots.catalogue is not None
        committer.adopt(snapshots.catalogue, snapshots.rules)
        await committer.submit(rows(1, value=500.0), 1)
        with monkeypatch.context() as patched:
            patched.setattr(os, "open", broken)
            await committer.submit(rows(1, begin=1, value=5.0), 1)
            other = real(data / "other", os.O_RDWR | os.O_CREAT)
            assert "journal" in committer.trouble
            committer.sweep()
            await committer.submit(rows(1, begin=2, value=5.0), 1)
        os.close(other)
        committer.sweep()
        while committer.store.journal.pending:
            await asyncio.sleep(0.01)
        assert committer.trouble == ""

    play(data, act)
    assert [entry.state for entry in told(data)] == ["firing", "resolved"]
    assert len(journal.files(data / "journal")) == 2
    assert (data / "other").read_bytes() == b""


def test_a_fault_does_not_end_who_follows_the_snapshot_and_looks_for_silences(
    data: Path, clock: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody waits for these two: had they ended, a token would be good for ever after it was revoked."""
    faults: list[str] = []
    monkeypatch.setattr(service, "RETRY_SECONDS", 0.0)
    monkeypatch.setattr(service, "SWEEP_SECONDS", 0.0)
    monkeypatch.setattr(service, "POLL_SECONDS", 0.01)

    def fails_at_first(name: str, real: Callable[..., Any]) -> Callable[..., Any]:
        def wrapped(*given: Any) -> Any:
            if name not in faults:
                faults.append(name)
                raise RuntimeError(name)
            return real(*given)

        return wrapped

    async def act(committer: Committer) -> None:
        followed = Snapshots(data / "snapshot")
        followed.load(followed.changed())
        sense = Service(followed, committer, Metrics(), Room(data, 0))
        monkeypatch.setattr(service, "Keyring", fails_at_first("watch", service.Keyring))
        monkeypatch.setattr(committer, "sweep", fails_at_first("sweep", lambda: faults.append("swept")))
        tasks = [asyncio.create_task(sense.watch()), asyncio.create_task(sense.sweep())]
        sense.token(b"Bearer " + SECRET.encode())

        write_snapshot(data, tokens=[], version=2)
        while followed.keyring is None or followed.keyring.version != 2 or "swept" not in faults:
            await asyncio.sleep(0.01)

        with pytest.raises(NotSignedIn):
            sense.token(b"Bearer " + SECRET.encode())
        assert {"watch", "sweep"} <= set(faults)
        for task in tasks:
            task.cancel()

    play(data, act)


def test_segments_rotate_by_clock_where_it_runs_fast(data: Path, clock: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    from citybrain.hubs.sensing.ingest import store

    monkeypatch.setattr(store, "SEGMENT_LEAST_SECONDS", 0.0)

    async def act(committer: Committer) -> None:
        await committer.submit(rows(100), 1)
        clock.move(seconds=store.SEGMENT_CITY_SECONDS - 1)
        assert not committer.store.due_for_rotation()
        clock.move(seconds=2)
        assert committer.store.due_for_rotation()
        committer.sweep()
        while committer.store.due_for_rotation():
            await asyncio.sleep(0.01)
        clock.move(hours=1)
        assert not committer.store.due_for_rotation(), "an empty segment is left as it is"

    play(data, act)
    assert stored(data) == 100


def test_segments_rotate_by_size_and_the_checkpoint_follows(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from citybrain.hubs.sensing.ingest import checkpoint, store

    monkeypatch.setattr(store, "SEGMENT_BYTES", 2000)

    async def act(committer: Committer) -> None:
        for n in range(5):
            await committer.submit(rows(100, begin=100 * n), 1)
        while (meta := checkpoint.read_meta(data / "hot")) is None or meta.segment != committer.store.segment.number:
            committer.sweep()
            await asyncio.sleep(0.01)

    play(data, act)
    assert stored(data) == 500
    assert len(segments.segments(data / "hot")) > 1


def test_a_thing_that_the_committer_has_no_room_for_yet_has_no_readings(data: Path) -> None:
    """A new snapshot is asked by its readers at once; the committer takes it up when its turn comes."""
    write_snapshot(data, things=1500)
    scope = {"query_string": b"thing=air-1500"}
    headers = {b"authorization": f"Bearer {SECRET}".encode()}

    async def act(committer: Committer) -> None:
        snapshots = Snapshots(data / "snapshot")
        snapshots.load(snapshots.changed())
        app = App(Service(snapshots, committer, Metrics(), Room(data, 0)))
        answer = await app._latest(scope, headers, None, "en")
        assert set(msgspec.json.decode(answer.content)["properties"].values()) == {None}

    play(data, act)
