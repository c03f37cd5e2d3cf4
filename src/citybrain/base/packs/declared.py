"""What every typed declaration of a pack is made of: no unknown keys, texts in both languages, tidy names."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from citybrain.base.clock import LONGEST_SECONDS

Key = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9]*([._-][a-z0-9]+)*$", max_length=64)]
PropertyName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$", max_length=64)]


class Declared(BaseModel):
    """Base of every schema of a pack's file: frozen, without unknown keys."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)


class Text(Declared):
    """A text that people read, in both languages."""

    zh: Annotated[str, StringConstraints(min_length=1, strip_whitespace=True)]
    """中文"""
    en: Annotated[str, StringConstraints(min_length=1, strip_whitespace=True)]
    """English"""


Number = Annotated[float, Field(strict=True, allow_inf_nan=False)]
"""A finite number; whole numbers are welcome where a number is expected."""
Seconds = Annotated[float, Field(strict=True, ge=0, le=LONGEST_SECONDS, allow_inf_nan=False)]
"""A time of ten years at most."""
Flag = Annotated[bool, Field(strict=True)]
"""`true` or `false`; `no` is a text in a pack, and not taken for either."""
