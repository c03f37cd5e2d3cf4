"""The ticket with which a browser opens a stream: signed by `web`, read by `live`, short-lived. No Django here.

It carries who asks, the security epoch at that moment, and for each family of events the condition that says which of
them he may see. EventSource sends no headers of ours, so the ticket stands in the address; it opens nothing else.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any

from citybrain.base.conditions import Condition, dump, load

VALID_FOR = timedelta(seconds=60)
MAX_LENGTH = 16_384
SALT = b"citybrain live ticket 1"


@dataclass(frozen=True)
class Ticket:
    """What a stream may show: `reach` maps a family of events (`case`) to its condition, `until` is in city time."""

    kind: str
    id: int
    epoch: int
    reach: Mapping[str, Condition]
    until: datetime | None = None

    @property
    def principal(self) -> tuple[str, int]:
        return self.kind, self.id

    @cached_property
    def reach_key(self) -> str:
        """Equal for tickets that see the same events, so that an event is tested once for all of them."""
        return json.dumps({family: dump(one) for family, one in sorted(self.reach.items())})


def sign(ticket: Ticket, key: str, *, now: datetime) -> str:
    """The ticket as text for an address, good for `VALID_FOR` from now (wall time)."""
    families: dict[str, list[str]] = {}
    for family, condition in ticket.reach.items():
        families.setdefault(json.dumps(dump(condition)), []).append(family)
    body = {
        "kind": ticket.kind,
        "id": ticket.id,
        "epoch": ticket.epoch,
        "expires": (now + VALID_FOR).isoformat(),
        "until": ticket.until.isoformat() if ticket.until else None,
        "reach": [[names, json.loads(tree)] for tree, names in families.items()],
    }
    packed = zlib.compress(json.dumps(body, separators=(",", ":")).encode())
    return f"{_text(packed)}.{_text(_signature(packed, key))}"


def read(text: str, key: str, *, now: datetime) -> Ticket | None:
    """The ticket, or None when it is forged, broken or expired."""
    packed_text, _, signature = text.partition(".")
    if len(text) > MAX_LENGTH:
        return None
    try:
        packed = _bytes(packed_text)
        if not hmac.compare_digest(_signature(packed, key), _bytes(signature)):
            return None
    except ValueError:
        return None
    body: dict[str, Any] = json.loads(zlib.decompress(packed))
    if datetime.fromisoformat(body["expires"]) <= now:
        return None
    reach = {name: load(tree) for names, tree in body["reach"] for name in names}
    until = datetime.fromisoformat(body["until"]) if body["until"] else None
    return Ticket(body["kind"], body["id"], body["epoch"], reach, until)


def _signature(packed: bytes, key: str) -> bytes:
    return hmac.new(hashlib.sha256(SALT + key.encode()).digest(), packed, hashlib.sha256).digest()


def _text(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def _bytes(text: str) -> bytes:
    return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
