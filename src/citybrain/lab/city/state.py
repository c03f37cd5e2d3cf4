"""How far a demo city has come, in `DIR/city/state.json`: so that a start that was killed goes on where it was."""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass
from datetime import timedelta
from pathlib import Path
from typing import Literal

from citybrain.base import clock

DAYS = 14  # of earlier life
Stage = Literal["planned", "made", "history", "living"]


@dataclass(frozen=True)
class State:
    """`planned`: it is being written; `made`: there is a city without a past; `history`: its earlier life is being
    lived; `living`: all of it is there.
    """

    stage: Stage
    seed: int
    people: int


def begin_past(data: Path) -> None:
    """Put the clock of an empty directory fourteen days back, before anything is written there."""
    if not (data / "clock.json").exists():
        data.mkdir(parents=True, exist_ok=True)
        clock.declare(data, "driven", start=clock.wall_now() - timedelta(days=DAYS))
    clock.install(clock.open_clock(data))


def find_state(data: Path) -> State | None:
    """The state of the directory; None when `city new` did not come to its end here."""
    try:
        return State(**json.loads(_path(data).read_text(encoding="utf-8")))
    except FileNotFoundError:
        return None


def save_state(data: Path, state: State) -> None:
    """Written aside and renamed: a kill leaves the old or the new state."""
    path = _path(data)
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f"{path.name}.{os.getpid()}")
    part.write_text(json.dumps(asdict(state)), encoding="utf-8")
    part.replace(path)


def _path(data: Path) -> Path:
    return data / "city" / "state.json"
