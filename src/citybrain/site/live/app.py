"""The ASGI application of `live`: GET /events, /health, /metrics. No Django here."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs

from prometheus_client import generate_latest

from citybrain.base import clock
from citybrain.base.errors import CityError, NotFound, NotSignedIn, Unavailable
from citybrain.site.live import tickets
from citybrain.site.live.hub import Hub, Stream
from citybrain.site.live.outbox import Place

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
Headers = list[tuple[bytes, bytes]]
KEEP_ALIVE_SECONDS = 15.0
LOOPBACK = frozenset({"127.0.0.1", "::1"})
STREAM_HEADERS: Headers = [
    (b"content-type", b"text/event-stream; charset=utf-8"),
    (b"cache-control", b"no-store"),
    (b"x-accel-buffering", b"no"),
    (b"x-content-type-options", b"nosniff"),
]
WORDS = {
    "revoked": "The duty, token or account changed: get a new ticket or sign in again.",
    "renew": "The ticket is used up: get a new one and go on with last_event_id.",
    "resync": "Too much was missed: read the lists anew, then open a new stream.",
    "closing": "The process ends: come back in a moment with last_event_id.",
}


class MethodNotAllowed(CityError):
    status = 405


@dataclass
class LiveApp:
    """`origins` may read across origins; `key` is the platform's signing key."""

    hub: Hub
    key: str
    origins: frozenset[str]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._live_and_die(receive, send)
        elif scope["type"] == "http":
            await self._answer(scope, receive, send)

    async def _live_and_die(self, receive: Receive, send: Send) -> None:
        while True:
            message = await receive()
            if message["type"] == "lifespan.startup":
                await self.hub.start()
                await send({"type": "lifespan.startup.complete"})
            else:
                await self.hub.stop()
                await send({"type": "lifespan.shutdown.complete"})
                return

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        cross = self._cross_origin_headers(scope)
        try:
            if scope["method"] not in ("GET", "HEAD"):
                raise MethodNotAllowed("http.method", method=scope["method"], allowed="GET, HEAD")
            match scope["path"]:
                case "/events":
                    await self._stream(scope, receive, send, cross)
                case "/health":
                    await self._health(send, cross)
                case "/metrics" if _is_direct(scope):
                    body = generate_latest(self.hub.counts.registry)
                    await _send(send, 200, "text/plain; version=0.0.4; charset=utf-8", body, cross)
                case path:
                    raise NotFound("http.not_found", path=path)
        except CityError as error:
            language = "en" if _header(scope, b"accept-language").startswith("en") else "zh"
            body = json.dumps(error.problem(language), ensure_ascii=False).encode()
            await _send(send, error.status, "application/problem+json", body, cross)

    def _cross_origin_headers(self, scope: Scope) -> Headers:
        origin = _header(scope, b"origin")
        if origin not in self.origins:
            return [(b"vary", b"Origin")]
        return [(b"access-control-allow-origin", origin.encode()), (b"vary", b"Origin")]

    async def _health(self, send: Send, cross: Headers) -> None:
        well = self.hub.is_well
        body = json.dumps({"status": "ok" if well else "failing", "streams": len(self.hub.streams)}).encode()
        await _send(send, 200 if well else 503, "application/json", body, cross)

    async def _stream(self, scope: Scope, receive: Receive, send: Send, cross: Headers) -> None:
        """Server-sent events until the reader leaves, falls behind, or may no longer see."""
        query = parse_qs(scope["query_string"].decode("latin-1"))
        ticket = tickets.read(query.get("ticket", [""])[0], self.key, now=clock.wall_now())
        if ticket is None:
            raise NotSignedIn("live.ticket")
        if not self.hub.is_well:
            raise Unavailable("live.outbox", retry_after=2)
        if not await self.hub.is_in_force(ticket):
            raise NotSignedIn("live.revoked")
        last = _header(scope, b"last-event-id") or query.get("last_event_id", [""])[0]
        stream = await self.hub.open(ticket, Place.parse(last))
        try:
            await send({"type": "http.response.start", "status": 200, "headers": STREAM_HEADERS + cross})
            await _until_first(_write(stream, send), _reader_left(receive))
        finally:
            self.hub.close(stream)


async def _write(stream: Stream, send: Send) -> None:
    hello = f"retry: 3000\nevent: ready\nid: {stream.place}\ndata: {{}}\n\n".encode()
    await send({"type": "http.response.body", "body": hello, "more_body": True})
    while True:
        if not stream.frames and stream.end is None:
            stream.ready.clear()
            try:
                await asyncio.wait_for(stream.ready.wait(), KEEP_ALIVE_SECONDS)
            except TimeoutError:
                await send({"type": "http.response.body", "body": b": still here\n\n", "more_body": True})
                continue
        frames = list(stream.frames)
        stream.frames.clear()
        if frames:
            await send({"type": "http.response.body", "body": b"".join(frames), "more_body": True})
        elif stream.end is not None:
            await send({"type": "http.response.body", "body": _last_frame(stream.end), "more_body": False})
            return


def _last_frame(why: str) -> bytes:
    kind = "resync" if why == "resync" else "end"
    return f"event: {kind}\ndata: {json.dumps({'reason': why, 'text': WORDS[why]})}\n\n".encode()


async def _reader_left(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


async def _until_first(*work: Awaitable[None]) -> None:
    tasks = [asyncio.ensure_future(one) for one in work]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            task.result()
    finally:
        for task in tasks:
            task.cancel()


def _header(scope: Scope, name: bytes) -> str:
    headers: Iterable[tuple[bytes, bytes]] = scope["headers"]
    return next((value.decode("latin-1") for key, value in headers if key == name), "")


def _is_direct(scope: Scope) -> bool:
    """From this machine, and not on somebody's behalf."""
    client = scope.get("client") or ("", 0)
    return client[0] in LOOPBACK and not _header(scope, b"x-forwarded-for") and not _header(scope, b"forwarded")


async def _send(send: Send, status: int, content_type: str, body: bytes, more: Headers) -> None:
    headers = [(b"content-type", content_type.encode()), (b"content-length", str(len(body)).encode()), *more]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
