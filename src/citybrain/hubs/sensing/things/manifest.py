"""`things.yaml`: the thing models that a sector pack declares."""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self

from pydantic import Field, StringConstraints, model_validator
from pydantic_core import PydanticCustomError

from citybrain.base.packs import Declared, Key, Number, PropertyName, Seconds, Text, Unit

EnumValue = Annotated[str, StringConstraints(min_length=1, max_length=64)]


class PropertyDefinition(Declared):
    """One property that things of a model report.

    `number` and `integer` have a unit and may have a range, outside which a reading is refused; `enum` has its values,
    in an order that is only ever added to; `boolean` has neither.
    """

    title: Text
    type: Literal["number", "integer", "boolean", "enum"]
    unit: Unit | None = None
    """Required for number and integer; `1` for what has no dimension."""
    min: Number | None = None
    max: Number | None = None
    values: Annotated[tuple[EnumValue, ...], Field(max_length=256)] | None = None
    period_seconds: Annotated[Seconds, Field(gt=0)] | None = None
    """How often a reading is expected."""
    description: Text | None = None

    @model_validator(mode="after")
    def check_kind(self) -> Self:
        measured = self.type in ("number", "integer")
        if measured and self.unit is None:
            raise PydanticCustomError("things.unit_missing", "a measured property needs a unit", {})
        if not measured and (self.unit is not None or self.min is not None or self.max is not None):
            raise PydanticCustomError("things.not_measured", "{type} has no unit or range", {"type": self.type})
        if self.min is not None and self.max is not None and self.min >= self.max:
            raise PydanticCustomError(
                "things.range", "min {min} is not below max {max}", {"min": self.min, "max": self.max}
            )
        if (self.type == "enum") != (self.values is not None):
            raise PydanticCustomError(
                "things.values", "values belong to enum, and an enum needs them", {"type": self.type}
            )
        if self.values is not None and (len(self.values) < 2 or len(set(self.values)) < len(self.values)):
            raise PydanticCustomError("things.values_twice", "values needs two different values or more", {})
        return self

    def row(self) -> dict[str, Any]:
        return self.model_dump(mode="json", exclude_none=True)


class ModelDefinition(Declared):
    """A kind of thing: its name and its properties."""

    title: Text
    description: Text | None = None
    properties: Annotated[dict[PropertyName, PropertyDefinition], Field(min_length=1, max_length=200)]


class ThingsFile(Declared):
    """The whole file: thing models by key."""

    models: dict[Key, ModelDefinition] = {}
