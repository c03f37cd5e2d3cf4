"""The load of `cases.py`: closed loop over keep-alive connections. `python load_cases.py PORT SECRET CASES CONNECTIONS`
prints opened and dispatched cases per second; stops with an error when a case was refused or not dispatched."""

from __future__ import annotations

import asyncio
import json
import sys
import time
from collections.abc import Iterator

import uvloop

KINDS, STREETS = 40, ((112.05, 32.1), (112.15, 32.1), (112.3, 32.1))


def requests(secret: str, cases: int) -> Iterator[bytes]:
    for number in range(cases):
        lon, lat = STREETS[number % len(STREETS)]
        body = json.dumps(
            {
                "case_type": f"bench.k{number % KINDS}",
                "title": f"长虹路第{number}号路灯不亮",
                "text": "路灯三天不亮,夜间行走不便,请尽快维修。" * 3,
                "lon": lon + number % 97 / 10_000,
                "lat": lat,
                "address": f"樊城区长虹路{number}号",
            }
        ).encode()
        head = (
            "POST /api/v1/cases HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
            f"Authorization: Bearer {secret}\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        yield head.encode() + body


async def client(port: int, waiting: Iterator[bytes]) -> int:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    opened = 0
    for one in waiting:
        writer.write(one)
        head = await reader.readuntil(b"\r\n\r\n")
        length = int(head.lower().split(b"content-length:")[1].split(b"\r\n")[0])
        content = await reader.readexactly(length)
        if b" 201 " not in head[:20] or json.loads(content)["state"] != "dispatched":
            raise SystemExit(f"{head.decode()} {content.decode()[:500]}")
        opened += 1
    writer.close()
    return opened


async def main(port: int, secret: str, cases: int, connections: int) -> float:
    waiting = requests(secret, cases)
    began = time.perf_counter()
    opened = await asyncio.gather(*(client(port, waiting) for _ in range(connections)))
    return sum(opened) / (time.perf_counter() - began)


if __name__ == "__main__":
    print(uvloop.run(main(int(sys.argv[1]), sys.argv[2], int(sys.argv[3]), int(sys.argv[4]))))
