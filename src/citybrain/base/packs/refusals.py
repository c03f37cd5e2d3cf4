"""`errors.yaml` in a pack: the texts of what its Python code refuses (`BadInput("water.no_level")`)."""

from __future__ import annotations

from typing import Annotated

from pydantic import RootModel, StringConstraints

from citybrain.base.packs.declared import Declared, Text

Code = Annotated[str, StringConstraints(pattern=r"^[a-z0-9_]+\.[a-z0-9_.]+$")]


class Refusal(Declared):
    title: Text
    """What happened; `{word}` is filled in from the error's data."""
    cure: Text
    """What to do."""


class ErrorsFile(RootModel[dict[Code, Refusal]]):
    """The whole file: texts by code."""
