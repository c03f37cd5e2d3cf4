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
_NUMBER = re.compile(
    r"(?<!\d)(?:\+?86[- ]?)?1[3-9]\d(?:[- ]?\d{4}){2}(?!\d)"  # mobile telephone
    r"|(?<!\d)\d{17}[\dXx](?![\dXx])"  # resident identity number (GB 11643)
    r"|(?<!\d)62\d{14,17}(?!\d)"  # bank card
    r"|(?<!\d)0\d{2,3}[- ]?\d{7,8}(?!\d)"  # landline with area code
)
_MAIL = re.compile(r"(?<![A-Za-z0-9._+-])[A-Za-z0-9._+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+")
"""Only Latin letters: Chinese is written without spaces, and the sentence around an address is not part of it. It
begins where such letters begin, so that a long text without an address is read once and not once from each letter.
"""


def without_contacts(text: str, *, names: tuple[str, ...] = ()) -> str:
    """`text` with numbers and addresses by which a person can be reached, and the given names, replaced by `***`."""
    text = _masked(_MAIL, _masked(_NUMBER, text))
    for name in names:
        if len(name) >= 2:
            text = text.replace(name, MASK)
    return text


def _masked(pattern: re.Pattern[str], text: str) -> str:
    plain = text.translate(_ONE_WIDTH)  # of the same length, so that places in it are places in the text
    pieces, end = [], 0
    for found in pattern.finditer(plain):
        pieces += [text[end : found.start()], MASK]
        end = found.end()
    return "".join([*pieces, text[end:]])


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
