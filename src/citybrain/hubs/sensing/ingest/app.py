"""The HTTP door of `sense`: raw ASGI.

POST /observations   a JSON array or NDJSON; answered after the sync
GET  /latest?thing=  the latest reading of each property of a thing
GET  /health         whether readings can be taken; GET /metrics for Prometheus
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs

import msgspec

from citybrain.base import clock
from citybrain.base.errors import BadInput, CityError, FieldError, NotFound, TooMany
from citybrain.hubs.sensing.ingest.body import LIMIT, Disconnected, read_body
from citybrain.hubs.sensing.ingest.catalogue import Catalogue
from citybrain.hubs.sensing.ingest.columns import NEVER
from citybrain.hubs.sensing.ingest.journal import iso
from citybrain.hubs.sensing.ingest.service import Service
from citybrain.hubs.sensing.ingest.snapshot import Token

log = logging.getLogger("citybrain.sense")
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
JSON, PROBLEM, TEXT = b"application/json", b"application/problem+json", b"text/plain; version=0.0.4; charset=utf-8"
NDJSON = b"application/x-ndjson"
OPEN_BYTES = 256 * 1024 * 1024  # of bodies on their way in; more are asked to come again
UNDECLARED = 1024 * 1024  # a body that does not say its length is reckoned with this


class MethodNotAllowed(CityError):
    status = 405


class BrokenBody(BadInput):
    status = 400


@dataclass
class Answer:
    status: int
    content: bytes
    kind: bytes = JSON
    retry_after: float | None = None


class App:
    def __init__(self, service: Service):
        self.service = service
        self._open_bytes = 0
        self._pages = {
            "/observations": ("POST", self._observations),
            "/latest": ("GET", self._latest),
            "/health": ("GET", self._health),
            "/metrics": ("GET", self._metrics),
        }

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        headers = dict(scope["headers"])
        language = preferred_language(headers.get(b"accept-language", b""))
        try:
            answer = await self._answer(scope, headers, receive, language)
        except Disconnected:
            return
        except CityError as error:
            self.service.metrics.refused.labels(error.code).inc()
            answer = problem(error, language)
        except Exception:
            log.exception("%s %s", scope["method"], scope["path"])
            answer = problem(CityError("internal", reference="sense.log"), language)
        await _send(send, answer)

    async def _answer(self, scope: Message, headers: dict[bytes, bytes], receive: Receive, language: str) -> Answer:
        path, method = scope["path"], scope["method"]
        if path not in self._pages:
            raise NotFound("observation.no_such_page", path=path)
        allowed, page = self._pages[path]
        if method != allowed:
            raise MethodNotAllowed("observation.method", path=path, method=method, allowed=allowed)
        return await page(scope, headers, receive, language)

    async def _observations(
        self, scope: Message, headers: dict[bytes, bytes], receive: Receive, language: str
    ) -> Answer:
        token = self.service.token(headers.get(b"authorization", b""))
        declared = headers.get(b"content-length", b"")
        size = min(int(declared), LIMIT) if declared.isdigit() else UNDECLARED
        if self._open_bytes and self._open_bytes + size > OPEN_BYTES:
            raise TooMany("observation.busy", retry_after=1, seconds=1)
        self._open_bytes += size
        try:
            return await self._take(headers, receive, token, language)
        finally:
            self._open_bytes -= size

    async def _take(self, headers: dict[bytes, bytes], receive: Receive, token: Token, language: str) -> Answer:
        try:
            body = await read_body(headers, receive)
            lines = is_lines(headers.get(b"content-type", b""), body)
            taken = await self.service.take(body, token, lines=lines)
        except BadInput as error:
            raise BrokenBody(error.code, **error.data) from error
        return Answer(200, msgspec.json.encode(taken.document(language)))

    async def _latest(self, scope: Message, headers: dict[bytes, bytes], receive: Receive, language: str) -> Answer:
        token = self.service.token(headers.get(b"authorization", b""))
        given = parse_qs(scope["query_string"].decode("latin-1")).get("thing", [""])[0]
        if not given:
            raise BadInput("input.invalid", fields=(FieldError("thing", "input.required"),))
        catalogue = self.service.catalogue
        visible = catalogue.scope_of(token)
        found = catalogue.streams_of(given) if given in catalogue.thing_row else []
        found = [stream for stream in found if visible is None or visible[stream.id]]
        if not found:
            raise NotFound("observation.unknown_thing", thing=given)
        latest = self.service.committer.store.latest
        properties = {stream.property: reading_of(latest.record(stream.id), stream.id, catalogue) for stream in found}
        return Answer(200, msgspec.json.encode({"thing": given, "properties": properties}))

    async def _health(self, scope: Message, headers: dict[bytes, bytes], receive: Receive, language: str) -> Answer:
        service = self.service
        store, snapshots = service.committer.store, service.snapshots
        trouble = "; ".join(filter(None, (service.committer.trouble, service.room.trouble)))
        if snapshots.keyring is None or snapshots.catalogue is None:
            trouble = trouble or "no snapshot of tokens and things yet"
        if store.rules_failed:
            trouble = trouble or f"the rules failed on {store.rules_failed} groups"
        document = {
            "status": "degraded" if trouble else "ok",
            "trouble": trouble,
            "segment": store.segment.number,
            "journal_seq": store.journal.seq,
            "things": len(snapshots.catalogue.codes) if snapshots.catalogue else 0,
            "queued": service.committer.queued,
            "journal_pending": store.journal.pending,
            "city_time": clock.now().isoformat(),
            "swept_to": iso(store.swept_to) if store.swept_to != NEVER and not store.journal.pending else None,
        }
        return Answer(503 if trouble else 200, msgspec.json.encode(document))

    async def _metrics(self, scope: Message, headers: dict[bytes, bytes], receive: Receive, language: str) -> Answer:
        return Answer(200, self.service.metrics.text(), TEXT)


def reading_of(record: Any, stream: int, catalogue: Catalogue) -> dict[str, Any] | None:
    """One latest record in the words of the property; None when nothing was received."""
    if record["at"] == NEVER:
        return None
    return {
        "at": iso(int(record["at"])),
        "value": catalogue.declared(stream).spoken(float(record["value"])),
        "quality": int(record["quality"]),
        "sequence": int(record["sequence"]),
        "recorded_at": iso(int(record["recorded_at"])),
    }


def is_lines(content_type: bytes, body: bytes) -> bool:
    """NDJSON by its content type; without it, by a first object that another follows on a line of its own."""
    if content_type.partition(b";")[0].strip().lower() == NDJSON:
        return True
    start = body[:64].lstrip()
    if not start.startswith(b"{"):
        return False
    first, _, rest = body.strip().partition(b"\n")
    return first.rstrip().endswith(b"}") and bool(rest)


def preferred_language(header: bytes) -> str:
    """`zh` unless English is asked for before Chinese."""
    choices = []
    for place, part in enumerate(header.decode("latin-1").lower().split(",")):
        tag, _, weight = part.strip().partition(";q=")
        try:
            choices.append((-float(weight or 1), place, tag[:2]))
        except ValueError:
            continue
    for _, _, tag in sorted(choices):
        if tag in ("zh", "en"):
            return tag
    return "zh"


def problem(error: CityError, language: str) -> Answer:
    content = msgspec.json.encode(error.problem(language))
    return Answer(error.status, content, PROBLEM, error.retry_after)


async def _send(send: Send, answer: Answer) -> None:
    headers = [(b"content-type", answer.kind), (b"content-length", str(len(answer.content)).encode())]
    if answer.retry_after is not None:
        headers.append((b"retry-after", str(max(1, round(answer.retry_after))).encode()))
    if answer.status == 401:
        headers.append((b"www-authenticate", b"Bearer"))
    await send({"type": "http.response.start", "status": answer.status, "headers": headers})
    await send({"type": "http.response.body", "body": answer.content})
