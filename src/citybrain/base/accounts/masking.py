"""How a field reads to somebody below its level (L1 public, L2 internal, L3 sensitive, L4 personal)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.db.models import Model

from citybrain.base.accounts.types import Viewer

PERSONAL = 4
STAR = "*"


def _name(text: str) -> str:
    """张三 -> 张*, 欧阳娜娜 -> 欧阳**, Alice Smith -> A**********; the surname stays, the length of the rest too."""
    kept = 2 if text[:2] in DOUBLE_SURNAMES and len(text) > 2 else 1
    return text[:kept] + STAR * max(len(text) - kept, 1)


def _phone(text: str) -> str:
    """13800001234 -> 138****1234; a short number keeps its last two digits at most."""
    return text[:3] + STAR * (len(text) - 7) + text[-4:] if len(text) >= 9 else _ends(text, 0, 2)


def _id_card(text: str) -> str:
    """420602199001011234 -> 420***********1234: the place of issue and the last four, no birthday."""
    return _ends(text, 3, 4) if len(text) >= 15 else STAR * len(text)


def _plate(text: str) -> str:
    """鄂F12345 -> 鄂F1**45."""
    return _ends(text, 3, 2)


def _email(text: str) -> str:
    name, at, host = text.partition("@")
    return _ends(name, 1, 0) + at + host if at else _ends(text, 1, 0)


def _address(text: str) -> str:
    """The first six characters (city, county) stay; the house does not."""
    return text[:6] + STAR * 4 if len(text) > 6 else STAR * len(text)


def _text(text: str) -> str:
    return STAR * 6 if text else ""


def _ends(text: str, first: int, last: int) -> str:
    if len(text) <= first + last:
        return STAR * len(text)
    return text[:first] + STAR * (len(text) - first - last) + (text[-last:] if last else "")


DOUBLE_SURNAMES = (
    "欧阳",
    "司马",
    "上官",
    "诸葛",
    "东方",
    "皇甫",
    "尉迟",
    "公孙",
    "慕容",
    "令狐",
    "夏侯",
    "司徒",
    "宇文",
    "长孙",
    "端木",
)
KINDS: Mapping[str, Callable[[str], str]] = {
    "name": _name,
    "phone": _phone,
    "id_card": _id_card,
    "plate": _plate,
    "email": _email,
    "address": _address,
    "text": _text,
}


def masked(value: str, kind: str) -> str:
    """The value with its telling part starred out, by kind (name, phone, id_card, plate, email, address, text)."""
    return KINDS[kind](value)


def mask(value: str, kind: str, level: int, viewer: Viewer, on: Model | Mapping[str, Any] | None = None) -> str:
    """The value as the viewer may read it.

    Plain when one of his duties that reach the row `on` has the level; without a row his lowest duty counts. L4 is
    never plain here: a person's data is opened one at a time, with a purpose (`actions.open_personal`).
    """
    if value and (level >= PERSONAL or viewer.level_on(on) < level):
        return masked(value, kind)
    return value
