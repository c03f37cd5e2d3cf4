"""A loop as it is declared: stages, states and transitions.

These classes read both what stands in a pack's `cases.yaml` and what the database keeps of an earlier version.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from functools import cached_property
from typing import Annotated, Any, Literal

from pydantic import Field

from citybrain.base import conditions
from citybrain.base.packs.declared import Declared, Flag, Text
from citybrain.hubs.business.cases.loops.verbs import VERBS, Verb

Key = Annotated[str, Field(pattern=r"^[a-z0-9]([a-z0-9_.-]*[a-z0-9])?$", max_length=64)]
Relation = Literal["dispatcher", "holder", "helper", "verifier", "supervisor", "source", "reporter", "system"]
Need = Literal["reason", "note", "evidence", "summary", "organisation", "duration"]
Kind = Literal["waiting", "working", "checking", "ended"]
VerbKey = Literal[
    "dispatch", "accept", "return", "transfer", "assist", "contribute", "extend", "grant", "refuse", "finish",
    "verify", "reject", "summarise", "close", "reopen", "supervise", "end", "advance",
]  # fmt: skip
EVERY_OPEN_STATE = "*"


class Stage(Declared):
    """One of the plan's words for how far a matter is, such as 处置; a label on states, without rules of its own."""

    key: Key
    title: Text


class State(Declared):
    """Where a case can stand: waiting for somebody, being worked on, being checked, or ended."""

    key: Key
    title: Text
    stage: Key
    kind: Kind


class Transition(Declared):
    """A step from one of several states to another (or, without `to`, one that leaves the state as it is)."""

    key: Key
    title: Text
    from_: tuple[str, ...] = Field(alias="from", min_length=1)
    to: Key | None = None
    verb: VerbKey
    who: tuple[Relation, ...] = Field(min_length=1)
    permission: str | None = None
    needs: tuple[Need, ...] = ()
    guard: Any = True
    outcome: Key | None = None
    automatic: Flag = False

    @property
    def effect(self) -> Verb:
        return VERBS[self.verb]

    @property
    def ends_as_duplicate(self) -> bool:
        return self.verb == "end" and self.outcome == "duplicate"

    @property
    def asks(self) -> tuple[str, ...]:
        """The fields that must be given: those that the loop declares, and of a duplicate the other case."""
        return (*self.needs, "into") if self.ends_as_duplicate else self.needs

    @property
    def condition(self) -> conditions.Condition:
        """The guard; raises BadInput `condition.invalid` where it cannot be read."""
        return conditions.load(self.guard)


class LoopDefinition(Declared):
    """A whole loop; `judge.flaws_of` says what is wrong with one that can be read but makes no sense."""

    key: Key
    title: Text
    stages: tuple[Stage, ...] = Field(min_length=1)
    initial: Key
    states: tuple[State, ...] = Field(min_length=2)
    transitions: tuple[Transition, ...] = Field(min_length=1)

    @cached_property
    def state_by_key(self) -> dict[str, State]:
        return {state.key: state for state in self.states}

    @cached_property
    def step_by_key(self) -> dict[str, Transition]:
        return {step.key: step for step in self.transitions}

    def sources(self, step: Transition) -> tuple[str, ...]:
        """The states from which a step can be taken; `*` means every state that is not ended."""
        if EVERY_OPEN_STATE in step.from_:
            return tuple(state.key for state in self.states if state.kind != "ended")
        return step.from_

    def steps_from(self, state: str) -> Iterator[Transition]:
        """The steps that can be taken in a state, in the order of their declaration."""
        return (step for step in self.transitions if state in self.sources(step))

    def step_of(self, verb: str, state: str) -> Transition | None:
        """The first step of a verb that can be taken in a state."""
        return next((step for step in self.steps_from(state) if step.verb == verb), None)

    def row(self) -> dict[str, Any]:
        """As JSON, the way it is stored."""
        return self.model_dump(mode="json", by_alias=True, exclude_defaults=True)


def hash_of(definition: Any) -> str:
    """The same text for the same declaration, whatever the order of its keys."""
    plain = json.dumps(definition, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(plain.encode()).hexdigest()
