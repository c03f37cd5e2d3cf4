"""The load of `dispatch_latency.py`: an open loop of readings at a fixed rate.

`python load_open.py PORT SECRET RATE SECONDS THINGS BREACHES_A_SECOND FIRST_THING FILE`. Every twentieth of a second a
batch is sent over the next free connection. FILE gets when each breach was scheduled, by thing.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

import uvloop
from load_ingest import answer, request

TICK = 0.05
CONNECTIONS = 8
CALM = ("pm25", "pm10", "so2", "no2", "o3", "temperature", "pressure", "dew_point", "rain", "wind_speed")


def batch(number: int, size: int, things: int, moment: float, breach: str | None) -> bytes:
    """Readings of this moment; each stream comes round about once a second at twenty thousand."""
    at = datetime.fromtimestamp(moment, UTC).isoformat(timespec="microseconds")
    rows = []
    for place in range(number * size, (number + 1) * size):
        thing, name = place % things, CALM[place // things % len(CALM)]
        value = 1000.0 if name == "pressure" else float(place % 7)
        rows.append(f'{{"thing":"air-{thing:04d}","property":"{name}","at":"{at}","value":{value}}}')
    if breach:
        rows.append(f'{{"thing":"{breach}","property":"co","at":"{at}","value":15.0}}')
    return f"[{','.join(rows)}]".encode()


async def connection(port: int, queue: asyncio.Queue[bytes | None]) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    while (body := await queue.get()) is not None:
        writer.write(body)
        status, content = await answer(reader)
        told = json.loads(content)
        if status != 200 or told["rejected"]:
            raise SystemExit(f"{status} {content[:500].decode()}")
    writer.close()


async def main(
    port: int, secret: str, rate: int, seconds: int, things: int, breaches: int, first: int
) -> dict[str, float]:
    queue: asyncio.Queue[bytes | None] = asyncio.Queue()
    workers = [asyncio.create_task(connection(port, queue)) for _ in range(CONNECTIONS)]
    size, every = int(rate * TICK), round(1 / breaches / TICK)
    scheduled: dict[str, float] = {}
    began = time.time()
    for number in range(round(seconds / TICK)):
        moment = began + number * TICK
        await asyncio.sleep(max(0.0, moment - time.time()))
        breach = f"air-{first + len(scheduled):04d}" if number % every == 0 else None
        if breach:
            scheduled[breach] = moment
        queue.put_nowait(request(secret, batch(number, size, things, moment, breach)))
    for _ in workers:
        queue.put_nowait(None)
    await asyncio.gather(*workers)
    return scheduled


if __name__ == "__main__":
    numbers = [int(given) for given in sys.argv[3:8]]
    found = uvloop.run(main(int(sys.argv[1]), sys.argv[2], *numbers))
    Path(sys.argv[8]).write_text(json.dumps(found))
