"""What makes no sense in a loop that can be read: states nobody reaches, traps, steps that ask for too little."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from citybrain.base import conditions
from citybrain.base.errors import BadInput
from citybrain.base.packs.problems import guess
from citybrain.hubs.business.cases.loops.graph import EVERY_OPEN_STATE, LoopDefinition, Transition

GUARD_FIELDS = frozenset(
    {
        "severity", "state", "stage", "source", "signal_count", "evidence_count", "open_assists", "reopened_count",
        "is_supervised", "is_located", "is_overdue", "region_path", "organisation_path", "occurred_at", "recorded_at",
        "due_at", "case_type",
    }
)  # fmt: skip
"""The fields of a case that a guard can ask for."""
ENDING = ("close", "end")


@dataclass(frozen=True)
class Flaw:
    """One thing that is wrong: where in the loop (as a path of keys and indexes), an error code and its data."""

    place: tuple[str | int, ...]
    code: str
    data: dict[str, Any] = field(default_factory=dict)


def flaws_of(loop: LoopDefinition) -> list[Flaw]:
    """Everything that is wrong with a loop; checks of the graph are made only when all names resolve."""
    found = [*_names(loop), *(flaw for index, step in enumerate(loop.transitions) for flaw in _step(loop, index, step))]
    return found or [*_shape(loop), *_circles(loop), *_hands(loop)]


def _twice(keys: Iterable[str]) -> Iterator[tuple[int, str]]:
    seen: set[str] = set()
    for index, key in enumerate(keys):
        if key in seen:
            yield index, key
        seen.add(key)


def _names(loop: LoopDefinition) -> Iterator[Flaw]:
    for part in ("stages", "states", "transitions"):
        for index, key in _twice(item.key for item in getattr(loop, part)):
            yield Flaw((part, index, "key"), "loop.key_twice", {"key": key})
    stages = {stage.key for stage in loop.stages}
    for index, state in enumerate(loop.states):
        if state.stage not in stages:
            data = {"stage": state.stage, "guess": _near(state.stage, stages)}
            yield Flaw(("states", index, "stage"), "loop.unknown_stage", data)
    if loop.initial not in loop.state_by_key:
        data = {"state": loop.initial, "guess": _near(loop.initial, loop.state_by_key)}
        yield Flaw(("initial",), "loop.unknown_state", data)
    elif loop.state_by_key[loop.initial].kind == "ended":
        yield Flaw(("initial",), "loop.starts_ended", {"state": loop.initial})
    if not any(state.kind == "ended" for state in loop.states):
        yield Flaw(("states",), "loop.never_ends", {})


def _near(name: str, known: Iterable[str]) -> str:
    """The name that was meant, or all there are."""
    return guess(name, known) or ", ".join(sorted(known))


def _step(loop: LoopDefinition, index: int, step: Transition) -> Iterator[Flaw]:
    def flaw(field_name: str, code: str, **data: Any) -> Flaw:
        return Flaw(("transitions", index, field_name), code, {"step": step.key, **data})

    named = [*(("from", state) for state in step.from_ if state != EVERY_OPEN_STATE), ("to", step.to or "")]
    for name, state in named:
        if state and state not in loop.state_by_key:
            yield flaw(name, "loop.unknown_state", state=state, guess=_near(state, loop.state_by_key))
    missing = sorted(step.effect.needs - set(step.needs))
    if missing:
        yield flaw("needs", "loop.asks_too_little", verb=step.verb, missing=", ".join(missing))
    if step.verb == "finish" and not {"note", "evidence"} & set(step.needs):
        yield flaw("needs", "loop.asks_too_little", verb=step.verb, missing="note / evidence")
    wrong = sorted(set(step.who) - step.effect.who)
    if wrong:
        yield flaw("who", "loop.not_theirs", verb=step.verb, who=", ".join(wrong))
    if step.effect.moves is not None and step.effect.moves is (step.to is None):
        yield flaw("to", "loop.must_move" if step.effect.moves else "loop.must_stay", verb=step.verb)
    yield from _ends(loop, step, flaw)
    yield from _guard(step, flaw)


def _ends(loop: LoopDefinition, step: Transition, flaw: Callable[..., Flaw]) -> Iterator[Flaw]:
    target = loop.state_by_key.get(step.to or "")
    ends = target is not None and target.kind == "ended"
    if step.verb in ENDING and target is not None and not ends:
        yield flaw("to", "loop.must_end", verb=step.verb)
    if step.verb == "end" and not step.outcome:
        yield flaw("outcome", "loop.asks_too_little", verb=step.verb, missing="outcome")
    if step.verb == "reopen" and ends:
        yield flaw("to", "loop.must_not_end", verb=step.verb)
    for state in step.from_:
        known = loop.state_by_key.get(state)
        if known and (known.kind == "ended") is not (step.verb == "reopen"):
            yield flaw("from", "loop.ended_reopens_only", state=state, verb=step.verb)
    if step.automatic and (step.verb != "advance" or step.who != ("system",) or step.needs or not step.to):
        yield flaw("automatic", "loop.automatic", verb=step.verb)


def _guard(step: Transition, flaw: Callable[..., Flaw]) -> Iterator[Flaw]:
    try:
        condition = step.condition
    except BadInput as error:
        yield flaw("guard", "loop.guard", why=f"{error.data['path']}: {error.data['why']}")
        return
    for name in fields_of(condition):
        if name not in GUARD_FIELDS:
            near = guess(name, GUARD_FIELDS)
            known = f"did you mean {near}?" if near else f"there are {', '.join(sorted(GUARD_FIELDS))}"
            yield flaw("guard", "loop.guard", why=f"no field {name}; {known}")


def fields_of(condition: conditions.Condition) -> Iterator[str]:
    """Every field that a condition asks for."""
    match condition:
        case conditions.All(parts) | conditions.Any(parts):
            for part in parts:
                yield from fields_of(part)
        case conditions.Not(part):
            yield from fields_of(part)
        case conditions.Compare(name):
            yield name


def _edges(loop: LoopDefinition) -> dict[str, set[str]]:
    edges: dict[str, set[str]] = {state.key: set() for state in loop.states}
    for step in loop.transitions:
        if step.to:
            for source in loop.sources(step):
                edges[source].add(step.to)
    return edges


def _reached(edges: dict[str, set[str]], starts: Iterable[str]) -> set[str]:
    seen, todo = set(starts), list(starts)
    while todo:
        for target in edges[todo.pop()] - seen:
            seen.add(target)
            todo.append(target)
    return seen


def _shape(loop: LoopDefinition) -> Iterator[Flaw]:
    edges = _edges(loop)
    backwards: dict[str, set[str]] = {key: {source for source in edges if key in edges[source]} for key in edges}
    reached = _reached(edges, [loop.initial])
    ending = _reached(backwards, [state.key for state in loop.states if state.kind == "ended"])
    for index, state in enumerate(loop.states):
        if state.key not in reached:
            yield Flaw(("states", index), "loop.unreachable", {"state": state.key})
        elif state.key not in ending:
            yield Flaw(("states", index), "loop.dead_end", {"state": state.key})


def _circles(loop: LoopDefinition) -> Iterator[Flaw]:
    edges: dict[str, set[str]] = {state.key: set() for state in loop.states}
    for step in loop.transitions:
        if step.automatic and step.to:
            for source in loop.sources(step):
                edges[source].add(step.to)
    for key, targets in edges.items():
        if key in _reached(edges, sorted(targets)):
            yield Flaw(("transitions",), "loop.automatic_circle", {"state": key})
            return


def _hands(loop: LoopDefinition) -> Iterator[Flaw]:
    """A loop in which holders act must have a step that makes somebody the holder."""
    held = any("holder" in step.who for step in loop.transitions)
    if held and not any(step.verb == "dispatch" for step in loop.transitions):
        yield Flaw(("transitions",), "loop.nobody_dispatches", {})
