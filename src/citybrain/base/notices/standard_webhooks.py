"""Signing as Standard Webhooks says (https://www.standardwebhooks.com, version 1): HMAC-SHA256 over
`id.timestamp.body`. No Django here.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets

PREFIX = "whsec_"
SIZE = 32


def new_secret() -> str:
    return PREFIX + base64.b64encode(secrets.token_bytes(SIZE)).decode()


def signature_of(secret: str, key: str, timestamp: int, body: bytes) -> str:
    """`v1,` and the base64 of the HMAC; `key` is the id of the message."""
    signed = f"{key}.{timestamp}.".encode() + body
    digest = hmac.new(base64.b64decode(secret.removeprefix(PREFIX)), signed, hashlib.sha256).digest()
    return f"v1,{base64.b64encode(digest).decode()}"


def headers_of(secret: str, key: str, timestamp: int, body: bytes) -> dict[str, str]:
    return {
        "content-type": "application/cloudevents+json; charset=utf-8",
        "user-agent": "CityBrain",
        "webhook-id": key,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": signature_of(secret, key, timestamp, body),
    }
