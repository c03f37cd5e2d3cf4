"""The body of a request, read no further than its limit."""

from __future__ import annotations

import zlib
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from citybrain.base.errors import BadInput, TooLarge

Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
LIMIT = 16 * 1024 * 1024
GZIP = 16 + zlib.MAX_WBITS
CHUNK = 16 * 1024  # what follows a member is copied: no more of it at a time
MEMBERS = 10_000


class Disconnected(Exception):
    """The client went away in the middle of its request."""


async def read_body(headers: dict[bytes, bytes], receive: Receive, *, limit: int = LIMIT) -> bytes:
    """The whole body, unpacked when it is gzip.

    Raises TooLarge as soon as the limit is passed (sent or unpacked), BadInput when it is not gzip, Disconnected.
    """
    declared = headers.get(b"content-length", b"0")
    if declared.isdigit() and int(declared) > limit:
        raise _too_large(limit)
    encoding = headers.get(b"content-encoding", b"identity").strip().lower()
    if encoding not in (b"identity", b"gzip", b"x-gzip", b""):
        raise BadInput("observation.bad_encoding", why=encoding.decode("latin-1"))
    chunks, size = [], 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise Disconnected
        chunk = message.get("body", b"")
        size += len(chunk)
        if size > limit:
            raise _too_large(limit)
        chunks.append(chunk)
        if not message.get("more_body", False):
            break
    body = chunks[0] if len(chunks) == 1 else b"".join(chunks)
    return body if encoding in (b"identity", b"") else unpack(body, limit)


def unpack(body: bytes, limit: int) -> bytes:
    """A gzip body of one member or several (RFC 1952), without ever holding more than the limit of it."""
    view, place, size = memoryview(body), 0, 0
    parts: list[bytes] = []
    for _ in range(MEMBERS):
        unpacker = zlib.decompressobj(GZIP)
        while not unpacker.eof:
            chunk = view[place : place + CHUNK]
            if not chunk:
                raise BadInput("observation.bad_encoding", why="it ends too early")
            parts.append(_unpacked(unpacker, chunk, limit + 1 - size))
            size += len(parts[-1])
            if size > limit:
                raise _too_large(limit)
            place += len(chunk) - len(unpacker.unused_data)
        if place == len(body):
            return b"".join(parts)
    raise BadInput("observation.bad_encoding", why=f"more than {MEMBERS} members")


def _unpacked(unpacker: Any, chunk: memoryview, most: int) -> bytes:
    try:
        found: bytes = unpacker.decompress(chunk, most)
    except zlib.error as error:
        raise BadInput("observation.bad_encoding", why=str(error)) from error
    return found


def _too_large(limit: int) -> TooLarge:
    return TooLarge("observation.too_large", limit_mb=limit // (1024 * 1024))
