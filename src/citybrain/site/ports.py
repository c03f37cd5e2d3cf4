"""The ports of one city: four in a row."""

from __future__ import annotations

from citybrain.base.errors import Misconfigured

PORTS = {"web": 0, "sense": 1, "live": 2, "mqtt": 3}
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
