"""What `sense` may know, published as three files: DIR/snapshot/{tokens,things,rules}.json.

Each is replaced atomically, with a version that only grows, and only when its content changed. Tokens are looked at
again every few seconds even without a message, because some end by themselves.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import msgspec
from django.conf import settings
from django.db import connection, transaction
from django.db.models import F

from citybrain.base import clock
from citybrain.base.accounts.queries import tokens_with
from citybrain.base.conditions import dump
from citybrain.base.querying.moment import one_moment
from citybrain.hubs.sensing.alarms.models import AlarmRule
from citybrain.hubs.sensing.things.models import Snapshot, Thing, ThingModel

SENDING = "observation.write"
LOOK_AT_TOKENS_SECONDS = 5.0
LOOK_AT_TABLE_SECONDS = 1.0
TABLES: dict[str, dict[str, str]] = {
    "sqlite": {
        "things": """
            SELECT group_concat(row) FROM (
                SELECT json_array(t.id, t.code, m.key, t.region_path, t.organisation_path) AS row
                FROM things_thing t JOIN things_thingmodel m ON m.id = t.model_id
                WHERE t.state = %s ORDER BY t.id) AS rows""",
        "streams": """
            SELECT group_concat(row) FROM (
                SELECT '[' || s.id || ',' || s.thing_id || ',"' || s.property || '"]' AS row
                FROM things_stream s JOIN things_thing t ON t.id = s.thing_id
                WHERE t.state = %s ORDER BY s.id) AS rows""",
    },
    "postgresql": {
        "things": """
            SELECT string_agg(row, ',') FROM (
                SELECT json_build_array(t.id, t.code, m.key, t.region_path, t.organisation_path)::text AS row
                FROM things_thing t JOIN things_thingmodel m ON m.id = t.model_id
                WHERE t.state = %s ORDER BY t.id) AS rows""",
        "streams": """
            SELECT string_agg(row, ',') FROM (
                SELECT '[' || s.id || ',' || s.thing_id || ',"' || s.property || '"]' AS row
                FROM things_stream s JOIN things_thing t ON t.id = s.thing_id
                WHERE t.state = %s ORDER BY s.id) AS rows""",
    },
}
"""The database writes the JSON of many rows itself: a million streams in a second, without the interpreter's lock."""


def tokens_body() -> bytes:
    tokens = [
        {"id": token.id, "hash": token.hash, "mode": token.mode, "scope": dump(token.condition)}
        for token in tokens_with(SENDING)
    ]
    return b'"tokens":' + msgspec.json.encode(tokens)


def things_body() -> bytes:
    models = {model.key: {"properties": _properties(model)} for model in ThingModel.objects.order_by("key")}
    queries = TABLES[connection.vendor]
    with connection.cursor() as cursor:
        lists = []
        for name in ("things", "streams"):
            cursor.execute(queries[name], [Thing.State.ACTIVE])
            row = cursor.fetchone()
            lists.append(f'"{name}":[{(row[0] if row else None) or ""}]'.encode())
    return b",".join([b'"models":' + msgspec.json.encode(models), *lists])


def _properties(model: ThingModel) -> dict[str, dict[str, object]]:
    wanted = ("type", "unit", "min", "max", "values")
    return {
        name: {word: declared[word] for word in wanted if declared.get(word) is not None}
        for name, declared in model.properties.items()
    }


def rules_body() -> bytes:
    rows = AlarmRule.objects.select_related("model").filter(enabled=True, retired_at=None).order_by("pk")
    return b'"rules":' + msgspec.json.encode([_rule(row) for row in rows if row.property in row.model.properties])


def _rule(row: AlarmRule) -> dict[str, object]:
    rule: dict[str, object] = {
        "key": row.key, "id": row.pk, "model": row.model.key, "property": row.property, "kind": row.kind,
    }  # fmt: skip
    if row.kind == AlarmRule.Kind.SILENCE:
        rule["after_seconds"] = row.after_seconds
    else:
        names = ("op", "raise_at", "clear_at", "for_seconds", "clear_for_seconds")
        rule |= {name: getattr(row, name) for name in names}
    return {**rule, "things": row.things} if row.things else rule


