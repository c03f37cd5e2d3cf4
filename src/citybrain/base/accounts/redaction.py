"""Telephone numbers, identity numbers and the like, taken out of what people write before others may read it.

What somebody types into a reason, a note, a summary or a title is read by many and kept for ever: on timelines, in
notices, in the audit trail. Whom it is about stands in the report, sealed. `Said` is the type of every such field of a
body; the number is dropped, and the answer shows it (docs/decisions/0054).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic_core import core_schema

MASK = "***"
_ONE_WIDTH = str.maketrans("０１２３４５６７８９＋－Ｘｘ＠", "0123456789+-Xx@")
_CONTACT = re.compile(
    r"(?<!\d)(?:\+?86[- ]?)?1[3-9]\d(?:[- ]?\d{4}){2}(?!\d)"  # mobile telephone
    r"|(?<!\d)\d{17}[\dXx](?![\dXx])"  # resident identity number (GB 11643)
    r"|(?<!\d)62\d{14,17}(?!\d)"  # bank card
    r"|(?<!\d)0\d{2,3}[- ]?\d{7,8}(?!\d)"  # landline with area code
    r"|[\w.+-]+@[\w-]+\.[\w.-]+"  # mail address
)


def without_contacts(text: str, *, names: tuple[str, ...] = ()) -> str:
    """`text` with numbers and addresses by which a person can be reached, and the given names, replaced by `***`."""
    plain = text.translate(_ONE_WIDTH)  # of the same length, so that places in it are places in the text
    pieces, end = [], 0
    for found in _CONTACT.finditer(plain):
        pieces += [text[end : found.start()], MASK]
        end = found.end()
    text = "".join([*pieces, text[end:]])
    for name in names:
        if len(name) >= 2:
            text = text.replace(name, MASK)
    return text


@dataclass(frozen=True)
class Redacted:
    """Marks a text of a body that is taken without contacts."""

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> core_schema.CoreSchema:
        return core_schema.no_info_after_validator_function(without_contacts, handler(source))

    def __get_pydantic_json_schema__(
        self, schema: core_schema.CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        return {**handler(schema), "x-redacted": True}


Said = Annotated[str, Redacted()]
