"""A notice as mail: the server that the city uses, the letter in the reader's language, and handing it over by SMTP."""

from __future__ import annotations

import smtplib
import ssl
from collections.abc import Mapping
from datetime import tzinfo
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime
from functools import cache
from html import escape
from pathlib import Path
from urllib.parse import urlsplit

import yaml
from django.conf import settings

from citybrain.base import clock
from citybrain.base.notices.models import Notice
from citybrain.base.notices.server import Server
from citybrain.base.notices.texts import link_of, text_of

TIMEOUT_SECONDS = 20.0
PREFERENCES = "/console/account"


@cache
def words() -> Mapping[str, Mapping[str, str]]:
    found: Mapping[str, Mapping[str, str]] = yaml.safe_load(
        Path(__file__).with_name("mail.yaml").read_text(encoding="utf-8")
    )
    return found


def compose(notice: Notice, address: str, language: str, zone: tzinfo, sender: str) -> EmailMessage:
    """The letter, as plain text and as HTML; its Message-ID is that of the notice, however often it is sent."""
    title, text = text_of(notice.key).render(notice.data, language, zone)
    lines = [(one.get(language, ""), _absolute(one.get("link", ""))) for one in notice.data.get("lines", [])]
    link = _absolute(link_of(notice.key, notice.subject))
    message = EmailMessage()
    message["Subject"] = " ".join(title.split())
    message["From"] = Address(words()["sender"][language], addr_spec=sender)
    message["To"] = Address(addr_spec=address)
    message["Date"] = format_datetime(clock.wall_now())
    message["Message-ID"] = f"<notice-{notice.pk}@{urlsplit(settings.PUBLIC_URL).hostname or 'localhost'}>"
    message["Auto-Submitted"] = "auto-generated"
    message["Content-Language"] = "zh-CN" if language == "zh" else "en"
    message.set_content(_plain(text, lines, link, language))
    message.add_alternative(_html(title, text, lines, link, language), subtype="html")
    return message


def _absolute(link: str) -> str:
    return f"{settings.PUBLIC_URL}{link}" if link else ""


def _plain(text: str, lines: list[tuple[str, str]], link: str, language: str) -> str:
    said = words()
    parts = [text] if text else []
    parts += ["\n".join(f"- {line}\n  {place}" if place else f"- {line}" for line, place in lines)] if lines else []
    parts += [f"{said['open'][language]}: {link}"] if link else []
    parts.append(f"-- \n{said['why'][language]}\n{said['change'][language]}: {_absolute(PREFERENCES)}")
    return "\n\n".join(parts) + "\n"


def _html(title: str, text: str, lines: list[tuple[str, str]], link: str, language: str) -> str:
    said = words()
    rows = "".join(f"<li>{_anchor(place, line) if place else escape(line)}</li>" for line, place in lines)
    return (
        f'<!doctype html><html lang="{"zh-CN" if language == "zh" else "en"}"><head><meta charset="utf-8">'
        f"<title>{escape(title)}</title></head>"
        "<body style=\"font:16px/1.6 system-ui,'PingFang SC','Microsoft YaHei',sans-serif;color:#1f2937\">"
        f'<h1 style="font-size:18px">{escape(title)}</h1>'
        + (f"<p>{escape(text)}</p>" if text else "")
        + (f"<ul>{rows}</ul>" if rows else "")
        + (f"<p>{_anchor(link, said['open'][language])}</p>" if link else "")
        + f'<p style="font-size:13px;color:#6b7280">{escape(said["why"][language])} '
        + f"{_anchor(_absolute(PREFERENCES), said['change'][language])}</p></body></html>"
    )


def _anchor(link: str, text: str) -> str:
    return f'<a href="{escape(link)}">{escape(text)}</a>'


def hand_over(message: EmailMessage, to: Server) -> None:
    """Give one letter to the server; raises OSError or SMTPException when it was not taken."""
    context = ssl.create_default_context()
    if to.tls == "tls":
        connection: smtplib.SMTP = smtplib.SMTP_SSL(to.host, to.port, timeout=TIMEOUT_SECONDS, context=context)
    else:
        connection = smtplib.SMTP(to.host, to.port, timeout=TIMEOUT_SECONDS)
    with connection:
        if to.tls == "starttls":
            connection.starttls(context=context)
        if to.user:
            connection.login(to.user, to.password)
        connection.send_message(message)