BODIES: dict[str, Callable[[], bytes]] = {"tokens": tokens_body, "things": things_body, "rules": rules_body}


def want_snapshot(name: str) -> None:
    """Say that a file is out of date, in the caller's transaction."""
    if not Snapshot.objects.filter(name=name).update(wanted=F("wanted") + 1):
        Snapshot.objects.get_or_create(name=name)
    transaction.on_commit(lambda: _hints.add(name))


def publish_snapshot(*, force: bool = False, also: Iterable[str] = (), folder: Path | None = None) -> list[str]:
    """Write every file that is out of date, and those of `also` (with `force`, all); returns which of them changed."""
    folder = folder or snapshot_folder()
    known = {row.name: row.published >= row.wanted for row in Snapshot.objects.all()}

    def stands(name: str) -> bool:
        return known.get(name, False) and (folder / f"{name}.json").exists()

    wanted = [name for name in BODIES if force or name in also or not stands(name)]
    return [name for name in wanted if _publish(name, folder)]


def snapshot_folder() -> Path:
    return Path(settings.DATA_DIR) / "snapshot"


def waiting_snapshots() -> int:
    """How many of the files are out of date."""
    return Snapshot.objects.filter(published__lt=F("wanted")).count()


def _publish(name: str, folder: Path) -> bool:
    """Write one file if its content changed. What is wanted is read before the content: a later change stays wanted."""
    row, _ = Snapshot.objects.get_or_create(name=name)
    with one_moment():
        body = BODIES[name]()
    path = folder / f"{name}.json"
    version, old = _read(path)
    changed = body != old
    if changed:
        version = max(version + 1, row.wanted)
        _write(path, b'{"version":%d,%b}' % (version, body))
    Snapshot.objects.filter(name=name, published__lt=row.wanted).update(published=row.wanted)
    return changed


def _read(path: Path) -> tuple[int, bytes]:
    """Version and content of a file that stands; (0, b"") when there is none that can be read."""
    try:
        data = path.read_bytes()
        head, _, body = data.partition(b",")
        return int(head.removeprefix(b'{"version":')), body.removesuffix(b"}")
    except (OSError, ValueError):
        return 0, b""


def _write(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f"{path.name}.{os.getpid()}.part")
    with part.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    part.replace(path)


class Publisher:
    """The loop's memory: begins with everything, then follows hints; writes in a thread, so that nobody waits."""

    def __init__(self) -> None:
        self._thread = ThreadPoolExecutor(1, "snapshot")
        self._running: Future[list[str]] | None = None
        self._looked_at = float("-inf")
        self._tokens_at = float("-inf")
        self._began = False

    def step(self) -> bool:
        """Start writing when something is out of date; true when something has just been written."""
        if self._running is not None:
            if not self._running.done():
                return False
            done, self._running = self._running, None
            return bool(done.result())
        also = self._also(clock.monotonic())
        if also or self._is_due(clock.monotonic()):
            _hints.clear()
            self._running = self._thread.submit(lambda: publish_snapshot(also=also))
        return False

    def _also(self, now: float) -> tuple[str, ...]:
        """Everything at the start, and tokens every few seconds: some of them end without anybody doing anything."""
        if not self._began:
            self._began, self._tokens_at = True, now
            return tuple(BODIES)
        if now - self._tokens_at < LOOK_AT_TOKENS_SECONDS:
            return ()
        self._tokens_at = now
        return ("tokens",)

    def _is_due(self, now: float) -> bool:
        if _hints:
            return True
        if now - self._looked_at < LOOK_AT_TABLE_SECONDS:
            return False
        self._looked_at = now
        return waiting_snapshots() > 0


_hints: set[str] = set()
