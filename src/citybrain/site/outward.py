"""Settings of what leaves the house: the public address, the mail server, where webhooks may lead."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import time
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from citybrain.base.errors import Misconfigured

PORTS = {"starttls": 587, "tls": 465, "none": 25}


def public_url(given: Mapping[str, str], port: int) -> str:
    """Without a slash at its end; raises Misconfigured for what is no address."""
    url = given.get("CITYBRAIN_PUBLIC_URL") or f"http://127.0.0.1:{port}"
    if urlsplit(url).scheme not in ("http", "https") or not urlsplit(url).hostname:
        raise Misconfigured("start.public_url", given=url)
    return url.rstrip("/")


def smtp_server(given: Mapping[str, str], public: str) -> dict[str, Any]:
    """What `notices.server.Server` takes; no host: mail is off. Raises Misconfigured in a sentence."""
    tls = given.get("CITYBRAIN_SMTP_TLS") or "starttls"
    if tls not in PORTS:
        raise Misconfigured("start.smtp_tls", given=tls, allowed=", ".join(PORTS))
    port = given.get("CITYBRAIN_SMTP_PORT") or str(PORTS[tls])
    if not port.isdecimal() or not 0 < int(port) < 65536:
        raise Misconfigured("start.smtp_port", given=port)
    return {
        "host": given.get("CITYBRAIN_SMTP_HOST", ""),
        "port": int(port),
        "tls": tls,
        "user": given.get("CITYBRAIN_SMTP_USER", ""),
        "password": _password(given),
        "sender": given.get("CITYBRAIN_SMTP_FROM") or f"citybrain@{urlsplit(public).hostname}",
    }


def _password(given: Mapping[str, str]) -> str:
    path = given.get("CITYBRAIN_SMTP_PASSWORD_FILE", "")
    if not path:
        return given.get("CITYBRAIN_SMTP_PASSWORD", "")
    try:
        return Path(path).read_text(encoding="utf-8").strip()
    except OSError as error:
        raise Misconfigured("start.smtp_password_file", path=path, why=error.strerror or str(error)) from error


def networks_of(given: str) -> tuple[IPv4Network | IPv6Network, ...]:
    """Networks separated by commas; raises Misconfigured for what is none."""
    try:
        return tuple(ip_network(one.strip()) for one in given.split(",") if one.strip())
    except ValueError as error:
        raise Misconfigured("start.webhook_targets", given=given) from error


def digest_time(given: str) -> time:
    """`07:30` in the city's own zone; raises Misconfigured for anything else."""
    try:
        return time.fromisoformat(given)
    except ValueError as error:
        raise Misconfigured("start.digest_time", given=given) from error
