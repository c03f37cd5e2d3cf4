"""The mail server that the city uses, as its settings say."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.conf import settings


@dataclass(frozen=True)
class Server:
    """The mail server of the city; `tls` is `starttls`, `tls` (from the first byte) or `none`."""

    host: str
    port: int
    tls: str
    user: str
    password: str
    sender: str


def server() -> Server | None:
    """None: no mail server is set, and mail is off."""
    given: Mapping[str, Any] = settings.SMTP
    return Server(**given) if given["host"] else None
