from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from ipaddress import ip_network
from typing import Any

import pytest

from citybrain.base import clock as city_clock
from tests.base.notices.receivers import Mailman, Receiver, serving


@pytest.fixture
def wall(monkeypatch: pytest.MonkeyPatch) -> Callable[..., datetime]:
    now = [city_clock.wall_now()]
    monkeypatch.setattr(city_clock, "wall_now", lambda: now[0])

    def move(**delta: float) -> datetime:
        now[0] += timedelta(**delta)
        return now[0]

    return move


@pytest.fixture
def mailman(settings: Any) -> Iterator[Mailman]:
    """A mail server, and a city that uses it."""
    with serving(Mailman()) as server:
        settings.SMTP = {"host": "127.0.0.1", "port": server.port, "tls": "none", "user": "", "password": "",
                         "sender": "citybrain@city.example"}  # fmt: skip
        settings.PUBLIC_URL = "https://city.example"
        yield server


@pytest.fixture
def receiver(settings: Any) -> Iterator[Receiver]:
    """Another system on loopback, which this city allows."""
    with serving(Receiver()) as server:
        settings.WEBHOOK_TARGETS = (ip_network("127.0.0.0/8"),)
        yield server
