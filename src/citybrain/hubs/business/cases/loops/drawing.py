"""A loop as a drawing in the language of Mermaid (stateDiagram-v2)."""

from __future__ import annotations

from citybrain.hubs.business.cases.loops.graph import LoopDefinition


def mermaid(loop: LoopDefinition, language: str) -> str:
    """One line for each state and each step between two states; steps that leave a state as it is are not drawn."""
    names = {state.key: f"s{index}" for index, state in enumerate(loop.states)}
    lines = ["stateDiagram-v2", f"  [*] --> {names[loop.initial]}"]
    for state in loop.states:
        lines.append(f'  state "{_plain(getattr(state.title, language))}" as {names[state.key]}')
    for step in loop.transitions:
        if step.to is None:
            continue
        title = _plain(getattr(step.title, language))
        lines += [f"  {names[source]} --> {names[step.to]}: {title}" for source in loop.sources(step)]
    lines += [f"  {names[state.key]} --> [*]" for state in loop.states if state.kind == "ended"]
    return "\n".join(lines) + "\n"


def _plain(title: str) -> str:
    return title.replace('"', "'").replace(":", " ").replace("\n", " ")
