"""The load of `spine.py`: a closed loop over keep-alive connections.

`python load_ingest.py PORT SECRET BODIES CONNECTIONS` prints acknowledged readings per second; stops with an error when
anything was not accepted.
"""

from __future__ import annotations

import asyncio
import json
import pickle
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import uvloop


def request(secret: str, body: bytes) -> bytes:
    head = (
        "POST /observations HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
        f"Authorization: Bearer {secret}\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


async def answer(reader: asyncio.StreamReader) -> tuple[int, bytes]:
    head = await reader.readuntil(b"\r\n\r\n")
    status = int(head.split(b" ", 2)[1])
    length = int(head.lower().split(b"content-length:")[1].split(b"\r\n")[0])
    return status, await reader.readexactly(length)


async def client(port: int, requests: Iterator[bytes]) -> int:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    accepted = 0
    for one in requests:
        writer.write(one)
        status, content = await answer(reader)
        if status != 200:
            raise SystemExit(f"{status} {content.decode()}")
        told = json.loads(content)
        if told["rejected"] or told["duplicates"]:
            raise SystemExit(content[:500].decode())
        accepted += told["accepted"]
    writer.close()
    return accepted


async def main(port: int, secret: str, bodies: list[bytes], connections: int) -> float:
    requests = iter([request(secret, body) for body in bodies])
    began = time.perf_counter()
    accepted = await asyncio.gather(*(client(port, requests) for _ in range(connections)))
    return sum(accepted) / (time.perf_counter() - began)


if __name__ == "__main__":
    print(
        uvloop.run(main(int(sys.argv[1]), sys.argv[2], pickle.loads(Path(sys.argv[3]).read_bytes()), int(sys.argv[4])))
    )
