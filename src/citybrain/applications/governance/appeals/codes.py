"""Tracking codes: 130 bits of chance in 26 letters and digits that nobody mistakes for one another.

The alphabet is Crockford's base 32 (no I, L, O, U). Only a hash of a code is kept, so that a stolen database opens
nothing; the code is random, so that the hash needs no salt. A code that goes with a request key is worked out from it
with a key of this data directory: who sends the same report again because the answer was lost gets the same code.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Mapping
from typing import Any

from citybrain.base import crypto

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
LENGTH = 26
BITS = 5 * LENGTH
_READ_AS = str.maketrans({"I": "1", "L": "1", "O": "0", "U": "V", "-": "", " ": ""})


def new_code(request_key: str = "", body: Mapping[str, Any] | None = None) -> str:
    """A code of its own; for the same request key and body the same one."""
    if not request_key:
        return _spell(secrets.randbits(BITS))
    plain = json.dumps(body or {}, sort_keys=True, ensure_ascii=False, default=str)
    keyed = crypto.lookup_hash(f"appeal\0{request_key}\0{plain}").rpartition(".")[2]
    return _spell(int(keyed, 16) >> (4 * len(keyed) - BITS))


def _spell(number: int) -> str:
    return "".join(ALPHABET[number >> shift & 31] for shift in range(BITS - 5, -1, -5))


def shown(code: str) -> str:
    """As people copy it: `7K3M-9Q2X-…`."""
    return "-".join(code[at : at + 4] for at in range(0, len(code), 4))


def read_code(text: str) -> str | None:
    """The code that somebody typed or pasted, or None for what cannot be one."""
    code = text.strip().upper().translate(_READ_AS)
    return code if len(code) == LENGTH and set(code) <= set(ALPHABET) else None


def hash_of(secret: str) -> str:
    """What is kept of a code or a request key."""
    return hashlib.sha256(secret.encode()).hexdigest()
