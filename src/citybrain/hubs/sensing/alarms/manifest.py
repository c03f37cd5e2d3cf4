"""`alarms.yaml`: the alarm rules that a sector pack declares."""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, Field, model_validator
from pydantic_core import PydanticCustomError

from citybrain.base.packs import Declared, Flag, Key, Number, PropertyName, Seconds, Text


class RuleBase(Declared):
    title: Text
    model: Key
    """Key of the thing model whose things it watches."""
    property: PropertyName
    severity: Annotated[int, Field(ge=1, le=4)]
    """1 is I (red), 4 is IV (blue)."""
    case_type: Key | None = None
    """The kind of case an alarm asks for; without one an alarm is only shown."""
    things: tuple[str, ...] | None = None
    """Codes of the only things it watches; left out: all of the model."""
    fold_within_seconds: Seconds = 0
    """An alarm that comes back within this time after the last one resolved is folded into it."""
    enabled: Flag = True
    source: Text | None = None
    """The standard, regulation or paper that the numbers are taken from."""

    def columns(self) -> dict[str, Any]:
        """The columns of the rule's row; those of the other kind are empty."""
        own = self.model_dump(mode="json", exclude={"title", "model", "case_type", "things", "source"})
        blank = {"op": "", "raise_at": None, "clear_at": None, "for_seconds": 0.0, "clear_for_seconds": 0.0}
        return {
            **blank, "after_seconds": None, **own, "title": self.title.model_dump(), "case_type": self.case_type or "",
            "things": list(self.things or ()), "source": self.source.model_dump() if self.source else {},
        }  # fmt: skip


class ThresholdRule(RuleBase):
    """Beyond `raise_at` for `for_seconds`: an alarm; not beyond `clear_at` for `clear_for_seconds`: resolved."""

    kind: Literal["threshold"]
    op: Literal["gt", "ge", "lt", "le"]
    raise_at: Number
    clear_at: Number
    for_seconds: Seconds = 0
    clear_for_seconds: Seconds = 0

    @model_validator(mode="after")
    def check_order(self) -> Self:
        rising = self.op in ("gt", "ge")
        if (rising and self.clear_at > self.raise_at) or (not rising and self.clear_at < self.raise_at):
            sides = ("at or below", "不高于") if rising else ("at or above", "不低于")
            data = {"op": self.op, "raise_at": self.raise_at, "clear_at": self.clear_at, "side": sides[0]}
            data["side_zh"] = sides[1]
            raise PydanticCustomError(
                "alarms.threshold_order", "clear_at ({clear_at}) must be {side} raise_at ({raise_at})", data
            )
        return self


class SilenceRule(RuleBase):
    """No reading of the property for longer than `after_seconds`."""

    kind: Literal["silence"]
    after_seconds: Annotated[Seconds, Field(gt=0)]


Rule = Annotated[ThresholdRule | SilenceRule, Field(discriminator="kind")]


class AlarmsFile(Declared):
    """The whole file: alarm rules by key."""

    rules: dict[Key, Rule] = {}


class RuleDefinition(BaseModel):
    """One rule by itself, for the API."""

    rule: Rule
