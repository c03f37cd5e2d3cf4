"""`pack.yaml`: who a pack is, what it stands on, and how it judges its own quality."""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, StringConstraints, field_validator
from pydantic_core import PydanticCustomError

from citybrain.base.packs.declared import Declared, Key, Text
from citybrain.base.packs.problems import guess

QUALITY_RULES: dict[str, str] = {
    "both-languages": "Every text that people read is there in Chinese and English.",
    "units": "Every measured property has a unit of the list, and a range outside which a reading is refused.",
    "sources": "Thresholds, formulas and breakpoints name the standard or paper they are taken from.",
    "history": "A recorded day proves each alarm rule: the alarms that must come out, and no others.",
    "silence": "Every kind of thing has a rule that notices when it stops reporting.",
    "hysteresis": "Threshold rules clear at another value than they raise at, or need time to do so.",
    "responsibility": "Every case type has somebody responsible, or says why a person decides.",
    "hand-checked": "Algorithms are tested against values that were worked out by hand.",
    "personal-data": "Personal fields are named with their level, or there are none.",
}


class Exempt(Declared):
    exempt: Annotated[str, StringConstraints(min_length=5)]
    """Why this rule does not apply to the pack."""


class Todo(Declared):
    todo: Annotated[str, StringConstraints(min_length=5)]
    """What is still missing."""


Assessment = Literal["done"] | Exempt | Todo


VERSION = r"^\d+\.\d+\.\d+$"


def check_version(value: Any) -> Any:
    """A version as written; `1.0` without quotes is a number by then."""
    if not isinstance(value, str) or not re.match(VERSION, value):
        raise PydanticCustomError("packs.version", "{value} is not a version", {"value": value})
    return value


class Manifest(Declared):
    """A sector pack: its identity, version, dependencies and self-assessment."""

    key: Key
    """The pack's identity; the name of its folder."""
    title: Text
    """What people call it."""
    description: Text | None = None
    """What it senses and handles, in a sentence or two."""
    version: Annotated[str, BeforeValidator(check_version), StringConstraints(pattern=VERSION)]
    """Semantic version of what is declared."""
    owner: Annotated[str, StringConstraints(min_length=2)]
    """Who answers for it."""
    licence: str = "Apache-2.0"
    """SPDX identifier."""
    depends: tuple[Key, ...] = ()
    """Packs whose declarations this one refers to."""
    files: tuple[str, ...] = ()
    """Files of its own that must be there (data tables, pictures), relative to the folder."""
    quality: dict[str, Assessment]
    """Each quality rule: `done`, `{todo: what is missing}` or `{exempt: why}`."""

    @field_validator("quality")
    @classmethod
    def check_quality(cls, quality: dict[str, Assessment]) -> dict[str, Assessment]:
        for rule in quality:
            if rule not in QUALITY_RULES:
                data = {"key": rule, "guess": guess(rule, QUALITY_RULES) or ", ".join(QUALITY_RULES)}
                raise PydanticCustomError("packs.unknown_key_guess", "unknown rule {key}", data)
        missing = [rule for rule in QUALITY_RULES if rule not in quality]
        if missing:
            raise PydanticCustomError("packs.quality_missing", "no word about {rules}", {"rules": ", ".join(missing)})
        return quality
