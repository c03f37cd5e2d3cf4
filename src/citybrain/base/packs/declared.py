"""What every typed declaration of a pack is made of: no unknown keys, texts in both languages, tidy names."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator
from pydantic_core import PydanticCustomError

from citybrain.base.packs.problems import guess

Key = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$", max_length=64)]
PropertyName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$", max_length=64)]


class Declared(BaseModel):
    """Base of every schema of a pack's file: frozen, and it names the nearest key to a wrong one."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    @model_validator(mode="before")
    @classmethod
    def check_keys(cls, data: Any) -> Any:
        if not isinstance(data, dict):
            return data
        known = {field.alias or name for name, field in cls.model_fields.items()}
        for key in data:
            if key not in known:
                about = {"key": str(key), "guess": guess(str(key), known), "allowed": ", ".join(sorted(known))}
                code = "packs.unknown_key_guess" if about["guess"] else "packs.unknown_key"
                raise PydanticCustomError(code, "unknown key {key}", about)
        return data


class Text(Declared):
    """A text that people read, in both languages."""

    zh: Annotated[str, StringConstraints(min_length=1, strip_whitespace=True)]
    """中文"""
    en: Annotated[str, StringConstraints(min_length=1, strip_whitespace=True)]
    """English"""


Number = Annotated[float, Field(strict=True, allow_inf_nan=False)]
"""A finite number; whole numbers are welcome where a number is expected."""
Seconds = Annotated[float, Field(strict=True, ge=0, allow_inf_nan=False)]
