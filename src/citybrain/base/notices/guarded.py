"""Posting to an address that somebody else chose, so that it reaches no machine of ours by it.

The name is resolved here and the connection goes to the very address that was looked at (no second answer of the name
server can change it); addresses that are not public are refused unless their network is allowed; nothing is followed;
the whole exchange has one deadline, and no more than a little of the answer is read. Django stays out.
"""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network, ip_address
from typing import Any

import httpcore

from citybrain.base import clock

Network = IPv4Network | IPv6Network
DEADLINE_SECONDS = 15.0
STEP_SECONDS = 10.0
MOST_READ = 64 * 1024


class Unreachable(Exception):
    """It could not be posted; the text says why, without anything of what was sent."""


@dataclass(frozen=True)
class Answer:
    """What the other side said: its status, and after how many seconds it wants to be asked again."""

    status: int
    retry_after: float | None = None


@dataclass
class _Stream(httpcore.NetworkStream):
    """A connection that ends at the deadline, however slowly the other side speaks."""

    inner: httpcore.NetworkStream
    deadline: float

    def _left(self, timeout: float | None) -> float:
        left = self.deadline - clock.monotonic()
        if left <= 0:
            raise httpcore.ReadTimeout("the deadline has passed")
        return min(left, STEP_SECONDS if timeout is None else timeout)

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self.inner.read(max_bytes, self._left(timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self.inner.write(buffer, self._left(timeout))

    def close(self) -> None:
        self.inner.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        return _Stream(self.inner.start_tls(ssl_context, server_hostname, self._left(timeout)), self.deadline)

    def get_extra_info(self, info: str) -> Any:
        return self.inner.get_extra_info(info)


@dataclass
class _Backend(httpcore.NetworkBackend):
    """Connects to public addresses and to allowed networks, and to nothing else."""

    allowed: Sequence[Network]
    deadline: float
    is_plain: bool

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        addresses = addresses_of(host, port, self.allowed, is_plain=self.is_plain)
        inner = httpcore.SyncBackend().connect_tcp(addresses[0], port, timeout=STEP_SECONDS)
        return _Stream(inner, self.deadline)


def addresses_of(host: str, port: int, allowed: Sequence[Network], *, is_plain: bool) -> list[str]:
    """Where a name leads. Raises Unreachable when any of it is not public and not allowed, or nothing is there.

    Without TLS only allowed networks are spoken to: elsewhere anybody on the way could read and change what is said.
    """
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise Unreachable("the name leads nowhere") from error
    addresses = list(dict.fromkeys(str(one[4][0]) for one in found))
    for text in addresses:
        address = ip_address(text.partition("%")[0])
        mapped = getattr(address, "ipv4_mapped", None) or address
        if any(mapped in network for network in allowed if network.version == mapped.version):
            continue
        if not mapped.is_global or mapped.is_multicast or mapped.is_reserved:
            raise Unreachable("the address is not public and its network is not allowed")
        if is_plain:
            raise Unreachable("without https only allowed networks are reached")
    return addresses


def post(url: str, body: bytes, headers: Mapping[str, str], *, allowed: Sequence[Network]) -> Answer:
    """Post once; raises Unreachable when no answer came."""
    backend = _Backend(allowed, clock.monotonic() + DEADLINE_SECONDS, url.startswith("http://"))
    timeouts = dict.fromkeys(("connect", "read", "write", "pool"), STEP_SECONDS)
    sent = [(name.encode(), value.encode()) for name, value in headers.items()]
    try:
        with (
            httpcore.ConnectionPool(network_backend=backend, max_keepalive_connections=0) as pool,
            pool.stream("POST", url, headers=sent, content=body, extensions={"timeout": timeouts}) as response,
        ):
            read = 0
            for part in response.iter_stream():
                read += len(part)
                if read > MOST_READ:
                    break
            return Answer(response.status, _retry_after(response.headers))
    except httpcore.TimeoutException as error:
        raise Unreachable("no answer in time") from error
    except (httpcore.NetworkError, httpcore.ProtocolError, ssl.SSLError, OSError) as error:
        raise Unreachable(f"no connection ({type(error).__name__})") from error


def _retry_after(headers: Sequence[tuple[bytes, bytes]]) -> float | None:
    value = next((value for name, value in headers if name.lower() == b"retry-after"), b"")
    return float(value) if value.isdigit() else None
