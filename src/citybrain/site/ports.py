"""The ports of one city: four in a row."""

from __future__ import annotations

from pathlib import Path

from citybrain.base.errors import Misconfigured

PORTS = {"web": 0, "sense": 1, "live": 2, "mqtt": 3}
FIRST = 8000
GREATEST = 65535 - len(PORTS)


def port_of(text: str | int) -> int:
    """The first port of a city; raises Misconfigured for what cannot be one."""
    try:
        port = int(text)
    except ValueError:
        port = 0
    if not 1 <= port <= GREATEST:
        raise Misconfigured("start.port", port=text)
    return port


def keep_port(data: Path, port: int) -> None:
    """Write down where the city in `data` is started, for whoever looks after it by its folder alone."""
    (data / "run" / "port").write_text(f"{port}\n", encoding="ascii")


def find_port(data: Path) -> int:
    """The first port that the city in `data` was last started on; the usual one where it never was."""
    try:
        return port_of((data / "run" / "port").read_text(encoding="ascii").strip())
    except FileNotFoundError:
        return FIRST
