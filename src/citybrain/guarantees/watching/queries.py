"""Reading how the platform stands."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from citybrain.base import clock
from citybrain.base.accounts import Viewer
from citybrain.base.metrics import gauge
from citybrain.guarantees.watching.models import PartState
from citybrain.guarantees.watching.parts import WORST, Look, State, look
from citybrain.guarantees.watching.words import link, said


@dataclass(frozen=True)
class Part:
    """A part as its page shows it: worst first, with since when, what was found and what to do."""

    name: str
    title: Mapping[str, str]
    state: State
    since: datetime
    found: Mapping[str, str]
    cure: Mapping[str, str]
    link: str


def parts(viewer: Viewer) -> list[Part]:
    """Every part as it stands at this moment."""
    viewer.check("job.read")
    return parts_now()


def parts_now() -> list[Part]:
    """The same for the platform itself, worst first."""
    known = {row.name: row for row in PartState.objects.all()}
    found = [_part(name, one, known.get(name)) for name, one in look().items()]
    return sorted(found, key=lambda part: -WORST.index(part.state))


def _part(name: str, seen: Look, row: PartState | None) -> Part:
    since = row.since if row is not None and row.state == seen.state else clock.wall_now()
    words = (said(name, word, seen.figures) for word in ("name", "found", "cure"))
    title, found, cure = words
    return Part(name, title, seen.state, since, found, cure, link(name))


@gauge("citybrain_part_state", "How each part stands: 0 well, 1 look at it, 2 broken", labels=("part",))
def state_by_part() -> Mapping[tuple[str, ...], float]:
    return {(name,): float(WORST.index(one.state)) for name, one in look().items()}


@gauge("citybrain_part_figure", "What was found at each part, by figure", labels=("part", "figure"))
def figures_by_part() -> Mapping[tuple[str, ...], float]:
    return {
        (name, figure): float(value) for name, one in look().items() for figure, value in _numbers(one.figures).items()
    }


def _numbers(figures: Mapping[str, Any]) -> dict[str, float]:
    return {name: value for name, value in figures.items() if isinstance(value, int | float) and name != "is_none"}
