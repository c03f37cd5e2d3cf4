"""Takes telephone numbers, identity numbers and mail addresses out of free text, before others may read it."""

from __future__ import annotations

import re

_CONTACT = re.compile(
    r"(?<!\d)(?:\+?86[- ]?)?1[3-9]\d(?:[- ]?\d{4}){2}(?!\d)"  # mobile telephone
    r"|(?<!\d)\d{17}[\dXx](?![\dXx])"  # resident identity number (GB 11643)
    r"|(?<!\d)0\d{2,3}[- ]?\d{7,8}(?!\d)"  # landline with area code
    r"|[\w.+-]+@[\w-]+\.[\w.-]+"  # mail address
)
MASK = "***"


def without_contacts(text: str, *, names: tuple[str, ...] = ()) -> str:
    """`text` with numbers and addresses by which a person can be reached, and the given names, replaced by `***`."""
    text = _CONTACT.sub(MASK, text)
    for name in names:
        if len(name) >= 2:
            text = text.replace(name, MASK)
    return text
