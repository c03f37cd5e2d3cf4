"""A device that speaks MQTT 3.1.1, written from the standard alone: connects, publishes with QoS 1, waits for each
acknowledgement.
"""

from __future__ import annotations

import socket
from collections.abc import Iterable

CONNECT, CONNACK, PUBLISH_QOS1, PUBACK, DISCONNECT = 0x10, 0x20, 0x32, 0x40, 0xE0
USER_PASSWORD_CLEAN = 0xC2


class Refused(Exception):
    """The broker did not let us in; its return code (5: not authorised)."""


def text(value: str) -> bytes:
    return len(value.encode()).to_bytes(2, "big") + value.encode()


def packet(kind: int, body: bytes) -> bytes:
    length, size = b"", len(body)
    while True:
        size, digit = divmod(size, 128)
        length += bytes([digit | (0x80 if size else 0)])
        if not size:
            return bytes([kind]) + length + body


def exactly(line: socket.socket, count: int) -> bytes:
    got = b""
    while len(got) < count:
        part = line.recv(count - len(got))
        if not part:
            raise ConnectionError("the broker hung up")
        got += part
    return got


def send(port: int, user: str, password: str, topic: str, payloads: Iterable[bytes]) -> None:
    """Raises Refused, or ConnectionError when the broker hangs up before it has acknowledged everything."""
    with socket.create_connection(("127.0.0.1", port), timeout=30) as line:
        about = text("MQTT") + bytes([4, USER_PASSWORD_CLEAN, 0, 60]) + text("sender")
        line.sendall(packet(CONNECT, about + text(user) + text(password)))
        kind, _, _, code = exactly(line, 4)
        if kind != CONNACK or code:
            raise Refused(code)
        for number, payload in enumerate(payloads, start=1):
            line.sendall(packet(PUBLISH_QOS1, text(topic) + number.to_bytes(2, "big") + payload))
            answer = exactly(line, 4)
            assert answer == bytes([PUBACK, 2]) + number.to_bytes(2, "big"), answer
        line.sendall(packet(DISCONNECT, b""))
